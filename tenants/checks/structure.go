package checks

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/tenants/article"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// titleMost is how many characters of a title a list shows on one line of a phone's three.
const titleMost = 40

// form finds what concerns the page: metadata, headings, tables, pictures, links, punctuation, and texts that stand elsewhere.
func (c *Context) form(p *article.Payload) []Finding {
	all := c.missing(p)
	if n := utf8.RuneCountInString(p.Title); n > titleMost {
		all = append(all, Finding{TitleLength, Should, "标题太长，建议不超过 40 个字。", p.Title, Place{"title", 0, len(p.Title)}, nil})
	}
	o := outline{context: c, source: p.Body}
	o.read()
	all = append(all, o.found...)
	for _, f := range fields(p) {
		if f.name == "title" || f.name == "body" {
			all = append(all, f.punctuation()...)
		}
	}
	for _, n := range c.Near {
		all = append(all, Finding{NearlySame, Should, fmt.Sprintf("与《%s》（%s）几乎相同（%d%%），请确认不是重复发布；转载请注明来源。", n.Title, n.Site, n.Same), "", Place{Field: "body"}, nil})
	}
	return all
}

// missing are the fields that a page must say and that are empty.
func (c *Context) missing(p *article.Payload) []Finding {
	type want struct{ field, text, say string }
	wants := []want{{"source", p.Source, "没有写来源：请写明发布单位，转载的写原单位。"}}
	if p.Kind == article.Policy {
		d := p.Document
		if d == nil {
			d = &article.Document{}
		}
		wants = append(wants, want{"document.number", d.Number, "公文没有发文字号。"}, want{"document.index_number", d.IndexNumber, "公文没有索引号。"},
			want{"document.issuer", d.Issuer, "公文没有发文机关。"}, want{"document.written_on", d.WrittenOn, "公文没有成文日期。"})
	}
	var all []Finding
	for _, w := range wants {
		if w.text == "" && !(c.Numbered && w.field == "document.index_number") {
			all = append(all, Finding{Missing, Should, w.say, "", Place{Field: w.field}, nil})
		}
	}
	return all
}

// outline reads the elements of a body one by one.
type outline struct {
	context *Context
	source  string
	found   []Finding
	at      int // of the current token
	level   int // of the last heading
	heading span
	table   struct {
		depth, from   int
		header        bool
		rows, columns int
	}
	link struct {
		open bool
		from int
		href string
		text strings.Builder
		alt  bool
	}
	seen map[string]bool // addresses that were asked for
	open bool            // a heading is
	text strings.Builder // of the heading
}

func (o *outline) add(rule Rule, say, quote string, from, to int) {
	o.found = append(o.found, Finding{rule, Should, say, quote, Place{"body", from, to}, nil})
}

