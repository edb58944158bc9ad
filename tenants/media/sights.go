package media

import (
	"context"
	"fmt"
	"html"
	"html/template"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/render"
	nethtml "golang.org/x/net/html"
)

// cardSizes is how wide a picture in a list is: a phone's whole width, half of a tablet's, a third of a screen's.
const cardSizes = "(min-width: 60rem) 24rem, (min-width: 34rem) 50vw, 100vw"

// Sights are what there is to see of each of the bodies, in one query.
func (m *Media) Sights(ctx context.Context, site kernel.SiteID, base string, bodies []string) ([]render.Sight, error) {
	all := make([]render.Sight, len(bodies))
	ids := Named(strings.Join(bodies, "\n"))
	if len(ids) == 0 {
		return all, nil
	}
	have, err := m.several(ctx, site, ids)
	if err != nil {
		return nil, err
	}
	for n, body := range bodies {
		all[n] = sight(have, base, body)
	}
	return all, nil
}

// sight looks for the first picture and the first film of a body.
func sight(have map[ID]*Item, base, body string) (s render.Sight) {
	var poster template.HTML
	for z := nethtml.NewTokenizer(strings.NewReader(body)); ; {
		switch z.Next() {
		case nethtml.ErrorToken:
			if s.Picture == "" {
				s.Picture = poster
			}
			return s
		case nethtml.StartTagToken, nethtml.SelfClosingTagToken:
		default:
			continue
		}
		t := z.Token()
		i := the(have, value(t, "src"))
		switch {
		case i == nil:
		case t.Data == "img" && s.Picture == "" && i.Picture():
			s.Picture = template.HTML(picture(have, base, t, cardSizes, ` loading="lazy"`)) // each attribute is escaped
		case (t.Data == "video" || t.Data == "audio") && s.Heard == "" && i.Timed() && (i.Film == nil || i.Film.State != Broken):
			s.Heard, s.Length, poster = i.heard(base)
		}
	}
}

// heard is what a film is called, how long it is, and its poster, whose words are the title that it stands beside.
func (i *Item) heard(base string) (form, length string, poster template.HTML) {
	if form = "音频"; i.Seen() {
		form = "视频"
	}
	f := i.Film
	if f == nil {
		return form, "", ""
	}
	if f.Length > 0 {
		length = spoken(f.Length)
	}
	if f.Poster.Bytes > 0 {
		size := ""
		if f.Width > 0 {
			size = fmt.Sprintf(` width="%d" height="%d"`, f.Width, f.Height)
		}
		poster = template.HTML(`<img loading="lazy" src="` + html.EscapeString(base+i.below("poster.jpg")) + `" alt=""` + size + `>`) // the address is escaped
	}
	return form, length, poster
}
