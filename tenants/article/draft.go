package article

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/tenants/column"
)

// Create writes a new draft by the actor in ctx. Policy "" is the ordinary review.
func (a *Articles) Create(ctx context.Context, site kernel.SiteID, column int64, policy string, p Payload) (ID, error) {
	return a.CreateFrom(ctx, site, column, policy, p, Saved{})
}

// CreateFrom is Create that takes away, in its transaction, the autosaves of the form that the draft came from.
func (a *Articles) CreateFrom(ctx context.Context, site kernel.SiteID, column int64, policy string, p Payload, s Saved) (ID, error) {
	author := kernel.ActorFrom(ctx).Account
	if author == 0 {
		return 0, fault.New(fault.Forbidden, "请先登录，再写稿。")
	}
	if p.Origin != nil {
		return 0, fault.In("origin", "只有经签字的迁移批次才能带入原发布日期。")
	}
	policy, err := reviewPolicy(policy)
	if err != nil {
		return 0, err
	}
	if err := p.Check(); err != nil {
		return 0, err
	}
	raw, err := p.encode()
	if err != nil {
		return 0, fmt.Errorf("write a new article: %w", err)
	}
	text, now := string(raw), a.Now()
	row := articleRow{SiteID: site, ColumnID: column, State: Drafted, AuthorID: author, Version: 1,
		Policy: policy, Title: p.Title, Disclosure: p.Disclosure, Payload: &text, CreatedAt: now, UpdatedAt: now}
	err = a.unique(func(id int64) error {
		row.ID = id
		return a.create(ctx, &row, s)
	})
	return row.ID, err
}

func (a *Articles) create(ctx context.Context, row *articleRow, s Saved) error {
	return a.DB.InTx(ctx, func(ctx context.Context) error {
		if err := a.mayHold(ctx, row.SiteID, row.ColumnID); err != nil {
			return err
		}
		if err := a.insert(ctx, row); err != nil {
			return err
		}
		d, err := row.draft()
		if err != nil {
			return err
		}
		if err := errors.Join(a.Discard(ctx, row.SiteID, s), a.keepVersion(ctx, nil, d, KeptCreated), a.Drafted.Emit(ctx, *d)); err != nil {
			return err
		}
		return a.record(ctx, row.SiteID, "article.create", row.ID, "", row.Title)
	})
}

// Edit replaces the draft that the caller saw at version; the actor in ctx becomes its author, who may not
// review it. An article under review is not edited: it is returned first.
func (a *Articles) Edit(ctx context.Context, site kernel.SiteID, id ID, version int64, p Payload) error {
	return a.edit(ctx, site, id, version, p, "article.edit.draft")
}

// EditMerged is Edit of a text into which what somebody else saved was taken.
func (a *Articles) EditMerged(ctx context.Context, site kernel.SiteID, id ID, version int64, p Payload) error {
	return a.edit(ctx, site, id, version, p, "article.merge")
}

func (a *Articles) edit(ctx context.Context, site kernel.SiteID, id ID, version int64, p Payload, action string) error {
	if err := p.Check(); err != nil {
		return err
	}
	return a.alter(ctx, site, id, action, func(ctx context.Context, d *Draft) error {
		if d.State == Submitted {
			return fault.New(fault.Conflict, "稿件正在审核，不能修改。请先由审核人退回。")
		}
		if d.Version != version {
			return fault.New(fault.Conflict, "这篇稿件刚被别人改过，请刷新后再改。")
		}
		p.Origin = d.Payload.Origin // where it came from is not the editor's to change
		if !p.mayBePublic() {
			_, err := a.Published.Live(ctx, object(site, id))
			switch {
			case err == nil:
				return fault.In("disclosure", "这篇稿件正在网站上公开。要改成不主动公开，请先撤回。")
			case !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Gone):
				return err
			}
		}
		d.Payload, d.State = p, Drafted
		if who := kernel.ActorFrom(ctx).Account; who != 0 {
			d.Author = who
		}
		return nil
	})
}

// Recolumn puts the article into another column of the site; a published one moves at once, its address stays.
func (a *Articles) Recolumn(ctx context.Context, site kernel.SiteID, id ID, column int64) error {
	return a.alter(ctx, site, id, "article.move", func(ctx context.Context, d *Draft) error {
		if err := a.mayHold(ctx, site, column); err != nil {
			return err
		}
		d.Column = column
		_, err := a.Published.Live(ctx, object(site, id))
		switch {
		case fault.Is(err, fault.NotFound), fault.Is(err, fault.Gone):
			return nil // not public: the draft alone moves
		case err != nil:
			return err
		}
		return a.Published.Move(ctx, object(site, id), publication.Placing{Place: column})
	})
}

