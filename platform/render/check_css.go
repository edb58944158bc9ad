package render

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

// newer are what Chromium 86 or Safari 14 does not know; inside @supports it may stand.
var newer = regexp.MustCompile(`:is\(|:where\(|:has\(|color-mix\(|oklch\(|\d(dvh|svh|lvh|cqw)\b|subgrid`)

var newerProps = regexp.MustCompile(`^(inset|aspect-ratio|accent-color|translate|rotate|scale|text-wrap|text-autospace|content-visibility|(margin|padding|border|inset)-(inline|block)(-\w+)*)$`)

// sheet reads the theme's own stylesheet and refuses what it may not say, whatever page it is on.
func (f *finder) sheet(t *theme) []rule {
	file := t.name + ".css"
	b, err := fs.ReadFile(t.files, file)
	if err != nil {
		return nil // said by files
	}
	rules, err := parseCSS(string(b))
	if err != nil {
		f.add(file, err)
		return nil
	}
	s := &sheet{finder: f, file: file, theme: t, tokens: t.resolved()}
	s.grounds()
	for _, r := range rules {
		s.rule(r)
	}
	return rules
}

type sheet struct {
	*finder
	file   string
	theme  *theme
	tokens map[string]string
	ground []string // every colour that text may lie on
}

func (s *sheet) grounds() {
	for _, p := range pairs {
		if !slices.Contains(s.ground, s.tokens[p[1]]) {
			s.ground = append(s.ground, s.tokens[p[1]])
		}
	}
}

var allowedAt = regexp.MustCompile(`^@(media|supports|keyframes|page)\b`)

func (s *sheet) rule(r rule) {
	for _, a := range r.at {
		switch {
		case strings.HasPrefix(a, "@import"):
			s.add(s.file, fault.New(fault.Invalid, "样式表不能用 @import 引入别的样式。请把内容写在这一个文件里。"))
			return
		case strings.HasPrefix(a, "@font-face"):
			s.add(s.file, fault.New(fault.Invalid, "主题不能带字体：中文字体太大，用户的系统里都有。请用 var(--sans)、var(--serif) 或 var(--kai)。"))
			return
		case strings.HasPrefix(a, "@layer"), strings.HasPrefix(a, "@container"), strings.HasPrefix(a, "@property"):
			s.floor(r, a)
			return
		case !allowedAt.MatchString(a):
			s.add(s.file, fault.New(fault.Invalid, "不能用“%s”。@ 规则只有 @media、@supports、@keyframes 和 @page。", excerpt(a)))
			return
		}
	}
	for _, sel := range r.selectors {
		if newer.MatchString(sel) || strings.Contains(sel, "&") {
			s.floor(r, sel)
		}
	}
	for _, d := range r.decls {
		s.decl(r, d)
	}
	s.together(r)
}

// name is how a rule is called in a sentence.
func (r rule) name() string { return excerpt(strings.Join(r.selectors, ",")) }

// floor refuses what browsers of the floor do not know, unless the rule asks whether they do.
func (s *sheet) floor(r rule, what string) {
	if !r.within("@supports", "") {
		s.add(s.file, fault.New(fault.Invalid, "Chromium 86 或 Safari 14 不认识“%s”。请换一种写法，或放进 @supports 里。", excerpt(what)))
	}
}

var (
	fetching = regexp.MustCompile(`(?i)(image-set|cross-fade|element|paint|src|image|expression)\(`)
	notPlain = regexp.MustCompile(`(?i)https?:|//|data:|javascript:`)
	textSize = regexp.MustCompile(`^s-?\d$`)
	fixed    = regexp.MustCompile(`(^|[ /])[0-9.]+(px|pt|pc|cm|mm|in|q)\b`)
)

