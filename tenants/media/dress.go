package media

import (
	"context"
	"fmt"
	"html"
	"strconv"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	nethtml "golang.org/x/net/html"
)

// sizes is how wide a text is: a phone's whole width, or a column of reading width.
const sizes = "(min-width: 52rem) 48rem, 100vw"

// Dress gives the pictures of a sanitised text their size, so that nothing jumps while they come, and their smaller forms; every
// address gets the base below which this reader finds it.
func (m *Media) Dress(ctx context.Context, site kernel.SiteID, base, body string) (string, error) {
	ids := Named(body)
	if len(ids) == 0 {
		return body, nil
	}
	have, err := m.several(ctx, site, ids)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for z := nethtml.NewTokenizer(strings.NewReader(body)); ; {
		kind := z.Next()
		if kind == nethtml.ErrorToken {
			return out.String(), nil
		}
		raw := string(z.Raw())
		if kind != nethtml.StartTagToken && kind != nethtml.SelfClosingTagToken {
			out.WriteString(raw)
			continue
		}
		switch t := z.Token(); {
		case t.Data == "img":
			out.WriteString(picture(have, base, t))
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

// picture writes an image anew; one whose row is not there keeps its words and shows nothing.
func picture(have map[ID]*Item, base string, t nethtml.Token) string {
	src := value(t, "src")
	ids := Named(src)
	var i *Item
	if len(ids) == 1 {
		i = have[ids[0]]
	}
	w, h := value(t, "width"), value(t, "height")
	set := ""
	if i != nil && i.Picture() {
		src = i.Path()
		if w == "" || h == "" {
			w, h = strconv.Itoa(i.Width), strconv.Itoa(i.Height)
		}
		for _, small := range i.Thumbs {
			set += fmt.Sprintf("%s%s %dw, ", base, i.named(strconv.Itoa(small.Width)), small.Width)
		}
		if set != "" {
			set = fmt.Sprintf(` srcset="%s%s%s %dw" sizes="%s"`, html.EscapeString(set), html.EscapeString(base), src, i.Width, sizes)
		}
	}
	out := `<img src="` + html.EscapeString(base+src) + `"` + set + ` alt="` + html.EscapeString(value(t, "alt")) + `"`
	if w != "" && h != "" {
		out += ` width="` + html.EscapeString(w) + `" height="` + html.EscapeString(h) + `"`
	}
	return out + ">"
}

// Markup is what stands in a text for an item: a figure, or a line with a link that says what it leads to and how large that is.
func (i *Item) Markup(alt string) string {
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