// Submit freezes the draft the caller saw at version and hands it to review.
func (a *Articles) Submit(ctx context.Context, site kernel.SiteID, id ID, version int64) (publication.EditionID, error) {
	var edition publication.EditionID
	err := a.alter(ctx, site, id, "article.submit", func(ctx context.Context, d *Draft) error {
		if d.State != Drafted {
			return fault.New(fault.Conflict, "只有草稿可以送审。")
		}
		if d.Version != version {
			return fault.New(fault.Conflict, "这篇稿件刚被别人改过，请刷新后再送审。")
		}
		if !d.Payload.mayBePublic() {
			return fault.New(fault.Conflict, "只有主动公开的稿件可以送审发布。这篇的公开属性不是主动公开，请先核对。")
		}
		if err := a.chained(ctx, d); err != nil {
			return err
		}
		if err := a.numbered(ctx, d); err != nil {
			return err
		}
		raw, err := d.Payload.encode()
		if err != nil {
			return fmt.Errorf("write article %d: %w", id, err)
		}
		edition, err = a.Published.Freeze(ctx, publication.Draft{Object: object(site, id), Author: d.Author, Policy: d.Policy,
			Title: d.Payload.Title, Payload: raw})
		d.State, d.Edition = Submitted, edition
		if err == nil && a.Pictures != nil {
			err = a.Pictures.Use(ctx, site, int64(edition), d.Payload.Body)
		}
		return err
	})
	return edition, err
}

// chained gives the draft the review policy of its column, as it is at this moment.
func (a *Articles) chained(ctx context.Context, d *Draft) error {
	if a.Chain == nil {
		return nil
	}
	policy, err := a.Chain.Policy(ctx, d.Site, d.Column)
	if policy != "" {
		d.Policy = policy
	}
	return err
}

// numbered gives an official document its index number, which reviewers sign with the rest.
func (a *Articles) numbered(ctx context.Context, d *Draft) error {
	if a.Numbers == nil || d.Payload.Kind != Policy {
		return nil
	}
	doc := Document{}
	if d.Payload.Document != nil {
		doc = *d.Payload.Document // a copy: the version before keeps what it had
	}
	number, err := a.Numbers.Give(ctx, d.Site, d.ID, doc.IndexNumber, doc.Subject)
	if err != nil || number == doc.IndexNumber {
		return err
	}
	doc.IndexNumber, d.Payload.Document = number, &doc
	return nil
}

// IndexNumber is the index number in a frozen payload of an official document, or "".
func IndexNumber(payload []byte) string {
	p, err := decode(payload)
	if err != nil || p.Document == nil {
		return ""
	}
	return p.Document.IndexNumber
}

// Return makes a submitted article a draft again, after a review refused it or its author took it back.
func (a *Articles) Return(ctx context.Context, site kernel.SiteID, id ID) error {
	return a.alter(ctx, site, id, "article.return", func(_ context.Context, d *Draft) error {
		if d.State != Submitted {
			return fault.New(fault.Conflict, "这篇稿件不在审核中。")
		}
		d.State = Drafted
		return nil
	})
}

// Publish makes the submitted edition public in the article's column; its review must be complete. The moment
// is the server's: no caller can name one (B12).
func (a *Articles) Publish(ctx context.Context, site kernel.SiteID, id ID) error {
	return a.DB.InTx(ctx, func(ctx context.Context) error {
		d, _, err := a.load(ctx, site, id)
		if err != nil {
			return err
		}
		if d.State != Submitted {
			return fault.New(fault.Conflict, "只有送审并通过审核的稿件可以发布。")
		}
		if err := a.mayHold(ctx, site, d.Column); err != nil {
			return err
		}
		return a.Published.Publish(ctx, site, d.Edition, publication.Placing{Place: d.Column})
	})
}

// Withdraw takes the article away from the public; its address answers 410.
func (a *Articles) Withdraw(ctx context.Context, site kernel.SiteID, id ID, reason string) error {
	return a.Published.Withdraw(ctx, object(site, id), reason)
}

