package numbering

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

// usual is the pattern of 国办's rule for the catalogue: the code of the organ, the year, five figures.
const usual = "{机构码}/{年}-{流水号5}"

// The parts of a pattern.
const (
	region  = "区划码"
	organ   = "机构码"
	subject = "主题码"
	year    = "年"
	running = "流水号"
)

// other is the subject that stands for every one without a code of its own.
const other = "其他"

// Bounds of a rule.
const (
	patternMost  = 100 // characters
	codeMost     = 20
	subjectsMost = 100 // lines
	widest       = 9   // figures of a running number
	widthUsually = 5
	firstMost    = 999_999_999
)

// part is a piece of a pattern: a text as it is, or the name of what is put there; wide is how many figures a running number has at least.
type part struct {
	text, name string
	wide       int
}

// code is the code of a subject.
type code struct{ name, code string }

// tidy takes away the white space that nobody means.
func (r *Rule) tidy() {
	for _, s := range []*string{&r.Pattern, &r.Region, &r.Organ, &r.Subjects} {
		*s = strings.TrimSpace(strings.ReplaceAll(*s, "\r\n", "\n"))
	}
}

// parts reads a rule; what is wrong names the field and says what to do.
func (r Rule) parts() ([]part, error) {
	parts, err := pieces(r.Pattern)
	if err != nil {
		return nil, err
	}
	has := map[string]int{}
	for _, p := range parts {
		has[p.name]++
	}
	if has[running] != 1 {
		return nil, fault.In("pattern", "规则里要有一个、也只能有一个流水号，如 {流水号5}。")
	}
	if r.First < 1 || r.First > firstMost {
		return nil, fault.In("first", "起始流水号应是 1 到 %d 的整数。", firstMost)
	}
	for _, c := range []struct{ field, name, value string }{{"region", region, r.Region}, {"organ", organ, r.Organ}} {
		if !plain(c.value) || c.value == "" && has[c.name] > 0 {
			return nil, fault.In(c.field, "请填写%s：最多 %d 个字母、数字或连字符。", c.name, codeMost)
		}
	}
	codes, err := r.codes()
	if err != nil {
		return nil, err
	}
	if has[subject] > 0 && codeOf(codes, other) == "" {
		return nil, fault.In("subjects", "规则用了主题码，请给“%s”也写一个代码，没有单独代码的主题用它，如：%s=Z99。", other, other)
	}
	return parts, nil
}

// pieces splits a pattern.
func pieces(pattern string) (all []part, err error) {
	if pattern == "" || utf8.RuneCountInString(pattern) > patternMost {
		return nil, fault.In("pattern", "请填写规则，最多 %d 个字，如 %s。", patternMost, usual)
	}
	for rest := pattern; rest != ""; {
		text, tail, braced := strings.Cut(rest, "{")
		if strings.ContainsFunc(text, odd) {
			return nil, fault.In("pattern", "规则里“%s”不能用：花括号外面只能是汉字、字母、数字和 - _ / . : 〔 〕 （ ） [ ]。", text)
		}
		if text != "" {
			all = append(all, part{text: text})
		}
		if rest = ""; !braced {
			break
		}
		name, tail, closed := strings.Cut(tail, "}")
		p, known := named(name)
		if !closed || !known {
			return nil, fault.In("pattern", "规则里的“{%s”不认识。可以用 {区划码} {机构码} {主题码} {年} {流水号5}，数字是流水号的位数，1 到 %d。", name, widest)
		}
		all, rest = append(all, p), tail
	}
	return all, nil
}

func odd(r rune) bool {
	return !unicode.Is(unicode.Han, r) && !(r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r))) && !strings.ContainsRune("-_/.:〔〕（）[]", r)
}

func named(name string) (part, bool) {
	switch name {
	case region, organ, subject, year:
		return part{name: name}, true
	}
	width, is := strings.CutPrefix(name, running)
	if is && width == "" {
		return part{name: running, wide: widthUsually}, true
	}
	if is && len(width) == 1 && width[0] >= '1' && width[0] <= '0'+widest {
		return part{name: running, wide: int(width[0] - '0')}, true
	}
	return part{}, false
}

// plain reports whether a text is a code, or nothing.
func plain(s string) bool {
	return len(s) <= codeMost && !strings.ContainsFunc(s, func(r rune) bool {
		return r >= 0x80 || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-'
	})
}

// codes are the codes of the subjects, in the order of the lines.
func (r Rule) codes() (all []code, err error) {
	n := 0
	for l := range strings.SplitSeq(r.Subjects, "\n") {
		n++
		if l = strings.TrimSpace(l); l == "" {
			continue
		}
		name, value, _ := strings.Cut(strings.ReplaceAll(l, "＝", "="), "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		switch {
		case name == "" || value == "" || !plain(value) || !utf8.ValidString(name) || utf8.RuneCountInString(name) > patternMost:
			return nil, fault.In("subjects", "主题码第 %d 行应写成：主题=代码，如：财政=F01。代码最多 %d 个字母、数字或连字符。", n, codeMost)
		case codeOf(all, name) != "":
			return nil, fault.In("subjects", "主题码第 %d 行的“%s”前面已经有了，请删掉一行。", n, name)
		case len(all) == subjectsMost:
			return nil, fault.In("subjects", "主题码最多 %d 行，请删掉一些。", subjectsMost)
		}
		all = append(all, code{name, value})
	}
	return all, nil
}

func codeOf(all []code, name string) string {
	for _, c := range all {
		if c.name == name {
			return c.code
		}
	}
	return ""
}

// row is a running number that stands for the name of the row itself.
const row = 0

// write puts a number together.
func (r Rule) write(parts []part, inYear int, about string, number int64) string {
	codes, _ := r.codes() // parts has read them
	var b strings.Builder
	for _, p := range parts {
		switch p.name {
		case region:
			b.WriteString(r.Region)
		case organ:
			b.WriteString(r.Organ)
		case subject:
			c := codeOf(codes, about)
			if c == "" {
				c = codeOf(codes, other)
			}
			b.WriteString(c)
		case year:
			b.WriteString(strconv.Itoa(inYear))
		case running:
			if number == row {
				b.WriteString("{}")
			} else {
				fmt.Fprintf(&b, "%0*d", p.wide, number)
			}
		default:
			b.WriteString(p.text)
		}
	}
	return b.String()
}
