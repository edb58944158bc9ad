package media

import (
	"os"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/corpus"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"golang.org/x/text/encoding/simplifiedchinese"
)

const twoCues = "WEBVTT\n\n00:00:00.500 --> 00:00:02.000\n大家好 & 欢迎\n\n00:01:02.000 --> 01:00:00.000\n第二行\n还有一行\n"

// E6: WebVTT and SRT, as recorders and people write them, become WebVTT that holds times and words and nothing that a browser could obey.
func TestCaptions(t *testing.T) {
	gb := must(simplifiedchinese.GB18030.NewEncoder().String("1\r\n00:00:00,500 --> 00:00:02,000\r\n大家好 & 欢迎\r\n\r\n2\r\n00:01:02,000 --> 01:00:00,000\r\n第二行\r\n还有一行\r\n"))
	escapedCues := strings.Replace(twoCues, "&", "&amp;", 1)
	for name, in := range map[string]string{
		"WebVTT":         twoCues,
		"with a mark":    "\ufeff" + twoCues,
		"SRT in GB18030": gb,
		"without hours":  "WEBVTT 说明\n语言: zh\n\nNOTE 谁写的\n写给谁\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:a\n\n开头\n00:00.500 --> 00:02.000 align:start position:0%\n大家好 &amp; 欢迎\n\n01:02.000 --> 01:00:00.000\n第二行\n还有一行",
		"marks":          strings.Replace(twoCues, "大家好", `<v 张三><i>大</i><00:00:01.000>家{\an8}好<c.red></c>`, 1),
		"unseen":         strings.Replace(twoCues, "大家好", "\u202e大\x07家好{\\b}", 1),
		"old Macintosh":  strings.ReplaceAll(twoCues, "\n", "\r"),
	} {
		if got, err := ReadCaptions([]byte(in)); err != nil || got != escapedCues {
			t.Errorf("%s becomes %q, %v", name, got, err)
		}
	}
	got, err := ReadCaptions([]byte("00:00:01,000 --> 00:00:02,000\na --> b <b onclick=x>粗</b> 1 < 2 &lt;script&gt;\n"))
	if want := "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\na --&gt; b 粗 1 &lt; 2 &lt;script&gt;\n"; err != nil || got != want {
		t.Errorf("%q, %v", got, err)
	}
	if got := linesOf(escapedCues); got != "大家好 & 欢迎\n第二行 还有一行" {
		t.Errorf("as a transcript: %q", got)
	}
	for name, c := range map[string]struct{ in, say string }{
		"nothing":         {"", "这不是字幕文件"},
		"only a head":     {"WEBVTT\n\nNOTE\n00:00:00.000\n", "这不是字幕文件"},
		"another head":    {"WEBVTTX\n\n" + twoCues, "这不是字幕文件"},
		"words":           {"大家好\n", "第 1 行看不懂"},
		"a time of hours": {"WEBVTT\n\n1:00 --> 2:00\nx\n", "第 3 行看不懂"},
		"sixty seconds":   {"WEBVTT\n\n00:00:60.000 --> 00:01:10.000\nx\n", "第 3 行看不懂"},
		"backwards":       {twoCues + "\n00:00:03.000 --> 00:00:04.000\nx\n", "第 10 行的时间不对"},
		"no time at all":  {"WEBVTT\n\n00:00:03.000 --> 00:00:03.000\nx\n", "第 3 行的时间不对"},
		"for ever":        {"WEBVTT\n\n00:00:03.000 --> 999:00:00.000\nx\n", "时间不对"},
		"a novel":         {"WEBVTT\n\n00:00:03.000 --> 00:00:04.000\n" + strings.Repeat("长", cueWords+1), "太长"},
		"very many":       {strings.Repeat("00:00:03.000 --> 00:00:04.000\nx\n\n", cuesMost+1), "字幕太多"},
		"too large":       {strings.Repeat("x", captionsMost+1), "最多 1 MB"},
		"nested marks":    {"WEBVTT\n\n00:00:03.000 --> 00:00:04.000\n" + strings.Repeat(`{\a`, 150_000) + strings.Repeat("}", 150_000), "太长"},
		"no text":         {"\xff\xff\xff\x00", "UTF-8"},
	} {
		if got, err := ReadCaptions([]byte(c.in)); !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Say(err), c.say) {
			t.Errorf("%s: %q, %v, want %q", name, got, err, c.say)
		}
	}
	raw, err := os.ReadFile(corpus.Path(t, "media/av/video-faststart.vtt"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ReadCaptions(raw); err != nil || strings.Count(got, "-->") < 2 {
		t.Errorf("the captions of the real input: %q, %v", got, err)
	}
}

// Whatever comes, what is kept is WebVTT that says the same when it is read again, and nothing in it is an element.
func FuzzCaptions(f *testing.F) {
	for _, s := range []string{twoCues, "1\n00:00:00,000 --> 00:00:01,000\n<v a>&#123;\\an8}&amp;lt;b&gt;\n", "WEBVTT\n\nNOTE\n-->\n", "\xff\xfe0\x00"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := ReadCaptions(raw)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		if again, err := ReadCaptions([]byte(got)); err != nil || again != got {
			t.Fatalf("%q is read again as %q, %v", got, again, err)
		}
		if strings.ContainsAny(got, "<\x00\r\u202e") || linesOf(got) == "" {
			t.Fatalf("%q", got)
		}
	})
}
