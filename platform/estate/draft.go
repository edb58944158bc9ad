package estate

import (
	"context"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/site"
)

// Draft is an opening that somebody has begun: it may be left at any step and taken up again, by the same person.
type Draft struct {
	ID        int64
	Account   kernel.AccountID
	Step      int
	Form      Form
	Opened    kernel.SiteID // the site it became, or 0
	CreatedAt time.Time
	UpdatedAt time.Time
}

// draftsAtMost is how many unfinished openings one person keeps.
const draftsAtMost = 50

// Begin starts an opening for a unit. The same unit again is the same draft.
func (e *Estate) Begin(ctx context.Context, code string) (Draft, error) {
	owner, err := e.Orgs.ByCode(ctx, code)
	if fault.Is(err, fault.NotFound) {
		return Draft{}, fault.In("org", "%s", err)
	}
	if err != nil {
		return Draft{}, err
	}
	d := Draft{ID: e.IDs.Next(), Account: kernel.ActorFrom(ctx).Account, Step: 1, Form: Form{Org: owner.Code}, CreatedAt: e.Now(), UpdatedAt: e.Now()}
	err = e.DB.InTx(ctx, func(ctx context.Context) error {
		mine, err := e.drafts(ctx, d.Account)
		if err != nil {
			return err
		}
		for _, had := range mine {
			if had.Form.Org == owner.Code {
				d = had
				return nil
			}
		}
		if len(mine) >= draftsAtMost {
			return fault.New(fault.Conflict, "没有办完的开通已有 %d 件，请先办完或删除几件。", len(mine))
		}
		return e.insertDraft(ctx, d)
	})
	return d, err
}

// Keep saves what was typed at a step, right or wrong: nothing is lost.
func (e *Estate) Keep(ctx context.Context, d Draft) error {
	d.UpdatedAt = e.Now()
	return e.DB.InTx(ctx, func(ctx context.Context) error { return e.saveDraft(ctx, d) })
}

// Finish opens the site of a draft. A draft that has been opened answers its site again: the button was pressed twice.
func (e *Estate) Finish(ctx context.Context, d Draft) (id kernel.SiteID, err error) {
	if d.Opened != 0 {
		return d.Opened, nil
	}
	err = e.DB.InTx(ctx, func(ctx context.Context) error {
		var g site.Site
		if g, err = e.Open(ctx, d.Form); err != nil {
			return err
		}
		id, d.Opened, d.UpdatedAt = g.ID, g.ID, e.Now()
		return e.saveDraft(ctx, d)
	})
	return id, err
}

// own is a draft of the actor's.
func (e *Estate) own(ctx context.Context, id int64) (Draft, error) {
	d, ok, err := e.draft(ctx, id)
	if err == nil && (!ok || d.Account != kernel.ActorFrom(ctx).Account) {
		err = fault.New(fault.NotFound, "没有这件开通，或者不是您办的。")
	}
	return d, err
}

// unitsAtMost is how many units a search answers.
const unitsAtMost = 20

// Unit is a unit that a search has found, with what stands against a site of its own.
type Unit struct {
	org.Org
	Has string // the site it has already, or ""
}

// Units finds units by a part of their name or the beginning of their code, those without a site first.
func (e *Estate) Units(ctx context.Context, text string) ([]Unit, error) {
	found, err := e.Orgs.Search(ctx, text, unitsAtMost)
	if err != nil {
		return nil, err
	}
	var all, later []Unit
	for _, o := range found {
		sites, err := e.Sites.List(ctx, site.Filter{Org: o.ID}, kernel.Page{Number: 1, Size: 10})
		if err != nil {
			return nil, err
		}
		u := Unit{Org: o}
		for _, g := range sites {
			if g.Kind != site.Column && g.State != site.Closed && g.State != site.Refused {
				u.Has = g.Name
			}
		}
		if u.Has == "" {
			all = append(all, u)
		} else {
			later = append(later, u)
		}
	}
	return append(all, later...), nil
}
