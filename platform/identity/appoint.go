package identity

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/policies"
)

// Place is an org in its tree and on the platform.
type Place struct {
	policies.OrgFacts
	Host      bool // runs the platform
	Delegated bool // a dated delegation makes it the host of its own subtree now
}

// Pair is how the orgs of two appointments stand to one site.
type Pair struct{ A, B policies.Relation }

// Relations is what appointing must know of orgs and sites; platform/site is plugged in by app. Both methods run
// inside the transaction of the appointment.
type Relations interface {
	// Place answers a NotFound fault for an org that is not there.
	Place(ctx context.Context, org kernel.OrgID) (Place, error)
	// Meet answers every different pair in which Appointment.Held would see a and b on one and the same site: at
	// most 81, however many sites there are, so one DISTINCT over owner, host, carrier and delegation finds them.
	// It may answer a pair that no site has, which only refuses more; it must not leave one out.
	// It is asked only for a technical role beside one of words, and never when each is for a different site.
	Meet(ctx context.Context, a, b Appointment) ([]Pair, error)
}

// Appoint gives the role and answers the appointment with its ID and By. From defaults to now and does not lie before
// today. It holds the person's row until the end of the transaction, so two appointments of one person never
// pass each other, and answers a Conflict fault when the two posts may not meet in one person on some site (I5).
//
// Nobody appoints himself; a content lead appoints in the own unit, a security administrator of the host, or of a
// delegated county in its subtree, to technical posts; the server's own command line may name the first ones.
func (s *Accounts) Appoint(ctx context.Context, a Appointment) (Appointment, error) {
	actor, now := kernel.ActorFrom(ctx), s.now()
	a, err := a.checked(actor, now)
	if err != nil {
		return Appointment{}, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		person, err := s.lock(ctx, a.Account)
		if err != nil {
			return err
		}
		if person.State != Active {
			return fault.New(fault.Conflict, "%s的账号已停用，请先启用再任命。", person.Name)
		}
		place, err := s.relations.Place(ctx, a.Org)
		if err != nil {
			return err
		}
		if err := policies.CanHold(a.Role, place.Level, place.Host || place.Delegated); err != nil {
			return err
		}
		if err := s.authority(ctx, actor, a, place, now); err != nil {
			return err
		}
		if err := s.keepApart(ctx, a); err != nil {
			return err
		}
		if a.ID, err = s.insertAppointment(ctx, a, now); err != nil {
			return err
		}
		act, _ := policies.Appointing(a.Role) // CanHold has refused a role without one
		return s.log.Record(ctx, audit.Entry{Site: a.Site, Action: string(act), Object: "account/" + a.Account.String(),
			After: a.String(), Note: map[string]string{"appointment": a.ID.String(), "document": a.Document}})
	})
	if err != nil {
		return Appointment{}, err
	}
	return a, nil
}

// End ends an appointment now; document is the number of the paper that ends it. Nobody ends an own appointment; who
// may give a role may end it. It answers a Conflict fault for an appointment that is over already.
func (s *Accounts) End(ctx context.Context, id AppointmentID, document string) error {
	actor, now := kernel.ActorFrom(ctx), s.now()
	document, err := plain("document", "免职文件的文号", document, 200)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		a, err := s.appointment(ctx, id)
		if err != nil {
			return err
		}
		if err := mayChange(actor); err != nil {
			return err
		}
		if actor.Account == a.Account {
			return fault.New(fault.Forbidden, "不能免去自己的岗位，请由本单位其他有权的人办理。")
		}
		place, err := s.relations.Place(ctx, a.Org)
		if err != nil {
			return err
		}
		if err := s.authority(ctx, actor, a, place, now); err != nil {
			return err
		}
		ended, err := s.endAppointment(ctx, id, now)
		if err != nil {
			return err
		}
		if !ended {
			return fault.New(fault.Conflict, "这项任职已经结束，请刷新后再看。")
		}
		return s.log.Record(ctx, audit.Entry{Site: a.Site, Action: "appointment.end", Object: "account/" + a.Account.String(),
			Before: a.String(), Note: map[string]string{"appointment": id.String(), "document": document}})
	})
}

