package render

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

// What no theme may hide, and the sentence that says so.
const (
	partFoot = "页脚的标识信息（主办单位、标识码、备案号、党政机关标识、找错）"
	partDemo = "“演示站点”的提示"
	partSkip = "“跳到正文”的链接"
	partMain = "正文"
	partName = "页头的网站名称"
	partNav  = "导航"
	partRoot = "整个页面"
)

const smallestText = 12 // pixels, at the size browsers begin with

// hidden finds the rules that would hide a part of a page that belongs to everybody, on paper too. The rules are held against the pages
// themselves: whatever a selector is called by, it counts when it meets such a part.
func (f *finder) hidden(file string, rules []rule, pages []*html.Node) {
	for _, r := range rules {
		for _, sel := range r.selectors {
			subject, elements := plain(sel)
			if !elements {
				continue
			}
			matcher, err := cascadia.Parse(subject)
			if err != nil {
				f.add(file, fault.New(fault.Invalid, "选择器“%s”看不懂。请换一种写法。", excerpt(sel)))
				continue
			}
			for _, d := range r.decls {
				if d.prop == "--" || !suspect(d) {
					continue
				}
				if part := meets(matcher, pages, r, d); part != "" {
					f.add(file, fault.New(fault.Invalid, "“%s”的“%s”会让%s看不见或打不开。这些由平台统一显示，主题不能隐藏、改色或挪走；没有脚本也要能用。请删去这一条。", excerpt(sel), excerpt(asWritten(d)), part))
				}
			}
		}
	}
}

func asWritten(d decl) string {
	if d.important {
		return d.prop + ":" + d.value + " !important"
	}
	return d.prop + ":" + d.value
}

var (
	passing = regexp.MustCompile(`:(hover|focus-within|focus-visible|focus|active|visited|link|target|checked|disabled|enabled|root)\b(?:\([^)]*\))?`)
	drawn   = regexp.MustCompile(`::?(before|after|first-letter|first-line|placeholder|selection|marker|-webkit-[\w-]+|-moz-[\w-]+)$`)
	hollow  = regexp.MustCompile(`:not\(\s*\)`)
)

// plain is the selector without the states that come and go: what is hidden only now and then is hidden. What is drawn beside an element is none.
func plain(sel string) (string, bool) {
	if drawn.MatchString(sel) {
		return "", false
	}
	sel = strings.ReplaceAll(sel, ":root", "html")
	sel = hollow.ReplaceAllString(passing.ReplaceAllString(sel, ""), "")
	if sel = strings.Join(strings.Fields(sel), " "); sel == "" || strings.ContainsAny(sel[len(sel)-1:], ">+~") {
		sel += "*"
	}
	return sel, true
}

// meets names the first part that the selector meets on a page and the declaration may not touch.
func meets(m cascadia.Sel, pages []*html.Node, r rule, d decl) string {
	for _, page := range pages {
		for n := range page.Descendants() {
			if n.Type != html.ElementNode || !m.Match(n) {
				continue
			}
			if part := partOf(n, r.within("@media", "print")); part != "" && hides(part, d) && !beaten(m, part, d) {
				return part
			}
		}
	}
	return ""
}

// beaten says whether the colours that base gives the footer by its class win over those of the rule.
func beaten(m cascadia.Sel, part string, d decl) bool {
	return part == partFoot && !d.important && (d.prop == "color" || strings.HasPrefix(d.prop, "background")) && d.value != "transparent" && m.Specificity().Less(cascadia.Specificity{0, 1, 0})
}

// partOf is the part an element belongs to; on paper the ways to other pages may be left out.
func partOf(n *html.Node, paper bool) string {
	for at := n; at != nil; at = at.Parent {
		class := strings.Fields(attribute(at, "class"))
		has := func(c string) bool { return slices.Contains(class, c) }
		switch {
		case paper && (has("zq-doors") || has("nav") || has("zq-skip")):
			return ""
		case has("zq-foot"):
			return partFoot
		case has("zq-demo"):
			return partDemo
		case has("zq-skip"):
			return partSkip
		case has("domain"), has("emblem"), has("find"), has("top"), has("el-top"):
			return "" // a theme may do without
		case has("brand") || has("names"):
			return partName
		case has("nav"):
			return partNav
		}
	}
	class := strings.Fields(attribute(n, "class"))
	switch {
	case n.Data == "html" || n.Data == "body":
		return partRoot
	case n.Data == "header" && slices.Contains(class, "zq-head"), slices.Contains(class, "mast"), n.Data == "div" && n.Parent != nil && strings.Contains(attribute(n.Parent, "class"), "mast"):
		return partName
	case n.Data == "main", n.Data == "h1" && !slices.Contains(class, "vh"), n.Data == "article", slices.ContainsFunc(class, func(c string) bool { return slices.Contains(mainParts, c) }):
		return partMain
	}
	return ""
}

