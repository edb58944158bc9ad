package checks

import (
	"context"
	"strconv"

	"github.com/zhanqun/zhanqun/kernel"
)

// Films tells what is said in the films and recordings that a text names; tenants/media does.
type Films interface {
	// Spoken are their words: those with which an edition was frozen, or without one those of this moment.
	Spoken(ctx context.Context, site kernel.SiteID, edition int64, body string) ([]Spoken, error)
}

// Spoken is what one film says, in words.
type Spoken struct {
	Item int64
	Name string
	Seen bool // a film, not a recording
	Text string
}

// filmField begins the names of the fields in which the words of films stand.
const filmField = "film."

// spoken is what is found in the words of a text's films. They are put right at the film, not in the draft, so no finding has a Fix, and
// what a Fix would have masked is masked in what is shown.
func (k *Checks) spoken(ctx context.Context, id kernel.SiteID, edition int64, body string, c Context) (all []Finding, err error) {
	if k.Films == nil {
		return nil, nil
	}
	said, err := k.Films.Spoken(ctx, id, edition, body)
	for _, s := range said {
		what := "音频"
		if s.Seen {
			what = "视频"
		}
		for _, f := range c.words(plain(filmField+strconv.FormatInt(s.Item, 10), s.Text)) {
			f.Quote = f.shown()
			f.Fix, f.Say = nil, what+"“"+s.Name+"”的文字稿："+f.Say
			all = append(all, f)
		}
	}
	return all, err
}
