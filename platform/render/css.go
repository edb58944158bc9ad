package render

import (
	"strings"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

// rule is one rule of a stylesheet, or an at-rule without one: selectors and declarations below the conditions it stands in.
type rule struct {
	at        []string // "@media print", outermost first
	selectors []string
	decls     []decl
}

type decl struct {
	prop, value string // in lower case; strings and addresses as they are written
	important   bool
}

// within says whether the rule stands in an at-rule that begins like this, or names it in its condition.
func (r rule) within(begin, condition string) bool {
	for _, a := range r.at {
		if strings.HasPrefix(a, begin) && strings.Contains(a, condition) {
			return true
		}
	}
	return false
}

func (r rule) value(prop string) string {
	for i := len(r.decls) - 1; i >= 0; i-- {
		if r.decls[i].prop == prop {
			return r.decls[i].value
		}
	}
	return ""
}

// parseCSS reads the part of CSS that themes are written in: no escapes and nothing a browser would have to mend, so that what is checked is
// what every browser sees.
func parseCSS(css string) ([]rule, error) {
	p := &cssParser{rest: css}
	if strings.Contains(css, "<!--") || strings.ContainsRune(css, 0) {
		return nil, fault.New(fault.Invalid, "样式表里有 CSS 不认识的符号。")
	}
	if err := p.rules(nil); err != nil {
		return nil, err
	}
	if p.rest != "" {
		return nil, fault.New(fault.Invalid, "样式表里多了一个 }。")
	}
	return p.out, nil
}

type cssParser struct {
	rest string
	out  []rule
}

const nestedAtMost = 4

// rules reads rules until the block, or the sheet, ends.
func (p *cssParser) rules(at []string) error {
	if len(at) > nestedAtMost {
		return fault.New(fault.Invalid, "样式表里的 @ 规则套得太深，最多 %d 层。", nestedAtMost)
	}
	for {
		head, end, err := p.upTo("{};")
		if err != nil {
			return err
		}
		head = strings.TrimSpace(head)
		switch {
		case end == '}' && head == "" && len(at) > 0, end == 0 && head == "" && len(at) == 0:
			return nil
		case end == '}' && head == "":
			p.rest = "}" + p.rest
			return nil
		case end == ';' && strings.HasPrefix(head, "@"):
			p.out = append(p.out, rule{at: append(at[:len(at):len(at)], strings.ToLower(head))})
		case end != '{':
			return fault.New(fault.Invalid, "样式表在“%s”附近写错了，检查那里的括号、引号和分号。", excerpt(head))
		case strings.HasPrefix(head, "@") && !strings.HasPrefix(head, "@font-face") && !strings.HasPrefix(head, "@page"):
			if err := p.rules(append(at[:len(at):len(at)], strings.ToLower(head))); err != nil {
				return err
			}
		default:
			r := rule{at: at, selectors: splitTop(head, ',')}
			if strings.HasPrefix(head, "@") {
				r.at, r.selectors = append(at[:len(at):len(at)], strings.ToLower(head)), nil
			}
			if r.decls, err = p.block(); err != nil {
				return err
			}
			p.out = append(p.out, r)
		}
	}
}

// block reads declarations and the brace behind them.
func (p *cssParser) block() ([]decl, error) {
	var out []decl
	for {
		text, end, err := p.upTo("{};")
		if err != nil {
			return nil, err
		}
		if text = strings.TrimSpace(text); text != "" {
			prop, value, ok := strings.Cut(text, ":")
			if !ok || end == '{' || end == 0 {
				return nil, fault.New(fault.Invalid, "样式表在“%s”附近写错了，检查那里的括号、引号和分号。", excerpt(text))
			}
			d := decl{prop: strings.ToLower(strings.TrimSpace(prop)), value: strings.TrimSpace(value)}
			if i := strings.LastIndexByte(d.value, '!'); i >= 0 && strings.EqualFold(strings.TrimSpace(d.value[i+1:]), "important") {
				d.important, d.value = true, strings.TrimSpace(d.value[:i])
			}
			if !strings.ContainsAny(d.value, `"'`) && !strings.Contains(d.value, "url(") {
				d.value = strings.ToLower(d.value)
			}
			out = append(out, d)
		}
		switch end {
		case '}':
			return out, nil
		case 0, '{':
			return nil, fault.New(fault.Invalid, "样式表里少了一个 }。")
		}
	}
}

// upTo takes what stands before the next of those signs outside of strings and brackets, and the sign; comments are left out.
func (p *cssParser) upTo(signs string) (text string, end byte, err error) {
	var b strings.Builder
	depth := 0
	for i := 0; i < len(p.rest); i++ {
		c := p.rest[i]
		switch {
		case c == '\\':
			return "", 0, fault.New(fault.Invalid, "样式表里不要用反斜杠转义，直接写字符。")
		case strings.HasPrefix(p.rest[i:], "/*"):
			n := strings.Index(p.rest[i+2:], "*/")
			if n < 0 {
				return "", 0, fault.New(fault.Invalid, "样式表里有一段注释没有结束。")
			}
			i += n + 3
			continue
		case c == '"' || c == '\'':
			n := strings.IndexByte(p.rest[i+1:], c)
			if n < 0 || strings.ContainsAny(p.rest[i+1:i+1+n], "\n\\") {
				return "", 0, fault.New(fault.Invalid, "样式表里有一段引号没有结束。")
			}
			b.WriteString(p.rest[i : i+n+2])
			i += n + 1
			continue
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case depth == 0 && strings.IndexByte(signs, c) >= 0:
			p.rest = p.rest[i+1:]
			return b.String(), c, nil
		}
		b.WriteByte(c)
	}
	p.rest = ""
	return b.String(), 0, nil
}

// splitTop parts a list at a sign outside of brackets and strings.
func splitTop(s string, sign byte) []string {
	var out []string
	depth, from := 0, 0
	var quote byte
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case c == sign && depth == 0:
			out = append(out, strings.TrimSpace(s[from:i]))
			from = i + 1
		}
	}
	return append(out, strings.TrimSpace(s[from:]))
}

// excerpt is the beginning of a text, to find it by.
func excerpt(s string) string {
	if r := []rune(strings.Join(strings.Fields(s), " ")); len(r) > 40 {
		return string(r[:40]) + "…"
	} else {
		return string(r)
	}
}