func (s *sheet) decl(r rule, d decl) {
	switch v := strings.ToLower(d.value); {
	case fetching.MatchString(v) || d.prop == "behavior" || d.prop == "-moz-binding":
		s.add(s.file, fault.New(fault.Invalid, "“%s”里不能用“%s”：它会执行或从别处加载东西。", r.name(), excerpt(d.prop+":"+d.value)))
	case notPlain.MatchString(v):
		s.add(s.file, fault.New(fault.Invalid, "“%s”不能引用外部地址“%s”。请把图片放进 pictures，写 url(\"文件名\")。", r.name(), excerpt(d.value)))
	case strings.Contains(v, "url("):
		s.pictures(r, d)
	}
	if newer.MatchString(d.value) || newerProps.MatchString(d.prop) {
		s.floor(r, d.prop+":"+d.value)
	}
	if (d.prop == "gap" || d.prop == "column-gap" || d.prop == "row-gap") && strings.Contains(r.value("display"), "flex") && tooSmall(d.value, -1) == "" && d.value != "0" {
		s.floor(r, "display:flex;"+d.prop+":"+d.value)
	}
	if (d.prop == "font-size" || d.prop == "font") && fixed.MatchString(d.value) && !r.within("@media", "print") && !strings.HasPrefix(r.name(), ".plot") { // a chart's letters are as large as the chart
		s.add(s.file, fault.New(fault.Invalid, "“%s”把字号写死成“%s”，长者和调大字号的人就放不大。请用 rem、em 或百分比。", r.name(), excerpt(d.value)))
	}
	if name, ok := strings.CutPrefix(d.prop, "--"); ok {
		switch {
		case s.theme.tokens()[name] != "":
			s.add(s.file, fault.New(fault.Invalid, "样式表不能改色名“--%s”，那里不检查对比度。请写在 theme.toml 的 [tokens] 里。", name))
		case textSize.MatchString(name) && tooSmall(d.value, smallestText) != "":
			s.add(s.file, fault.New(fault.Invalid, "“--%s”的字号“%s”太小，最小 0.75rem。", name, d.value))
		}
	}
	if (d.prop == "outline" || d.prop == "outline-style" || d.prop == "outline-width") && (d.value == "none" || d.value == "0") && s.onFocus(r) {
		s.add(s.file, fault.New(fault.Invalid, "“%s”去掉了键盘焦点的框，用键盘的人就不知道在哪里。请保留 outline。", r.name()))
	}
}

// onFocus says whether a rule is about what the keyboard stands on; the main part takes the focus of the skip link only.
func (s *sheet) onFocus(r rule) bool {
	return slices.ContainsFunc(r.selectors, func(sel string) bool {
		return sel != "main:focus" && !strings.Contains(sel, ":not(:focus-visible)") && (strings.Contains(sel, ":focus") || sel == "*" || sel == "a" || sel == "button" || sel == "input")
	})
}

var namedURL = regexp.MustCompile(`url\(\s*["']?([^"')]*)["']?\s*\)`)

func (s *sheet) pictures(r rule, d decl) {
	for _, m := range namedURL.FindAllStringSubmatch(d.value, -1) {
		there := false
		for _, at := range s.theme.chain {
			_, err := fs.Stat(at.files, "pictures/"+m[1])
			there = there || err == nil && fs.ValidPath(m[1])
		}
		if !there {
			s.add(s.file, fault.New(fault.Invalid, "“%s”引用的“%s”不在 pictures 里。请放入图片，或改正文件名。", r.name(), excerpt(m[1])))
		}
	}
}

// together looks at the colours that a rule gives.
func (s *sheet) together(r rule) {
	if r.within("@media", "print") || r.within("@media", "forced-colors") {
		return
	}
	ink := colour(r.value("color"), s.tokens)
	if ink == "" {
		return
	}
	ground := colour(r.value("background-color"), s.tokens)
	if ground == "" {
		ground = colour(r.value("background"), s.tokens)
	}
	if ground != "" {
		if c := contrast(ink, ground); c < minContrast {
			s.add(s.file, fault.New(fault.Invalid, "“%s”的文字 %s 在底色 %s 上的对比度只有 %.2f，低于 %.1f，文字会看不清。", r.name(), ink, ground, c, minContrast))
		}
		return
	}
	for _, g := range s.ground {
		if contrast(ink, g) >= minContrast {
			return
		}
	}
	s.add(s.file, fault.New(fault.Invalid, "“%s”的文字 %s 在主题的任何底色上都看不清。请换一种颜色。", r.name(), ink))
}
