package paste

import (
	"context"
	"errors"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
)

// shelf takes pictures that are not empty, as a room that keeps them does.
type shelf struct{ taken int }

func (s *shelf) Shelve(_ context.Context, _ kernel.SiteID, _, alt string, raw []byte) (string, error) {
	if len(raw) == 0 {
		return "", errors.New("refused")
	}
	s.taken++
	return `<figure><img src="/-/media/7/full.png" alt="` + alt + `"/></figure>`, nil
}

// B5, B13: a picture that comes along stands before the box that it stood in; one that is refused stays out, and is counted.
func TestPicturesStandInTheirPlace(t *testing.T) {
	one := []byte{1}
	const figure = `<figure><img src="/-/media/7/full.png" alt="甲"/></figure>`
	for _, c := range []struct {
		name, html, want string
		pictures         []Picture
		left             int
	}{
		{"in the middle", "<p>一</p>\n<p>二</p>", "<p>一</p>\n" + figure + "<p>二</p>", []Picture{{Data: one, Alt: "甲", Block: 1}}, 0},
		{"before and behind", "<p>一</p>", figure + "<p>一</p>" + figure, []Picture{{Data: one, Alt: "甲"}, {Data: one, Alt: "甲", Block: 1}}, 0},
		{"alone", "", figure, []Picture{{Data: one, Alt: "甲"}}, 0},
		{"without bytes", "<p>一</p>", "<p>一</p>", []Picture{{Alt: "甲"}}, 1},
		{"refused", "<p>一</p>", "<p>一</p>", []Picture{{Data: []byte{}, Alt: "甲"}}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &shelf{}
			r := Result{HTML: c.html, Pictures: c.pictures, Seen: Seen{Pictures: len(c.pictures)}}
			New(Room{Pictures: s}).keepPictures(context.Background(), 1, &r)
			if r.HTML != c.want || r.Seen.Pictures != c.left || s.taken != len(c.pictures)-c.left {
				t.Errorf("%q, %d left out, want %q and %d", r.HTML, r.Seen.Pictures, c.want, c.left)
			}
		})
	}
}
