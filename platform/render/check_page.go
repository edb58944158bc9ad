package render

import (
	"slices"
	"strings"

	"golang.org/x/net/html"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

// lookOver says what a page of a theme lacks: what identifies the site, what machines and assistive programs find their way by, and the words
// the page is there for.
func lookOver(doc *html.Node, site *Site, shows []string) []error {
	l := &looker{ids: map[string]bool{}, count: map[string]int{}}
	l.walk(doc, false)
	var wrong []error
	for _, once := range []struct{ what, say string }{{"main", "<main>"}, {"header", "页头 <header>"}, {"footer", "页脚 <footer>"}, {"h1", "一级标题 <h1>"}} {
		if n := l.count[once.what]; n != 1 {
			wrong = append(wrong, fault.New(fault.Invalid, "页面应有且只有一个%s，现在有 %d 个。", once.say, n))
		}
	}
	if l.first != "zq-skip" {
		wrong = append(wrong, fault.New(fault.Invalid, "页面的第一个链接不是“跳到正文”。"))
	}
	for _, name := range []string{"SiteName", "SiteDomain", "SiteIDCode"} {
		if l.count["meta "+name] != 1 {
			wrong = append(wrong, fault.New(fault.Invalid, "页面缺少 %s 标签。", name))
		}
	}
	foot := l.foot.String()
	for _, must := range []string{site.Sponsor, site.Code, site.ICP, site.Police, "我为政府网站找错", "党政机关网站标识"} {
		if !strings.Contains(foot, must) {
			wrong = append(wrong, fault.New(fault.Invalid, "页脚缺少“%s”。", must))
		}
	}
	main := l.main.String()
	for _, must := range shows {
		if !strings.Contains(main, must) {
			wrong = append(wrong, fault.New(fault.Invalid, "模板没有显示“%s”这样的内容，看网页的人就看不到它。请加上。", excerpt(must)))
		}
	}
	return append(wrong, l.wrong...)
}

type looker struct {
	ids        map[string]bool
	count      map[string]int
	first      string // class of the first link
	level      int    // of the last heading
	main, foot strings.Builder
	wrong      []error
}

func (l *looker) say(err error) {
	if !slices.ContainsFunc(l.wrong, func(e error) bool { return fault.Say(e) == fault.Say(err) }) {
		l.wrong = append(l.wrong, err)
	}
}

func (l *looker) walk(n *html.Node, inMain bool) {
	for c := range n.ChildNodes() {
		switch c.Type {
		case html.TextNode:
			if inMain {
				l.main.WriteString(c.Data)
			}
		case html.ElementNode:
			l.element(c, inMain)
			if c.Data == "footer" && !inMain && strings.Contains(attribute(c, "class"), "zq-foot") {
				l.foot.WriteString(saidBy(c))
			}
			l.walk(c, inMain || c.Data == "main")
		}
	}
}

func (l *looker) element(n *html.Node, inMain bool) {
	switch n.Data {
	case "main", "h1":
		l.count[n.Data]++
	case "header", "footer":
		if !inMain {
			l.count[n.Data]++
		}
	case "meta":
		if attribute(n, "content") != "" {
			l.count["meta "+attribute(n, "name")]++
		}
	}
	if id := attribute(n, "id"); id != "" {
		if l.ids[id] {
			l.say(fault.New(fault.Invalid, "页面有两个 id=\"%s\"。请改掉一个。", id))
		}
		l.ids[id] = true
	}
	if n.Data == "a" && l.first == "" {
		l.first = attribute(n, "class")
	}
	if inMain {
		l.inMain(n)
	}
}

var headings = map[string]int{"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}

func (l *looker) inMain(n *html.Node) {
	if level := headings[n.Data]; level > 0 {
		if strings.TrimSpace(saidBy(n)) == "" {
			l.say(fault.New(fault.Invalid, "有一个空的 <%s>。标题要有文字。", n.Data))
		}
		if l.level > 0 && level > l.level+1 {
			l.say(fault.New(fault.Invalid, "标题从 h%d 跳到了 h%d。请逐级使用。", l.level, level))
		}
		l.level = level
	}
	_, alt := has(n, "alt")
	switch n.Data {
	case "img":
		if !alt {
			l.say(fault.New(fault.Invalid, "有图片没有 alt。请写 alt=\"{{.Alt}}\"。"))
		}
	case "a":
		if href, ok := has(n, "href"); ok && href != "" && strings.TrimSpace(saidBy(n)) == "" && attribute(n, "aria-label") == "" {
			l.say(fault.New(fault.Invalid, "有链接没有文字。请写上文字，或 aria-label。"))
		}
	case "button":
		if !within(n, "form") {
			l.say(fault.New(fault.Invalid, "有按钮不在表单里，要靠脚本才有用。没有脚本也要能用，请改用链接、表单或 <details>。"))
		}
	case "nav":
		if attribute(n, "aria-label") == "" && attribute(n, "aria-labelledby") == "" {
			l.say(fault.New(fault.Invalid, "正文里的 <nav> 没有名称。请写 aria-label。"))
		}
	}
	for _, c := range strings.Fields(attribute(n, "class")) {
		if strings.HasPrefix(c, "zq-") {
			l.say(fault.New(fault.Invalid, "正文里不能用平台的类名“%s”。请改名。", c))
		}
	}
}

func has(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

func within(n *html.Node, tag string) bool {
	for at := n.Parent; at != nil; at = at.Parent {
		if at.Data == tag {
			return true
		}
	}
	return false
}

// saidBy is the text of an element, with what its pictures say.
func saidBy(n *html.Node) string {
	var b strings.Builder
	if n.Data == "img" {
		b.WriteString(attribute(n, "alt"))
	}
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		} else if d.Data == "img" {
			b.WriteString(attribute(d, "alt"))
		}
	}
	return b.String()
}