// mainParts are what pages are read for.
var mainParts = []string{"prose", "by", "validity", "facts", "column-main", "home", "rows", "plate", "colophon", "art-head", "column-head"}

// suspect says whether a declaration is of those that hide; it spares the others the walk over all pages.
func suspect(d decl) bool {
	return d.important || hides(partFoot, d)
}

// hides says whether a declaration takes a part away from who looks for it.
func hides(part string, d decl) bool {
	v := d.value
	switch d.prop {
	case "display":
		return v == "none" || strings.Contains(v, "var(")
	case "visibility":
		return v != "visible" && v != "inherit"
	case "opacity":
		n, err := strconv.ParseFloat(v, 64)
		return err != nil || n < 0.7
	case "clip", "clip-path", "-webkit-clip-path", "mask", "mask-image", "-webkit-mask", "-webkit-mask-image", "filter", "transform", "zoom", "content-visibility", "all":
		return v != "none" && v != "auto" && v != "visible" && v != "1"
	case "width", "height", "max-width", "max-height":
		return tooSmall(v, 16) != ""
	case "font-size", "font":
		return tooSmall(v, smallestText) != ""
	case "line-height":
		n, err := strconv.ParseFloat(v, 64)
		return err == nil && n < 1
	case "text-indent", "margin", "margin-left", "margin-top", "margin-right", "margin-bottom", "left", "top", "right", "bottom":
		return farAway(v) || part == partSkip && !strings.HasPrefix(d.prop, "margin")
	case "position":
		return v == "absolute" || v == "fixed"
	case "color", "-webkit-text-fill-color":
		return recoloured(part, v)
	case "background", "background-color", "background-image":
		return part == partFoot && v != "none" && v != "transparent" && v != "var(--foot)" && v != "inherit"
	}
	return d.important && part != partMain && !strings.HasPrefix(d.prop, "padding")
}

// recoloured is a colour of the platform's words that theme.toml does not answer for.
func recoloured(part, v string) bool {
	if v == "transparent" || strings.HasPrefix(v, "rgba(") || strings.HasPrefix(v, "hsla(") {
		return true
	}
	return part == partFoot && v != "inherit" && v != "currentcolor" && v != "var(--foot-ink)"
}

var length = regexp.MustCompile(`(-?(?:\d+\.?\d*|\.\d+))(px|rem|em|pt|%|vw|vh|ch|cm|mm|in)?`)

var perUnit = map[string]float64{"": 1, "px": 1, "rem": 16, "em": 16, "pt": 4.0 / 3, "%": 0.16, "vw": 13, "vh": 7, "ch": 8, "cm": 37, "mm": 3.7, "in": 96}

// tooSmall answers the first length of a value when it is below so many pixels; sums and names cannot be told.
func tooSmall(v string, least float64) string {
	if strings.ContainsAny(v, "(") && strings.Contains(v, "var(") {
		return ""
	}
	for _, w := range strings.FieldsFunc(v, func(r rune) bool { return r == ' ' || r == '(' || r == ')' || r == ',' || r == '/' }) {
		m := length.FindStringSubmatch(w)
		if m == nil || m[0] != w {
			continue
		}
		n, err := strconv.ParseFloat(m[1], 64)
		if m[2] == "" && n != 0 {
			continue // a weight, or a factor
		}
		if err != nil || n*perUnit[m[2]] < least {
			return w
		}
		return ""
	}
	return ""
}

// farAway is a length that carries something out of the page.
func farAway(v string) bool {
	for _, m := range length.FindAllStringSubmatch(v, -1) {
		if n, err := strconv.ParseFloat(m[1], 64); err == nil && n*perUnit[m[2]] <= -100 {
			return true
		}
	}
	return false
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
