package publication

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
)

// What citizens read in place of what was taken away, unless the one who took it away wrote another sentence.
const (
	withdrawnNotice = "您要看的信息已由发布单位撤回，不再提供。"
	erasedNotice    = "您要看的信息已依法删除。"
)

// Publish makes an edition what citizens see, once its last step is approved. Place 0 keeps the place of the
// edition before it.
func (p *Publications) Publish(ctx context.Context, site kernel.SiteID, e EditionID, pl Placing) error {
	return p.db.InTx(ctx, func(ctx context.Context) error {
		t, err := p.lockedTrail(ctx, site, e)
		if err != nil {
			return err
		}
		if err := t.mayPublish(); err != nil {
			return err
		}
		if !t.Approved() {
			return fault.New(fault.Conflict, "这一版还没有审核完毕，不能发布（先审查、后公开）。")
		}
		last := t.Steps[len(t.Steps)-1]
		h := t.issue()
		h.Step, h.Verdict, h.ApprovedAt = &last.Step, &last.Verdict, &last.At
		return p.issue(ctx, t, h, pl, later(p.now(), last.At), "publication.published", nil)
	})
}

// PublishEmergency publishes an edition before it is reviewed, against a debt that somebody who is neither its
// author nor debtor settles within SettleWithin.
func (p *Publications) PublishEmergency(ctx context.Context, site kernel.SiteID, e EditionID, pl Placing, debtor kernel.AccountID) error {
	if debtor <= 0 {
		return fmt.Errorf("publication: an emergency that nobody answers for")
	}
	return p.db.InTx(ctx, func(ctx context.Context) error {
		t, err := p.lockedTrail(ctx, site, e)
		if err != nil {
			return err
		}
		if err := t.mayPublish(); err != nil {
			return err
		}
		switch {
		case t.Approved():
			return fault.New(fault.Conflict, "这一版已经审核完毕，请直接发布。")
		case t.Returned():
			return fault.New(fault.Conflict, "这一版已退回，不能紧急发布。")
		}
		h := t.issue()
		h.Debt = &e
		return p.issue(ctx, t, h, pl, later(p.now(), t.FrozenAt), "publication.emergency", func(at time.Time) error {
			if err := p.insertDebt(ctx, t, debtor, at); err != nil {
				return err
			}
			return p.Owed.Emit(ctx, Debt{Object: t.Object, Edition: t.Edition, Author: t.Author, Debtor: debtor, OpenedAt: at, DueAt: at.Add(SettleWithin)})
		})
	})
}

func (t *Trail) mayPublish() error {
	switch {
	case t.Erased != nil:
		return fault.New(fault.Gone, "这一版稿件已依法删除。")
	case t.Published != nil:
		return fault.New(fault.Conflict, "这一版已经发布过；要再次公开，请提交新的一版。")
	case t.Overtaken:
		return fault.New(fault.Conflict, "作者已提交新的一版，不能再发布这一版。")
	}
	return nil
}

func (t *Trail) issue() history {
	return history{SiteID: t.Site, EditionID: t.Edition, Kind: t.Kind, ObjectID: t.ID, Author: t.Author, Policy: t.Policy, Digest: t.Digest, FrozenAt: t.FrozenAt}
}

// issue writes the edition's entry in the history and puts it in the place of what was public before.
// prove writes what the entry refers to and does not exist yet.
func (p *Publications) issue(ctx context.Context, t *Trail, h history, pl Placing, at time.Time, action string, prove func(time.Time) error) error {
	past, err := p.past(ctx, t.Object)
	if err != nil {
		return err
	}
	if err := p.MayReturn(ctx, t.Object); err != nil {
		return err
	}
	if h.Place = pl.Place; h.Place == 0 && past.Current != nil {
		h.Place = past.Current.Place
	}
	if h.Place <= 0 {
		return fault.In("place", "请选择栏目。")
	}
	h.EditionPublishedAt = later(at, past.LastAt)
	h.FirstPublishedAt, h.MigratedAt = h.EditionPublishedAt, past.MigratedAt
	if !past.FirstAt.IsZero() {
		h.FirstPublishedAt = past.FirstAt
	}
	actor := kernel.ActorFrom(ctx)
	h.Publisher, h.PublisherName = actor.Account, clean(actor.Name)
	if prove != nil {
		if err := prove(h.EditionPublishedAt); err != nil {
			return fmt.Errorf("open a debt for edition %d of site %d: %w", t.Edition, t.Site, err)
		}
	}
	if err := p.replace(ctx, &h, past.Current); err != nil {
		return fmt.Errorf("publish edition %d of site %d: %w", t.Edition, t.Site, err)
	}
	return p.announce(ctx, t.Edition, t.Site, past.Current, action)
}

