package notify

import (
	"context"
	"errors"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/publication"
)

// heard is what the audit chain's actions make people hear. What is not here is told to nobody.
var heard = map[string]func(*Notices, context.Context, audit.Entry) error{
	"edition.frozen":          (*Notices).onward,
	"edition.approved":        (*Notices).onward,
	"publication.emergency":   (*Notices).urgent,
	"edition.returned":        toAuthor(Returned),
	"publication.published":   toAuthor(Published),
	"publication.settled":     toAuthor(Passed),
	"publication.withdrawn":   toAuthor(Withdrawn),
	"review.comment":          (*Notices).noted,
	"review.handover":         (*Notices).handed,
	"appointment.content":     (*Notices).appointed,
	"appointment.technical":   (*Notices).appointed,
	"appointment.end":         (*Notices).ended,
	"site.suspended":          toSite(Suspended),
	"site.online":             (*Notices).resumed,
	"site.approved":           toApplicant(Approved),
	"site.refused":            toApplicant(Refused),
	"clock.stopped":           (*Notices).over,
	"clock.cancelled":         (*Notices).over,
	"clock.extended":          (*Notices).over,
	"clock.paused":            (*Notices).over,
	"clock.over":              (*Notices).over,
	"column.request.new":      toDeciders(Wished),
	"column.request.rename":   toDeciders(Wished),
	"column.request.merge":    toDeciders(Wished),
	"column.request.close":    toDeciders(Wished),
	"column.request.accept":   toAsker(Granted),
	"column.request.refuse":   toAsker(Declined),
	"column.request.withdraw": (*Notices).over,
	"correction.received":     toDeciders(Reported),
	"correction.fixed":        (*Notices).over,
	"correction.declined":     (*Notices).over,
}

// hear runs in the transaction of every change that is recorded. What a batch or the demonstration writes is told to nobody.
func (n *Notices) hear(ctx context.Context, e audit.Entry) error {
	tell := heard[e.Action]
	if via := kernel.ActorFrom(ctx).Via; tell == nil || via == "import" || via == "demo" {
		return nil
	}
	return tell(n, ctx, e)
}

// object is what an entry is about, where it is something that can be public.
func object(e audit.Entry) (publication.Object, bool) {
	kind, number, _ := strings.Cut(e.Object, "/")
	id, ok := kernel.ParseID[int64](number)
	return publication.Object{Site: e.Site, Kind: publication.Kind(kind), ID: id}, ok && e.Site > 0
}

// tell makes a notice for a person, unless it is the one who acts; nobody is told.
func (n *Notices) tell(ctx context.Context, row Notice) error {
	if row.Account == 0 || row.Account == me(ctx) {
		return nil
	}
	row.ID, row.At = n.IDs.Next(), n.Now()
	return n.insert(ctx, row)
}

