package publication

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/pages"
)

// Departure is how the address of a withdrawn object answers: for good, or with the way to another text.
type Departure struct {
	How            string // GoneForGood or MovedTo
	To             Object // of MovedTo
	Reason, Notice string // Notice is what citizens read where nothing can be shown, "" for the usual sentence
	By             kernel.AccountID
	ByName         string
	At             time.Time
}

// How an address goes on after its text.
const (
	GoneForGood = "gone"
	MovedTo     = "moved"
)

var departedNotices = map[string]string{
	GoneForGood: "这个网址已经停用，原来的内容不再提供。",
	MovedTo:     "您要看的信息已转到另一个网址，但那里的信息现在也不再提供。",
}

// hopsMost bounds how far one address leads on to the next: a page is stamped with each site on the way.
const hopsMost = 16

// Depart says how the object's address answers from now on; what is public is withdrawn with it. Where it leads must be public: an
// address that leads on itself is followed to its end first, so that nothing leads in a circle.
func (p *Publications) Depart(ctx context.Context, obj Object, d Departure) error {
	if err := d.check(obj); err != nil {
		return err
	}
	return p.db.InTx(ctx, func(ctx context.Context) error {
		if err := p.lockBoth(ctx, obj, d.To); err != nil {
			return err
		}
		past, err := p.past(ctx, obj)
		if err != nil {
			return err
		}
		if past.Current != nil {
			if err := p.withdraw(ctx, obj, Withdrawal{Reason: d.Reason, Notice: d.Notice}); err != nil {
				return err
			}
		}
		end, err := p.lastEnd(ctx, obj)
		switch {
		case err != nil:
			return err
		case end == nil:
			return fault.New(fault.NotFound, "没有找到公开过的这条信息。")
		case end.Erased:
			return fault.New(fault.Conflict, "这条信息已依法删除，不能再改它的网址。")
		}
		if d.How == MovedTo {
			if d.To, err = p.end(ctx, obj, d.To); err != nil {
				return err
			}
		}
		return p.depart(ctx, obj, end, d)
	})
}

func (p *Publications) depart(ctx context.Context, obj Object, end *lastEnd, d Departure) error {
	if d.Notice == "" {
		d.Notice = departedNotices[d.How]
	}
	actor := kernel.ActorFrom(ctx)
	d.By, d.ByName, d.At = actor.Account, clean(actor.Name), later(p.now(), end.At)
	if err := p.putDeparture(ctx, obj, end.EditionID, d); err != nil {
		return fmt.Errorf("let %s of site %d depart: %w", obj, obj.Site, err)
	}
	note := map[string]string{"edition": end.EditionID.String(), "reason": d.Reason, "notice": d.Notice}
	if d.How == MovedTo {
		note["to"] = fmt.Sprintf("site/%d %s", d.To.Site, d.To)
	}
	if err := p.log.Record(ctx, audit.Entry{Site: obj.Site, Action: "publication." + d.How, Object: obj.String(), Before: end.how(), After: d.How, Note: note}); err != nil {
		return err
	}
	return p.bump.Bump(ctx, obj.Site)
}

func (d *Departure) check(obj Object) error {
	switch {
	case departedNotices[d.How] == "":
		return fault.In("how", "请选择怎样处理这个网址。")
	case strings.TrimSpace(d.Reason) == "":
		return fault.In("reason", "请写明理由。")
	case d.How == MovedTo && d.To.ID <= 0:
		return fault.In("to", "请写明转到哪一篇。")
	case d.How == MovedTo && (d.To.Kind != obj.Kind || d.To == obj):
		return fault.In("to", "不能转到它自己，请另选一篇。")
	}
	if d.How == GoneForGood {
		d.To = Object{}
	}
	if err := checkText("reason", "理由", d.Reason, opinionMost); err != nil {
		return err
	}
	return checkText("notice", "公开说明", d.Notice, opinionMost)
}

// lockBoth locks in one order everywhere, so that two addresses that are led to each other at once do not both pass.
func (p *Publications) lockBoth(ctx context.Context, one, other Object) error {
	both := []Object{one, other}
	slices.SortFunc(both, func(a, b Object) int {
		if a.Site != b.Site {
			return int(a.Site - b.Site)
		}
		return int(a.ID - b.ID)
	})
	for _, o := range both {
		if err := p.lock(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

// end is the public object to which an address leads, over those that lead on.
func (p *Publications) end(ctx context.Context, from, to Object) (Object, error) {
	l, err := p.publicObject(ctx, to)
	if err != nil {
		return to, err
	}
	if l != nil {
		return to, nil
	}
	to, err = p.Forward(ctx, to)
	switch {
	case err != nil:
		return to, err
	case to.ID == 0:
		return to, fault.In("to", "要转到的那一篇现在没有公开，请另选一篇。")
	case to == from:
		return to, fault.In("to", "要转到的那一篇又转回这里，请另选一篇。")
	}
	return to, nil
}

// Forward answers which public object the address of one that was withdrawn leads to, however often it is led on; the zero Object when
// it leads nowhere. A page that is being rendered follows every site on the way.
func (p *Publications) Forward(ctx context.Context, obj Object) (Object, error) {
	for range hopsMost {
		d, err := p.DepartureOf(ctx, obj)
		if err != nil || d == nil || d.How != MovedTo {
			return Object{}, err
		}
		if err := pages.Follow(ctx, d.To.Site); err != nil {
			return Object{}, err
		}
		l, err := p.publicObject(ctx, d.To)
		if err != nil || l != nil {
			return d.To, err
		}
		obj = d.To
	}
	return Object{}, nil
}

// DepartureOf is how the address of an object answers that was withdrawn; nil where it says so and nothing else.
func (p *Publications) DepartureOf(ctx context.Context, obj Object) (*Departure, error) {
	end, err := p.lastEnd(ctx, obj)
	if err != nil || end == nil || end.Erased {
		return nil, err
	}
	return end.departure(), nil
}

// TakeBack undoes a Depart: the address says again that its text was withdrawn. The text itself comes back only as a new edition.
func (p *Publications) TakeBack(ctx context.Context, obj Object, reason string) error {
	if strings.TrimSpace(reason) == "" {
		return fault.In("reason", "请写明理由。")
	}
	if err := checkText("reason", "理由", reason, opinionMost); err != nil {
		return err
	}
	return p.db.InTx(ctx, func(ctx context.Context) error {
		if err := p.lock(ctx, obj); err != nil {
			return err
		}
		end, err := p.lastEnd(ctx, obj)
		if err != nil {
			return err
		}
		if end == nil || end.How == nil {
			return fault.New(fault.Conflict, "这个网址没有停用，也没有转到别处。")
		}
		if err := p.dropDeparture(ctx, obj.Site, end.EditionID); err != nil {
			return fmt.Errorf("take back the departure of %s of site %d: %w", obj, obj.Site, err)
		}
		err = p.log.Record(ctx, audit.Entry{Site: obj.Site, Action: "publication.takenback", Object: obj.String(), Before: *end.How, After: "withdrawn",
			Note: map[string]string{"edition": end.EditionID.String(), "reason": reason}})
		if err != nil {
			return err
		}
		return p.bump.Bump(ctx, obj.Site)
	})
}

// MayReturn refuses to publish what stood at an address that is gone for good, though its words be erased since.
func (p *Publications) MayReturn(ctx context.Context, obj Object) error {
	end, err := p.lastEnd(ctx, obj)
	if err == nil && end != nil && end.how() == GoneForGood {
		return fault.New(fault.Conflict, "这个网址已永久停用。要再公开这篇稿件，请先恢复它的网址。")
	}
	return err
}