// replace puts the publication to h, ending what was public before.
func (p *Publications) replace(ctx context.Context, h *history, current *publicRow) error {
	if err := p.insertHistory(ctx, h); err != nil {
		return err
	}
	if current == nil {
		return p.insertPublication(ctx, h)
	}
	if err := p.bury(ctx, h.object(), current.EditionID, "superseded", Withdrawal{}, h.EditionPublishedAt); err != nil {
		return err
	}
	return p.turnPublication(ctx, h)
}

// announce tells the audit chain, the subscribers and the page caches.
func (p *Publications) announce(ctx context.Context, e EditionID, site kernel.SiteID, replaced *publicRow, action string) error {
	l, err := p.publicEdition(ctx, site, e)
	if err != nil {
		return err
	}
	ev, before := PublishedEvent{Live: *l}, ""
	if replaced != nil {
		ev.Replaces, before = replaced.EditionID, replaced.Digest
	}
	if err := p.log.Record(ctx, published(l, action, before, nil)); err != nil {
		return err
	}
	if err := p.Published.Emit(ctx, ev); err != nil {
		return err
	}
	return p.bump.Bump(ctx, site)
}

func published(l *Live, action, before string, note map[string]string) audit.Entry {
	e := audit.Entry{Site: l.Site, Action: action, Object: l.String(), Before: before, After: l.Digest, Note: map[string]string{
		"edition": l.Edition.String(), "place": fmt.Sprint(l.Place),
		"first": l.FirstPublishedAt.Format(time.RFC3339Nano), "at": l.EditionPublishedAt.Format(time.RFC3339Nano)}}
	for k, v := range note {
		e.Note[k] = v
	}
	return e
}

// Settle records the review that an emergency publication owes, with both opinions. Rejected withdraws it at once.
func (p *Publications) Settle(ctx context.Context, site kernel.SiteID, e EditionID, o Opinion) error {
	if err := o.check(); err != nil {
		return err
	}
	return p.db.InTx(ctx, func(ctx context.Context) error {
		t, err := p.lockedTrail(ctx, site, e)
		if err != nil {
			return err
		}
		if err := t.maySettle(o); err != nil {
			return err
		}
		at := later(p.now(), t.Debt.OpenedAt)
		if err := p.Reviewed.Emit(ctx, *t.Debt); err != nil {
			return err
		}
		if o.Verdict == Rejected {
			if err := p.withdraw(ctx, t.Object, Withdrawal{Reason: "补审未通过：" + o.Reason}); err != nil {
				return err
			}
		}
		if err := p.insertSettlement(ctx, t, o, at); err != nil {
			return fmt.Errorf("settle the debt of edition %d of site %d: %w", e, site, err)
		}
		return p.log.Record(ctx, audit.Entry{Site: site, Action: "publication.settled", Object: t.String(), Before: "open", After: o.Verdict,
			Note: map[string]string{"edition": e.String(), "reviewer": o.Reviewer.String(), "review": o.Review, "secrecy": o.Secrecy, "reason": o.Reason}})
	})
}

func (t *Trail) maySettle(o Opinion) error {
	switch {
	case t.Debt == nil:
		return fault.New(fault.Conflict, "这一版不是紧急发布的，没有待补的审核。")
	case t.Settled != nil:
		return fault.New(fault.Conflict, "这一版已经补审。")
	case !t.Public:
		return fault.New(fault.Conflict, "这一版已不再公开，无需补审。")
	case o.Reviewer == t.Author:
		return fault.New(fault.Forbidden, "作者不能补审自己的稿件，请由另一人补审。")
	case o.Reviewer == t.Debt.Debtor:
		return fault.New(fault.Forbidden, "紧急发布人不能补审，请由另一人补审。")
	case o.Verdict == Approved && strings.TrimSpace(o.Review) == "":
		return fault.In("review", "请填写审核意见。")
	case o.Verdict == Approved && strings.TrimSpace(o.Secrecy) == "":
		return fault.In("secrecy", "请填写保密审查意见。")
	}
	return nil
}

// Withdraw takes an object away from citizens; they read the usual sentence. To be public again it needs a new edition.
func (p *Publications) Withdraw(ctx context.Context, obj Object, reason string) error {
	return p.TakeDown(ctx, obj, Withdrawal{Reason: reason})
}

// TakeDown is Withdraw with a sentence of its own for citizens.
func (p *Publications) TakeDown(ctx context.Context, obj Object, w Withdrawal) error {
	if strings.TrimSpace(w.Reason) == "" {
		return fault.In("reason", "撤回须写明理由。")
	}
	if err := checkText("reason", "理由", w.Reason, opinionMost); err != nil {
		return err
	}
	if err := checkText("notice", "公开说明", w.Notice, opinionMost); err != nil {
		return err
	}
	return p.db.InTx(ctx, func(ctx context.Context) error {
		if err := p.lock(ctx, obj); err != nil {
			return err
		}
		return p.withdraw(ctx, obj, w)
	})
}

