package app

import (
	"context"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/clocks"
	"github.com/zhanqun/zhanqun/platform/notify"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/policies"
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

// explain has the clock of an interpretation run: from when a major policy is handed in until a text that explains it is public, and once more
// when the last such text is public no longer. The unit that has drafted the policy owes it: 谁起草、谁解读.
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
	h.Pairs.Bared.On("clocks", h.unexplained)
	h.Published.Withdrawn.On("clocks of interpretations", func(ctx context.Context, e publication.WithdrawnEvent) error {
		if e.Kind != article.Kind {
			return nil
		}
		return h.Clocks.Cancel(ctx, e.Site, clockedArticle, e.ID, "政策已不公开", explainedWithin)
	})
	h.Pairs.Answered.On("clocks", func(ctx context.Context, e interpretation.Answer) error {
		return h.Clocks.Stop(ctx, e.Site, clockedArticle, e.Policy, e.At, explainedWithin)
	})
}

// unexplained starts the clock once more for a public major policy that nothing explains now, and tells those who owe it at once: citizens miss
// it already.
func (h *House) unexplained(ctx context.Context, e interpretation.Answer) error {
	d, err := h.Articles.Get(ctx, e.Site, e.Policy)
	if err != nil {
		return err
	}
	about := clocks.Subject{Site: e.Site, Kind: clockedArticle, ID: e.Policy, Title: d.Payload.Title, Href: deskOf(e.Site, e.Policy), Owes: d.Author}
	if err := h.Clocks.KeepAnew(ctx, explainedWithin, about, e.At); err != nil {
		return err
	}
	open, err := h.Clocks.Open(ctx, e.Site, clockedArticle, []int64{e.Policy}, 10)
	if err != nil {
		return err
	}
	for _, k := range open {
		if k.Rule != explainedWithin {
			continue
		}
		people, err := h.told.audience(ctx, clocks.Notice{Site: e.Site, To: clocks.ToWriter, Account: d.Author, Clock: k.ClockID})
		if err != nil {
			return err
		}
		return h.Notices.Tell(ctx, notify.Notice{Site: e.Site, Kind: notify.Bared, Object: clocks.Object(k.ClockID)}, people)
	}
	return nil
}

// drafters are the people of the unit that has drafted the policy of a clock: of the author's unit, who write for the site. Nobody, of another
// clock.
func (t herald) drafters(ctx context.Context, n clocks.Notice) (some []kernel.AccountID, err error) {
	k, err := t.house.Clocks.Get(ctx, n.Site, n.Clock)
	if err != nil || k.Rule != explainedWithin {
		return nil, err
	}
	author, err := t.accounts.Get(ctx, k.Owes)
	if err != nil {
		return nil, err
	}
	people, err := t.Concerned(ctx, n.Site)
	if err != nil {
		return nil, err
	}
	for _, who := range people {
		one, err := t.accounts.Get(ctx, who)
		if err != nil {
			return nil, err
		}
		held, err := t.all(kernel.WithActor(ctx, kernel.Actor{Account: who}), n.Site)
		if err != nil {
			return nil, err
		}
		for i := range held {
			held[i].InScope = true // who keeps one column writes as well
		}
		if one.Org == author.Org && anyOf(held, policies.Proof{}, "article.edit.draft") {
			some = append(some, who)
		}
	}
	return some, nil
}

// Unit is the name of the unit in which a person works; a clock of an interpretation says whose it is.
func (t herald) Unit(ctx context.Context, who kernel.AccountID) (string, error) {
	a, err := t.accounts.Get(ctx, who)
	if err != nil {
		return "", err
	}
	o, err := t.house.Orgs.Get(ctx, a.Org)
	return o.Name, err
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
