package media

import (
	"cmp"
	"context"
	"fmt"
	"html"
	"path"
	"strconv"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	nethtml "golang.org/x/net/html"
)

// sizes is how wide a text is: a phone's whole width, or a column of reading width.
const sizes = "(min-width: 52rem) 48rem, 100vw"

// Dress gives the pictures of a sanitised text their size, so that nothing jumps while they come, and their smaller forms; a film gets its
// poster, captions and transcript: those with which the edition was frozen, or without an edition those of this moment. Every address gets
// the base below which this reader finds it.
func (m *Media) Dress(ctx context.Context, site kernel.SiteID, edition int64, base, body string) (string, error) {
	ids := Named(body)
	if len(ids) == 0 {
		return body, nil
	}
	have, err := m.several(ctx, site, ids)
	if err != nil {
		return "", err
	}
	words, err := m.words(ctx, site, edition, timed(have)...)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	var behind string // what is to stand behind the box in which a film stands
	for z := nethtml.NewTokenizer(strings.NewReader(body)); ; {
		kind := z.Next()
		if kind == nethtml.ErrorToken {
			return out.String() + behind, nil
		}
		raw := string(z.Raw())
		if kind == nethtml.EndTagToken && behind != "" {
			if name, _ := z.TagName(); string(name) == "figure" || string(name) == "p" {
				raw, behind = raw+behind, ""
			}
		}
		if kind != nethtml.StartTagToken && kind != nethtml.SelfClosingTagToken {
			out.WriteString(raw)
			continue
		}
		switch t := z.Token(); {
		case t.Data == "img":
			out.WriteString(picture(have, base, t, sizes, ""))
		case t.Data == "video" || t.Data == "audio":
			i := the(have, value(t, "src"))
			z.Next() // its end: the sanitiser leaves nothing in it
			if i != nil && i.Timed() {
				out.WriteString(i.player(base, words[i.ID]))
				behind += i.beside(base, words[i.ID])
			}
		case t.Data == "a" && strings.HasPrefix(value(t, "href"), prefix):
			out.WriteString(strings.Replace(raw, `href="`, `href="`+html.EscapeString(base), 1))
		default:
			out.WriteString(raw)
		}
	}
}

func value(t nethtml.Token, key string) string {
	for _, a := range t.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// the is the item of an address, or nil.
func the(have map[ID]*Item, src string) *Item {
	if ids := Named(src); len(ids) == 1 {
		return have[ids[0]]
	}
	return nil
}

// picture writes an image anew, as wide as fit says and with the attributes more; one whose row is not there keeps its words and shows nothing.
func picture(have map[ID]*Item, base string, t nethtml.Token, fit, more string) string {
	src := value(t, "src")
	i := the(have, src)
	w, h := value(t, "width"), value(t, "height")
	set, lighter := "", ""
	if i != nil && i.Picture() {
		src = i.Path()
		if w == "" || h == "" {
			w, h = strconv.Itoa(i.Width), strconv.Itoa(i.Height)
		}
		for _, small := range i.Thumbs {
			set += fmt.Sprintf("%s%s %dw, ", base, i.named(strconv.Itoa(small.Width)), small.Width)
		}
		if set != "" {
			set = fmt.Sprintf(` srcset="%s%s%s %dw" sizes="%s"`, html.EscapeString(set), html.EscapeString(base), src, i.Width, fit)
		}
		lighter = i.sources(base, fit)
	}
	out := `<img` + more + ` src="` + html.EscapeString(base+src) + `"` + set + ` alt="` + html.EscapeString(value(t, "alt")) + `"`
	if w != "" && h != "" {
		out += ` width="` + html.EscapeString(w) + `" height="` + html.EscapeString(h) + `"`
	}
	if lighter != "" {
		return "<picture>" + lighter + out + "></picture>"
	}
	return out + ">"
}

// sources are the lighter forms of a picture, the lightest first: a browser takes the first that it reads. A sanitised text has none of its own.
func (i *Item) sources(base, fit string) (out string) {
	for _, t := range lightTypes {
		var set []string
		for _, l := range i.Lights {
			if l.Kind == t.kind {
				set = append(set, fmt.Sprintf("%s%s %dw", base, i.below(l.name()), cmp.Or(l.Width, i.Width)))
			}
		}
		if len(set) > 0 {
			out += fmt.Sprintf(`<source type="%s" srcset="%s" sizes="%s">`, t.wire, html.EscapeString(strings.Join(set, ", ")), fit)
		}
	}
	return out
}

// Markup is what stands in a text for an item: a figure, or a line with a link that says what it leads to and how large that is.
func (i *Item) Markup(alt string) string {
	if i.Timed() {
		tag := "audio"
		if i.Seen() {
			tag = "video"
		}
		return fmt.Sprintf(`<figure><%s src="%s" controls="" preload="none"></%s><figcaption>%s</figcaption></figure>`, tag, i.Path(), tag,
			html.EscapeString(cmp.Or(alt, strings.TrimSuffix(i.Name, path.Ext(i.Name)))))
	}
	if i.Picture() {
		return fmt.Sprintf(`<figure><img src="%s" alt="%s" width="%d" height="%d"/></figure>`, i.Path(), html.EscapeString(alt), i.Width, i.Height)
	}
	return fmt.Sprintf(`<p><a href="%s">%s</a>（%s）</p>`, i.Path(), html.EscapeString(i.Name), large(i.Bytes))
}

// large is a number of bytes as people say it.
func large(n int64) string {
	if n < 1<<20 {
		return strconv.FormatInt((n+1023)>>10, 10) + " KB"
	}
	return strconv.FormatFloat(float64(n)/(1<<20), 'f', 1, 64) + " MB"
}