// Get returns the article as its editors see it. An imported one that nobody edited has the published text.
func (a *Articles) Get(ctx context.Context, site kernel.SiteID, id ID) (*Draft, error) {
	d, empty, err := a.load(ctx, site, id)
	if err != nil || !empty {
		return d, err
	}
	live, err := a.Published.Live(ctx, object(site, id))
	if err != nil {
		return nil, err
	}
	p, err := decode(live.Payload)
	if err != nil {
		return nil, fmt.Errorf("read article %d of site %d: %w", id, site, err)
	}
	d.Payload = *p
	return d, nil
}

// alter changes a draft in one transaction: f works on it, the version rises by one, the chain records it.
func (a *Articles) alter(ctx context.Context, site kernel.SiteID, id ID, action string, f func(context.Context, *Draft) error) error {
	return a.DB.InTx(ctx, func(ctx context.Context) error {
		d, err := a.Get(ctx, site, id)
		if err != nil {
			return err
		}
		if !d.BinnedAt.IsZero() && action != unbin {
			return fault.New(fault.Conflict, "这篇稿件在回收站里，请先恢复。")
		}
		was := *d
		if err := f(ctx, d); err != nil {
			return err
		}
		d.Version++
		if err := a.update(ctx, d); err != nil {
			return err
		}
		if why := named[action]; why != "" {
			if err := a.keepVersion(ctx, &was, d, why); err != nil {
				return err
			}
		}
		if err := a.Drafted.Emit(ctx, *d); err != nil {
			return err
		}
		return a.record(ctx, site, action, id, fmt.Sprintf("%s v%d", was.State, was.Version), fmt.Sprintf("%s v%d", d.State, d.Version))
	})
}

func (a *Articles) record(ctx context.Context, site kernel.SiteID, action string, id ID, before, after string) error {
	return a.Audit.Record(ctx, audit.Entry{Site: site, Action: action, Object: fmt.Sprintf("article/%d", id), Before: before, After: after})
}

// mayHold refuses a column that is not the site's, or is no longer in use.
func (a *Articles) mayHold(ctx context.Context, site kernel.SiteID, id int64) error {
	k, err := a.Columns.Get(ctx, site, id)
	if err != nil {
		return err
	}
	if k.State != column.Active {
		return fault.In("column", "栏目“%s”已经归并或关闭，请另选栏目。", k.Name)
	}
	return nil
}

func reviewPolicy(p string) (string, error) {
	if p == "" {
		return publication.Ordinary, nil
	}
	if slices.Contains(publication.Policies, p) {
		return p, nil
	}
	return "", fault.In("policy", "没有“%s”这种审核流程。", p)
}

func object(site kernel.SiteID, id ID) publication.Object {
	return publication.Object{Site: site, Kind: Kind, ID: id}
}

// listen follows publications in their own transaction: the draft's state, the full text.
func (a *Articles) listen() {
	a.Published.Published.On("article", func(ctx context.Context, e publication.PublishedEvent) error {
		if e.Kind != Kind || e.Imported && e.Replaces == 0 {
			return nil // an import's full text is a job's: a batch must not wait for it; and what is history owes no interpretation
		}
		if err := a.explained(ctx, &e.Live); err != nil {
			return err
		}
		if err := errors.Join(a.settle(ctx, e.Object, e.Edition, Released), a.publishedSchedule(ctx, e.Object)); err != nil {
			return err
		}
		return errors.Join(a.index(ctx, &e.Live), a.readLater(ctx, &e.Live))
	})
	a.Published.Withdrawn.On("article", func(ctx context.Context, e publication.WithdrawnEvent) error {
		if e.Kind != Kind {
			return nil
		}
		settle := a.settle
		if e.Erased { // lawful erasure reaches the draft as well
			settle = a.forget
		}
		if err := errors.Join(settle(ctx, e.Object, e.Edition, Withdrawn), a.endSchedule(ctx, e.Site, e.ID)); err != nil {
			return err
		}
		return a.Index.Delete(ctx, e.Site, e.ID)
	})
	a.Published.Moved.On("article", func(ctx context.Context, r publication.Row) error {
		if r.Kind != Kind {
			return nil
		}
		live, err := a.Published.Live(ctx, r.Object)
		if err != nil {
			return err
		}
		return errors.Join(a.place(ctx, r.Object, r.Place), a.index(ctx, live))
	})
}
