package app

import (
	"context"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/clocks"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/interpretation"
)

// pairTexts tells the interpretations, which know no article, what they ask of one.
type pairTexts struct{ house *House }

// Official answers interpretation.Texts.
func (t pairTexts) Official(ctx context.Context, site kernel.SiteID, id int64) (bool, error) {
	a, err := t.house.Articles.Get(ctx, site, id)
	if err != nil {
		return false, err
	}
	return a.Payload.Kind == article.Policy, nil
}

// Major answers interpretation.Texts.
func (t pairTexts) Major(ctx context.Context, site kernel.SiteID, id int64) (bool, error) {
	p, _, err := t.house.Articles.Public(ctx, site, id)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Gone) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return p.Major(), nil
}

// explainedWithin is the rule of the pack that a major policy's drafting unit owes its interpretation by (d11).
const explainedWithin = "interpretation"

// explain has the clock of an interpretation run: from when a major policy is handed in until a text that explains it is public. Whoever has
// written the policy owes it: 谁起草、谁解读.
func (h *House) explain() {
	h.Articles.Drafted.On("interpretation", func(ctx context.Context, d article.Draft) error {
		if !d.Payload.Major() || !d.BinnedAt.IsZero() {
			return h.Clocks.Cancel(ctx, d.Site, clockedArticle, d.ID, "不再是待发布的重大政策", explainedWithin)
		}
		if d.State != article.Submitted {
			return nil
		}
		if err := h.Pairs.Explained(ctx, d.Site, d.ID, d.Payload.Title); err == nil || !fault.Is(err, fault.Conflict) {
			return err
		}
		start, err := h.askedSince(ctx, d)
		if err != nil {
			return err
		}
		return h.Clocks.Keep(ctx, explainedWithin, clocks.Subject{Site: d.Site, Kind: clockedArticle, ID: d.ID, Title: d.Payload.Title,
			Href: deskOf(d.Site, d.ID), Owes: d.Author}, start)
	})
	h.Pairs.Answered.On("clocks", func(ctx context.Context, e interpretation.Answer) error {
		return h.Clocks.Stop(ctx, e.Site, clockedArticle, e.Policy, e.At, explainedWithin)
	})
}

// askedSince is since when the interpretation is owed: a policy that came back and is handed in again has no more time for it.
func (h *House) askedSince(ctx context.Context, d article.Draft) (start time.Time, err error) {
	open, err := h.Clocks.Open(ctx, d.Site, clockedArticle, []int64{d.ID}, 10)
	if err != nil {
		return start, err
	}
	for _, k := range open {
		if k.Rule == explainedWithin {
			return k.StartedAt, nil
		}
	}
	return h.Clocks.Now(), nil
}
