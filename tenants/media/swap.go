package media

import (
	"context"
	"html"
	"slices"
	"strconv"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	nethtml "golang.org/x/net/html"
)

// Swap puts an item in the place of another in the draft of an article. What is public stays as it was reviewed (三(二): 先审查后公开) until
// the changed draft has gone the same way. A film that has no words yet takes over those of the one in whose place it stands, for its reviewers to see.
func (m *Media) Swap(ctx context.Context, site kernel.SiteID, old, new ID, article int64) error {
	was, err := m.Get(ctx, site, old)
	if err != nil {
		return err
	}
	now, err := m.Get(ctx, site, new)
	if err != nil {
		return err
	}
	if err := swappable(was, now); err != nil {
		return err
	}
	if m.Texts == nil {
		return fault.New(fault.NotFound, "没有这篇稿件。")
	}
	t, err := m.Texts.Draft(ctx, site, article)
	if err != nil {
		return err
	}
	body := swapped(t.Body, was, now)
	if body == t.Body {
		return fault.New(fault.Conflict, "这篇稿件的草稿里没有它，不用换。")
	}
	return m.DB.InTx(ctx, func(ctx context.Context) error {
		if err := m.speak(ctx, was, now); err != nil {
			return err
		}
		return m.Texts.Save(ctx, site, article, t.Version, body)
	})
}

// swappable refuses to put a file where a picture stands, or a thing in its own place.
func swappable(was, now *Item) error {
	if was.ID == now.ID {
		return fault.In("file", "新文件和原来的完全一样，不用换。")
	}
	if was.Timed() != now.Timed() || was.Timed() && was.Seen() != now.Seen() {
		return fault.In("file", "视频只能换成视频，录音只能换成录音。")
	}
	if was.Picture() != now.Picture() {
		return fault.In("file", "图片只能换成图片，文件只能换成文件。")
	}
	return nil
}

// swapped is a text in which another item stands in the place of one: a picture as wide as the old one was shown, a file under its own name.
func swapped(body string, was, now *Item) string {
	if !slices.Contains(Named(body), was.ID) {
		return body
	}
	link := func(i *Item) string {
		return `<a href="` + i.Path() + `">` + html.EscapeString(i.Name) + `</a>（` + large(i.Bytes) + `）`
	}
	body = strings.ReplaceAll(body, link(was), link(now))
	var out strings.Builder
	for z := nethtml.NewTokenizer(strings.NewReader(body)); ; {
		kind := z.Next()
		if kind == nethtml.ErrorToken {
			return out.String()
		}
		raw := string(z.Raw())
		if kind != nethtml.StartTagToken && kind != nethtml.SelfClosingTagToken || !slices.Contains(Named(raw), was.ID) {
			out.WriteString(raw)
			continue
		}
		t := z.Token()
		for n, a := range t.Attr {
			if (a.Key == "src" || a.Key == "href") && slices.Contains(Named(a.Val), was.ID) {
				t.Attr[n].Val = now.Path()
			}
		}
		if t.Data == "img" {
			resize(&t, was, now)
		}
		out.WriteString(t.String())
	}
}

// resize gives a picture the proportions of the new one.
func resize(t *nethtml.Token, was, now *Item) {
	width := now.Width
	if shown, err := strconv.Atoi(value(*t, "width")); err == nil && shown > 0 && shown < was.Width {
		width = min(shown, now.Width)
	}
	height := max((width*now.Height+now.Width/2)/now.Width, 1)
	t.Attr = slices.DeleteFunc(t.Attr, func(a nethtml.Attribute) bool { return a.Key == "width" || a.Key == "height" })
	t.Attr = append(t.Attr, nethtml.Attribute{Key: "width", Val: strconv.Itoa(width)}, nethtml.Attribute{Key: "height", Val: strconv.Itoa(height)})
}
