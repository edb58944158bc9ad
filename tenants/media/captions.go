package media

import (
	"bytes"
	"fmt"
	"html"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// Bounds of captions, beyond any that people read.
const (
	cuesMost = 20_000
	cueWords = 1000 // characters of one
	filmMost = 100 * time.Hour
)

// timing is the line over a cue: of WebVTT, whose hours may be missing, or of SRT, whose fractions follow a comma. Where a cue stands on the
// picture is the player's business.
var timing = regexp.MustCompile(`^(?:(\d{1,3}):)?([0-5]\d):([0-5]\d)[.,](\d{3})[ \t]+-->[ \t]+(?:(\d{1,3}):)?([0-5]\d):([0-5]\d)[.,](\d{3})(?:[ \t].*)?$`)

// Marks of a cue's text, which speak of how it looks: <i>, <v 张三>, <00:00:01.000>; {\an8}.
var (
	marks  = regexp.MustCompile(`</?[A-Za-z0-9][^<>\n]*>`)
	braces = regexp.MustCompile(`\{\\[^{}\n]*\}`)
	opened = regexp.MustCompile(`\{\\+`)
)

// ReadCaptions makes WebVTT of a caption file: WebVTT or SRT, in UTF-8 or GB18030. What it answers holds times and words and nothing else.
func ReadCaptions(raw []byte) (string, error) {
	if len(raw) > captionsMost {
		return "", fault.In("captions", "字幕文件太大，最多 %d MB。", captionsMost>>20)
	}
	text, err := decoded(raw)
	if err != nil {
		return "", err
	}
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n")
	c := captioning{lines: lines}
	if head := lines[0]; strings.HasPrefix(head, "WEBVTT") {
		if rest := head[len("WEBVTT"):]; rest != "" && rest[0] != ' ' && rest[0] != '\t' {
			return "", notCaptions()
		}
		c.skip()
	}
	c.out.WriteString("WEBVTT\n")
	for c.at < len(c.lines) {
		if err := c.block(); err != nil {
			return "", err
		}
	}
	if c.cues == 0 {
		return "", notCaptions()
	}
	return c.out.String(), nil
}

func notCaptions() error {
	return fault.In("captions", "这不是字幕文件：里面没有带时间的字幕。请上传 WebVTT（.vtt）或 SRT（.srt）文件。")
}

// decoded is the text of a file, in whichever of the two it is written.
func decoded(raw []byte) (string, error) {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(raw) {
		var err error
		if raw, err = simplifiedchinese.GB18030.NewDecoder().Bytes(raw); err != nil || bytes.ContainsRune(raw, utf8.RuneError) {
			return "", fault.In("captions", "读不出字幕里的文字，请把文件另存为 UTF-8 编码后再上传。")
		}
	}
	return string(raw), nil
}

// captioning is a caption file that is read line by line.
type captioning struct {
	lines []string
	at    int
	cues  int
	last  time.Duration // when the last cue began
	out   strings.Builder
}

// skip leaves the rest of a block out.
func (c *captioning) skip() {
	for c.at < len(c.lines) && !blank(c.lines[c.at]) {
		c.at++
	}
}

// block reads what stands between two empty lines: a cue, or something that is none.
func (c *captioning) block() error {
	line := strings.TrimSpace(c.lines[c.at])
	switch {
	case line == "":
		c.at++
		return nil
	case isWord(line, "NOTE"), isWord(line, "STYLE"), isWord(line, "REGION"):
		c.skip()
		return nil
	}
	if !strings.Contains(line, "-->") && c.at+1 < len(c.lines) && strings.Contains(c.lines[c.at+1], "-->") {
		c.at++ // the cue's number or name
		line = strings.TrimSpace(c.lines[c.at])
	}
	number := c.at + 1
	m := timing.FindStringSubmatch(line)
	if m == nil {
		return fault.In("captions", "字幕第 %d 行看不懂：这里应是时间，例如 00:00:01.000 --> 00:00:03.500。", number)
	}
	from, to := moment(m[1:5]), moment(m[5:9])
	if from < c.last || to <= from || to > filmMost {
		return fault.In("captions", "字幕第 %d 行的时间不对：要比上一条晚，结束要比开始晚。", number)
	}
	c.last = from
	c.at++
	var words []string
	for ; c.at < len(c.lines) && !blank(c.lines[c.at]); c.at++ {
		if w := cue(c.lines[c.at]); w != "" {
			words = append(words, w)
		}
	}
	text := strings.Join(words, "\n")
	if utf8.RuneCountInString(text) > cueWords {
		return fault.In("captions", "字幕第 %d 行的这一条太长，最多 %d 字。请分成几条。", number, cueWords)
	}
	if text != "" {
		if c.cues++; c.cues > cuesMost {
			return fault.In("captions", "字幕太多，最多 %d 条。", cuesMost)
		}
		fmt.Fprintf(&c.out, "\n%s --> %s\n%s\n", clock(from), clock(to), escaped.Replace(text))
	}
	return nil
}

// blank reports whether a line ends a block.
func blank(line string) bool { return strings.Trim(line, " \t") == "" }

// isWord reports whether a line begins a block of that name, and is no cue that begins with the word.
func isWord(line, word string) bool {
	rest, ok := strings.CutPrefix(line, word)
	return ok && !strings.Contains(line, "-->") && (rest == "" || rest[0] == ' ' || rest[0] == '\t')
}

// cue is a line of a cue as it is read: without marks, entities and what is not seen.
func cue(line string) string {
	line = html.UnescapeString(marks.ReplaceAllString(line, ""))
	line = strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == '\ufeff':
			return -1
		}
		return r
	}, line)
	line = braces.ReplaceAllString(line, "")
	return strings.TrimSpace(opened.ReplaceAllString(line, "{")) // none is left where another stood
}

// escaped and unescaped are how WebVTT writes a text, and back.
var (
	escaped   = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	unescaped = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
)

func moment(m []string) (d time.Duration) {
	for n, unit := range []time.Duration{time.Hour, time.Minute, time.Second, time.Millisecond} {
		v, _ := strconv.Atoi(m[n]) // digits, or no hours
		d += time.Duration(v) * unit
	}
	return d
}

func clock(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d:%02d.%03d", int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60, d.Milliseconds()%1000)
}

// linesOf are the words of captions that ReadCaptions has made, a line for each cue.
func linesOf(captions string) string {
	var all []string
	for _, block := range strings.Split(captions, "\n\n")[1:] {
		_, words, _ := strings.Cut(block, "\n")
		if words = unescaped.Replace(strings.ReplaceAll(strings.TrimSpace(words), "\n", " ")); len(all) == 0 || all[len(all)-1] != words {
			all = append(all, words)
		}
	}
	return strings.Join(all, "\n")
}