func (p *Publications) withdraw(ctx context.Context, obj Object, w Withdrawal) error {
	past, err := p.past(ctx, obj)
	if err != nil {
		return err
	}
	c := past.Current
	if c == nil {
		return fault.New(fault.NotFound, "没有找到已公开的这条信息。")
	}
	if w.Notice == "" {
		w.Notice = withdrawnNotice
	}
	if err := p.bury(ctx, obj, c.EditionID, "withdrawn", w, later(p.now(), past.LastAt)); err != nil {
		return fmt.Errorf("withdraw %s of site %d: %w", obj, obj.Site, err)
	}
	if err := p.deletePublication(ctx, obj); err != nil {
		return fmt.Errorf("withdraw %s of site %d: %w", obj, obj.Site, err)
	}
	err = p.log.Record(ctx, audit.Entry{Site: obj.Site, Action: "publication.withdrawn", Object: obj.String(), Before: c.Digest,
		Note: map[string]string{"edition": c.EditionID.String(), "reason": w.Reason, "notice": w.Notice}})
	if err != nil {
		return err
	}
	if err := p.Withdrawn.Emit(ctx, WithdrawnEvent{Object: obj, Edition: c.EditionID, Place: c.Place}); err != nil {
		return err
	}
	return p.bump.Bump(ctx, obj.Site)
}

// Erase is the one lawful erasure: it withdraws the object when it is public and puts a mark in place of the
// words of all its editions. The digests stay, and citizens read that it was erased. It needs two people.
func (p *Publications) Erase(ctx context.Context, obj Object, x Erasure) error {
	if err := x.check(); err != nil {
		return err
	}
	return p.db.InTx(ctx, func(ctx context.Context) error {
		if err := p.lock(ctx, obj); err != nil {
			return err
		}
		past, err := p.past(ctx, obj)
		if err != nil {
			return err
		}
		if past.Current != nil {
			if err := p.withdraw(ctx, obj, Withdrawal{Reason: x.Reason, Notice: x.Notice}); err != nil {
				return err
			}
		}
		erased, err := p.eraseEditions(ctx, obj, x, p.now())
		if err != nil {
			return fmt.Errorf("erase %s of site %d: %w", obj, obj.Site, err)
		}
		if len(erased) == 0 {
			return fault.New(fault.NotFound, "没有可以删除的内容。")
		}
		for _, e := range erased {
			err := p.log.Record(ctx, audit.Entry{Site: obj.Site, Action: "edition.erased", Object: obj.String(), Before: e.Digest, After: "erased",
				Note: map[string]string{"edition": e.ID.String(), "reason": x.Reason, "basis": x.Basis, "by": x.By.String(), "approver": x.Approver.String()}})
			if err != nil {
				return err
			}
		}
		if err := p.Withdrawn.Emit(ctx, WithdrawnEvent{Object: obj, Erased: true}); err != nil {
			return err
		}
		return p.bump.Bump(ctx, obj.Site)
	})
}

func (x *Erasure) check() error {
	switch {
	case strings.TrimSpace(x.Reason) == "":
		return fault.In("reason", "删除须写明理由。")
	case strings.TrimSpace(x.Basis) == "":
		return fault.In("basis", "删除须写明依据的文书编号。")
	case x.By <= 0 || x.Approver <= 0 || x.By == x.Approver:
		return fault.New(fault.Forbidden, "依法删除须由两个人办理：一人提出，另一人批准。")
	}
	if x.Notice == "" {
		x.Notice = erasedNotice
	}
	for field, text := range map[string]string{"reason": x.Reason, "basis": x.Basis, "notice": x.Notice} {
		if err := checkText(field, "说明", text, opinionMost); err != nil {
			return err
		}
	}
	return nil
}

// Move puts a public object into another place of the site; its words and dates stay.
func (p *Publications) Move(ctx context.Context, obj Object, to Placing) error {
	if to.Place <= 0 {
		return fault.In("place", "请选择栏目。")
	}
	return p.db.InTx(ctx, func(ctx context.Context) error {
		if err := p.lock(ctx, obj); err != nil {
			return err
		}
		past, err := p.past(ctx, obj)
		if err != nil {
			return err
		}
		if past.Current == nil {
			return fault.New(fault.NotFound, "没有找到已公开的这条信息。")
		}
		if past.Current.Place == to.Place {
			return nil
		}
		if err := p.movePublication(ctx, obj, to.Place); err != nil {
			return fmt.Errorf("move %s of site %d: %w", obj, obj.Site, err)
		}
		l, err := p.publicEdition(ctx, obj.Site, past.Current.EditionID)
		if err != nil {
			return err
		}
		err = p.log.Record(ctx, audit.Entry{Site: obj.Site, Action: "publication.moved", Object: obj.String(),
			Before: fmt.Sprint(past.Current.Place), After: fmt.Sprint(to.Place)})
		if err != nil {
			return err
		}
		if err := p.Moved.Emit(ctx, l.Row); err != nil {
			return err
		}
		return p.bump.Bump(ctx, obj.Site)
	})
}
