package paste

import (
	"context"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/render"
	"golang.org/x/net/html"
)

// Shelf keeps the pictures that come along with a text; tenants/media does.
type Shelf interface {
	// Shelve keeps a picture and answers what stands for it in a text.
	Shelve(ctx context.Context, site kernel.SiteID, name, alt string, raw []byte) (markup string, err error)
}

// keepPictures puts the pictures whose bytes came along into the text, each before the box that it stood in. One that is refused, or that the
// store cannot take now, stays out and is counted: the words are worth more than the picture.
func (t *Tray) keepPictures(ctx context.Context, site kernel.SiteID, r *Result) {
	at := map[int]string{}
	for _, p := range r.Pictures {
		if p.Data == nil || t.Pictures == nil {
			continue
		}
		if markup, err := t.Pictures.Shelve(ctx, site, "图片", p.Alt, p.Data); err == nil {
			at[p.Block] += markup
			r.Seen.Pictures--
		}
	}
	if len(at) > 0 {
		r.HTML = illustrated(r.HTML, at)
	}
}

// illustrated puts markup before the elements of a fragment, by how many stand before it.
func illustrated(source string, at map[int]string) string {
	nodes, ok := render.Parse(source)
	if !ok { // not of what the sanitiser has written
		return source
	}
	var out strings.Builder
	last, n := 0, 0
	for i := range at {
		last = max(last, i)
	}
	for _, node := range nodes {
		if node.Type == html.ElementNode {
			out.WriteString(at[n])
			n++
		}
		_ = html.Render(&out, node) // a builder takes everything
	}
	for ; n <= last; n++ {
		out.WriteString(at[n])
	}
	return render.Sanitise(out.String())
}