// Tell makes a notice for each of the people, in the caller's transaction, as far as a live post leads them to the site. What somebody has
// not read yet is not told again.
func (n *Notices) Tell(ctx context.Context, row Notice, people []kernel.AccountID) error {
	return n.DB.InTx(ctx, func(ctx context.Context) error {
		for _, who := range people {
			enters, err := n.Desk.Enters(as(ctx, who), row.Site)
			if err != nil {
				return err
			}
			row.Account = who
			waits, err := n.waits(ctx, row)
			if err == nil && enters && !waits {
				err = n.tell(ctx, row)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// over: nobody has to hurry any more.
func (n *Notices) over(ctx context.Context, e audit.Entry) error {
	return n.settle(ctx, e.Site, e.Object)
}

// onward: the edition has come a step further, so what it waited for is over and somebody else's turn begins.
func (n *Notices) onward(ctx context.Context, e audit.Entry) error {
	obj, ok := object(e)
	if !ok {
		return nil
	}
	if err := n.settle(ctx, obj.Site, e.Object); err != nil {
		return err
	}
	t, err := n.Published.Latest(ctx, obj)
	if err != nil {
		return err
	}
	if e.Action == "edition.approved" && t.Approved() {
		if err := n.tell(ctx, Notice{Site: obj.Site, Account: t.Author, Kind: Passed, Object: e.Object, Ref: int64(t.Edition)}); err != nil {
			return err
		}
	}
	return n.whoseTurn(ctx, t, "")
}

// whoseTurn tells everybody whose turn it is with an edition; kind stands in for the kind of turn unless it is "".
func (n *Notices) whoseTurn(ctx context.Context, t *publication.Trail, kind Kind) error {
	people, err := n.Desk.Concerned(ctx, t.Site)
	if err != nil {
		return err
	}
	for _, who := range people {
		turn, err := n.Desk.Turn(as(ctx, who), t)
		if err != nil {
			return err
		}
		if turn == "" || kind == DebtHalf && turn != Debt {
			continue
		}
		if kind != "" {
			turn = kind
		}
		if err := n.tell(ctx, Notice{Site: t.Site, Account: who, Kind: turn, Object: t.Object.String(), Ref: int64(t.Edition)}); err != nil {
			return err
		}
	}
	return nil
}

// urgent: a review is owed, and is asked for again when half of its time has gone.
func (n *Notices) urgent(ctx context.Context, e audit.Entry) error {
	obj, ok := object(e)
	if !ok {
		return nil
	}
	if err := n.onward(ctx, e); err != nil {
		return err
	}
	t, err := n.Published.Latest(ctx, obj)
	if err != nil || t.Debt == nil {
		return err
	}
	return n.Queue.Add(ctx, obj.Site, RemindDebt{int64(t.Edition)}, jobs.Options{Key: t.Edition.String(), RunAt: t.Debt.OpenedAt.Add(publication.SettleWithin / 2)})
}

// toAuthor tells whose text it is.
func toAuthor(k Kind) func(*Notices, context.Context, audit.Entry) error {
	return func(n *Notices, ctx context.Context, e audit.Entry) error {
		obj, ok := object(e)
		if !ok {
			return nil
		}
		if err := n.settle(ctx, obj.Site, e.Object); err != nil {
			return err
		}
		who, err := n.Desk.Author(ctx, obj)
		if err != nil {
			return err
		}
		edition, _ := kernel.ParseID[int64](e.Note["edition"])
		return n.tell(ctx, Notice{Site: obj.Site, Account: who, Kind: k, Object: e.Object, Ref: edition})
	}
}

// noteOf is the number of the note that an entry tells of.
func noteOf(e audit.Entry) int64 {
	id, _ := kernel.ParseID[int64](strings.TrimPrefix(e.After, "note/"))
	return id
}

func (n *Notices) noted(ctx context.Context, e audit.Entry) error {
	obj, ok := object(e)
	if !ok {
		return nil
	}
	who, err := n.Desk.Author(ctx, obj)
	if err != nil {
		return err
	}
	return n.tell(ctx, Notice{Site: obj.Site, Account: who, Kind: Noted, Object: e.Object, Ref: noteOf(e)})
}

func (n *Notices) handed(ctx context.Context, e audit.Entry) error {
	obj, ok := object(e)
	if !ok {
		return nil
	}
	who, err := n.Desk.Handed(ctx, obj, noteOf(e))
	if err != nil {
		return err
	}
	return n.tell(ctx, Notice{Site: obj.Site, Account: who, Kind: Handed, Object: e.Object, Ref: noteOf(e)})
}

// posted is the notice of an appointment.
func posted(e audit.Entry, k Kind) (Notice, bool) {
	who, ok := kernel.ParseID[kernel.AccountID](strings.TrimPrefix(e.Object, "account/"))
	id, known := kernel.ParseID[int64](e.Note["appointment"])
	return Notice{Account: who, Kind: k, Object: e.Object, Ref: id}, ok && known
}

func (n *Notices) appointed(ctx context.Context, e audit.Entry) error {
	row, ok := posted(e, Appointed)
	if !ok {
		return nil
	}
	return n.tell(ctx, row)
}

// ended: what waits in the bell for this person may be nobody's to see any more, so that it goes with the post.
func (n *Notices) ended(ctx context.Context, e audit.Entry) error {
	row, ok := posted(e, Ended)
	if !ok {
		return nil
	}
	if err := n.tell(ctx, row); err != nil {
		return err
	}
	return n.sweep(ctx, row.Account)
}

// sweep drops the unread notices whose object the person may no longer know.
func (n *Notices) sweep(ctx context.Context, who kernel.AccountID) error {
	rows, err := n.unreadOf(ctx, who)
	if err != nil {
		return err
	}
	for _, row := range rows {
		_, ok, err := n.subject(as(ctx, who), row)
		if err == nil && !ok {
			err = n.drop(ctx, row)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// toSite tells everybody with a live post at the site.
func toSite(k Kind) func(*Notices, context.Context, audit.Entry) error {
	return func(n *Notices, ctx context.Context, e audit.Entry) error {
		if e.Site == kernel.Platform {
			return nil // the same entry in the platform's chain
		}
		people, err := n.Desk.Concerned(ctx, e.Site)
		if err != nil {
			return err
		}
		var all []error
		for _, who := range people {
			enters, err := n.Desk.Enters(as(ctx, who), e.Site)
			if err == nil && enters {
				err = n.tell(ctx, Notice{Site: e.Site, Account: who, Kind: k, Object: e.Object})
			}
			all = append(all, err)
		}
		return errors.Join(all...)
	}
}

func (n *Notices) resumed(ctx context.Context, e audit.Entry) error {
	if e.Before != "suspended" { // it goes online for the first time
		return nil
	}
	return toSite(Resumed)(n, ctx, e)
}

// toApplicant tells who has asked for the site.
func toApplicant(k Kind) func(*Notices, context.Context, audit.Entry) error {
	return func(n *Notices, ctx context.Context, e audit.Entry) error {
		if e.Site == kernel.Platform {
			return nil
		}
		who, err := n.Desk.Applicant(ctx, e.Site)
		if err != nil {
			return err
		}
		return n.tell(ctx, Notice{Account: who, Kind: k, Object: e.Object})
	}
}

// toDeciders tells those who may decide what somebody asks for.
func toDeciders(k Kind) func(*Notices, context.Context, audit.Entry) error {
	return func(n *Notices, ctx context.Context, e audit.Entry) error {
		people, err := n.Desk.Deciders(ctx, e.Site, e.Object)
		if err != nil {
			return err
		}
		for _, who := range people {
			if err := n.tell(ctx, Notice{Site: e.Site, Account: who, Kind: k, Object: e.Object}); err != nil {
				return err
			}
		}
		return nil
	}
}

// toAsker tells who has asked for what was decided, and nobody has to decide it any more; the entry names the account.
func toAsker(k Kind) func(*Notices, context.Context, audit.Entry) error {
	return func(n *Notices, ctx context.Context, e audit.Entry) error {
		who, ok := kernel.ParseID[kernel.AccountID](e.Note["asker"])
		if !ok {
			return nil
		}
		if err := n.settle(ctx, e.Site, e.Object); err != nil {
			return err
		}
		return n.tell(ctx, Notice{Site: e.Site, Account: who, Kind: k, Object: e.Object})
	}
}

// remind asks again for a review that is owed, when it still is.
func (n *Notices) remind(ctx context.Context, site kernel.SiteID, edition publication.EditionID) error {
	return n.DB.InTx(ctx, func(ctx context.Context) error {
		t, err := n.Published.Trail(ctx, site, edition)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil || !t.Public || t.Debt == nil || t.Settled != nil {
			return err
		}
		if again, err := n.has(ctx, site, DebtHalf, int64(edition)); err != nil || again {
			return err // the job ran twice
		}
		return n.whoseTurn(ctx, t, DebtHalf)
	})
}