// String is the appointment as the audit chain keeps it.
func (a Appointment) String() string {
	until := "-"
	if !a.To.IsZero() {
		until = a.To.Format(time.RFC3339)
	}
	return fmt.Sprintf("%s org %d site %d column %d %s..%s", a.Role, a.Org, a.Site, a.Column, a.From.Format(time.RFC3339), until)
}

// checked is the appointment with its times in the store's form, or what is wrong with it.
func (a Appointment) checked(actor kernel.Actor, now time.Time) (Appointment, error) {
	if err := mayChange(actor); err != nil {
		return a, err
	}
	if actor.Account == a.Account {
		return a, fault.New(fault.Forbidden, "不能任命自己，请由本单位其他有权的人任命。")
	}
	var err error
	if a.Document, err = plain("document", "任命文件的文号", a.Document, 200); err != nil {
		return a, err
	}
	if a.Column != 0 && a.Site == 0 || a.Column < 0 || a.Site < 0 {
		return a, fault.In("site", "限定栏目时必须同时选择网站。")
	}
	if a.From.IsZero() {
		a.From = now
	}
	a.From, a.To, a.By = store(a.From), store(a.To), actor.Account
	y, m, d := now.In(kernel.Beijing).Date()
	if a.From.Before(time.Date(y, m, d, 0, 0, 0, 0, kernel.Beijing)) {
		return a, fault.In("from", "任期不能从今天以前开始，请改为今天或以后。")
	}
	if !a.To.IsZero() && (!a.To.After(a.From) || !a.To.After(now)) {
		return a, fault.In("to", "任期的结束必须晚于开始，请重新选择。")
	}
	return a, nil
}

// store is a moment as both engines keep it; the zero time stays zero.
func store(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// authority answers nil when actor may give or end a, by the actor's own live appointments.
func (s *Accounts) authority(ctx context.Context, actor kernel.Actor, a Appointment, place Place, now time.Time) error {
	if actor.Account == 0 { // the server itself: mayChange has refused citizens
		return nil
	}
	act, _ := policies.Appointing(a.Role) // a role that the schema holds has one
	live, err := s.Live(ctx, actor.Account, now)
	if err != nil {
		return err
	}
	var held []policies.Held
	for _, l := range live {
		giver, err := s.relations.Place(ctx, l.Org)
		if err != nil {
			return err
		}
		held = append(held, policies.Held{Role: l.Role, Relation: l.toward(giver, a, place), InScope: l.Column == 0 || l.Column == a.Column})
	}
	return policies.May(held, act, policies.Proof{})
}

// toward is how an appointment held at giver stands to the post a at place.
func (l Appointment) toward(giver Place, a Appointment, place Place) policies.Relation {
	host := giver.Host || giver.Delegated && slices.Contains(place.Path, giver.ID)
	switch {
	case l.Site != 0 && l.Site != a.Site:
		return policies.Other
	case giver.ID == place.ID && host:
		return policies.HostOwn
	case giver.ID == place.ID:
		return policies.Own
	case host:
		return policies.Host
	}
	return policies.Other
}

// keepApart refuses next when it meets, on any site and at any moment of its term, a post that the same person may
// not hold there beside it, or when it repeats one. The person's row is locked.
func (s *Accounts) keepApart(ctx context.Context, next Appointment) error {
	others, err := s.during(ctx, next.Account, next.From, next.To)
	if err != nil {
		return err
	}
	for _, o := range others {
		if o.Role == next.Role && o.Org == next.Org && o.Site == next.Site && o.Column == next.Column {
			return fault.New(fault.Conflict, "此人在这段时间已经担任同一岗位，不必重复任命。")
		}
		if !policies.Apart(o.Role, next.Role) || o.Site != 0 && next.Site != 0 && o.Site != next.Site {
			continue
		}
		pairs, err := s.relations.Meet(ctx, o, next)
		if err != nil {
			return err
		}
		for _, p := range pairs {
			if err := policies.CanAppoint([]policies.Held{{Role: o.Role, Relation: p.A}}, policies.Held{Role: next.Role, Relation: p.B}); err != nil {
				return err
			}
		}
	}
	return nil
}