func (o *outline) read() {
	o.seen = map[string]bool{}
	z := html.NewTokenizer(strings.NewReader(o.source))
	for {
		kind := z.Next()
		raw := len(z.Raw())
		switch kind {
		case html.ErrorToken:
			return
		case html.TextToken:
			if o.link.open {
				o.link.text.WriteString(html.UnescapeString(o.source[o.at : o.at+raw]))
			}
			if o.open {
				o.text.WriteString(o.source[o.at : o.at+raw])
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			o.start(z, raw)
		case html.EndTagToken:
			name, _ := z.TagName()
			o.end(atom.Lookup(name), raw)
		}
		o.at += raw
	}
}

// attributes reads what a tag says.
func attributes(z *html.Tokenizer) map[string]string {
	all := map[string]string{}
	for {
		k, v, more := z.TagAttr()
		if len(k) > 0 {
			all[string(k)] = string(v)
		}
		if !more {
			return all
		}
	}
}

func (o *outline) start(z *html.Tokenizer, raw int) {
	name, has := z.TagName()
	tag := atom.Lookup(name)
	var attr map[string]string
	if has {
		attr = attributes(z)
	}
	switch tag {
	case atom.Img:
		alt := strings.TrimSpace(attr["alt"])
		if alt == "" || fileName(alt) {
			o.add(PictureText, "图片没有说明：请用一句话写出图上有什么，看不见图的人要靠它。", alt, o.at, o.at+raw)
		}
		o.link.alt = o.link.alt || alt != ""
	case atom.H2, atom.H3, atom.H4:
		o.open, o.heading.from = true, o.at+raw
		o.text.Reset()
	case atom.Table:
		if o.table.depth++; o.table.depth == 1 {
			o.table.from, o.table.header, o.table.rows, o.table.columns = o.at, false, 0, 0
		}
	case atom.Tr:
		o.table.rows++
	case atom.Td:
		o.table.columns++
	case atom.Th:
		o.table.header = true
	case atom.A:
		o.link.open, o.link.from, o.link.href, o.link.alt = attr["href"] != "", o.at+raw, attr["href"], false
		o.link.text.Reset()
	}
}

// fileName reports whether a description is nothing but the name of a file.
func fileName(alt string) bool {
	low := strings.ToLower(alt)
	for _, ext := range []string{".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp"} {
		if strings.HasSuffix(low, ext) {
			return true
		}
	}
	return low == "图片" || low == "image" || low == "img"
}

func (o *outline) end(tag atom.Atom, raw int) {
	switch tag {
	case atom.H2, atom.H3, atom.H4:
		level := int(tag.String()[1] - '0')
		title := strings.TrimSpace(html.UnescapeString(o.text.String()))
		switch was := max(o.level, 1); {
		case title == "":
			o.add(HeadingOrder, "有一个空的小标题，请写上文字或删去。", "", o.heading.from, o.at)
		case level > was+1:
			o.add(HeadingOrder, "小标题越级了：上一级是第 "+string(rune('0'+was-1))+" 级，这里直接到了第 "+string(rune('0'+level-1))+" 级。", title, o.heading.from, o.at)
		}
		o.level, o.open = level, false
	case atom.Table:
		if o.table.depth--; o.table.depth == 0 && !o.table.header && o.table.rows > 1 && o.table.columns > o.table.rows {
			o.add(TableHeader, "表格没有表头：请把第一行设为表头，读屏软件要靠它。", "", o.table.from, o.at+raw)
		}
		o.table.depth = max(o.table.depth, 0)
	case atom.A:
		if o.link.open {
			o.link.open = false
			o.follow()
		}
	}
}

// empty are words that do not say where a link leads.
var empty = []string{"点击这里", "点击此处", "点此", "点这里", "这里", "此处", "更多", "查看", "详情", "点击查看", "点击下载", "下载", "链接", "click here", "here", "more"}

// follow judges a link that ends here.
func (o *outline) follow() {
	text := strings.Trim(o.link.text.String(), " \u3000\n>»[]【】（）()")
	say := func(rule Rule, sentence string) { o.add(rule, sentence, text, o.link.from, o.at) }
	low := strings.ToLower(text)
	switch {
	case text == "" && !o.link.alt:
		say(LinkText, "有一个没有文字的链接，请写明它通向哪里，或删去。")
	case strings.HasPrefix(low, "http://"), strings.HasPrefix(low, "https://"), strings.HasPrefix(low, "www."):
		say(LinkText, "链接的文字是网址：请改成网页的名称。")
	default:
		for _, w := range empty {
			if low == w {
				say(LinkText, "链接的文字“"+text+"”没有说明通向哪里，请改成网页或文件的名称。")
				break
			}
		}
	}
	href := strings.TrimSpace(o.link.href)
	switch why := wrongAddress(href); {
	case why != "":
		say(LinkAddress, why)
	case strings.HasPrefix(href, "mailto:"), strings.HasPrefix(href, "#"):
	case o.context.Own != nil && o.context.Resolves != nil && len(o.seen) < linksMost && !o.seen[href] && o.context.Own(href):
		o.seen[href] = true
		if !o.context.Resolves(href) {
			say(DeadLink, "这个链接在本站群里打不开，请更正或删去。")
		}
	}
}

// linksMost is how many addresses of an article are followed.
const linksMost = 200

// wrongAddress says what is wrong with the spelling of an address, or "". Nobody outside is asked.
func wrongAddress(href string) string {
	u, err := url.Parse(href)
	if err != nil {
		return "链接的地址写错了，请重新粘贴。"
	}
	switch u.Scheme {
	case "http", "https":
		host := u.Hostname()
		switch {
		case strings.ContainsAny(host, "，。、；") || !strings.Contains(host, ".") && host != "localhost":
			return "链接的域名写错了，请重新粘贴。"
		case strings.HasPrefix(host, "192.168.") || strings.HasPrefix(host, "10.") || strings.HasPrefix(host, "127.") || host == "localhost" || strings.HasSuffix(host, ".local"):
			return "链接的地址只在单位内网能打开，公众看不到。"
		}
	case "", "mailto":
	default:
		return "链接的地址应以 http:// 或 https:// 开头。"
	}
	return ""
}

// punctuation finds half-width marks between Chinese characters, and spaces in a row.
func (f *field) punctuation() []Finding {
	var all []Finding
	var before rune
	text := f.text
	for i, r := range text {
		after, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(r):])
		if wide := wides[r]; wide != "" && unicode.Is(unicode.Han, before) && (unicode.Is(unicode.Han, after) || after == utf8.RuneError || after == '\n' || after == ' ') {
			found := f.finding(Punctuation, Should, i, i+1, "中文里应当用全角的“"+wide+"”。")
			found.Fix = &Fix{wide}
			all = append(all, found)
		}
		if r == ' ' && after == ' ' && !strings.ContainsRune(" \n章节条编篇目附\x00", before) {
			end := i + len(text[i:]) - len(strings.TrimLeft(text[i:], " "))
			if end < len(text) && text[end] != '\n' {
				found := f.finding(Spaces, Should, i, end, "这里有连续的空格。")
				found.Fix = &Fix{" "}
				all = append(all, found)
			}
		}
		before = r
	}
	return all
}

// wides are the full-width forms of marks that typists leave in half width.
var wides = map[rune]string{',': "，", ';': "；", '?': "？", '!': "！", ':': "："}
