package review

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// office is who holds what on site 1, as identity and site will tell it.
type office map[kernel.AccountID][]policies.Held

func (o office) Held(ctx context.Context, obj publication.Object) ([]policies.Held, policies.Proof, error) {
	held := o[kernel.ActorFrom(ctx).Account]
	if obj.Site != site {
		return nil, policies.Proof{}, nil
	}
	assigned := len(held) > 0 && held[0].Relation == policies.Carrier
	return held, policies.Proof{Assigned: assigned}, nil
}

func own(roles ...policies.Role) []policies.Held {
	var held []policies.Held
	for _, r := range roles {
		held = append(held, policies.Held{Role: r, Relation: policies.Own, InScope: true})
	}
	return held
}

// The office of the tests.
const (
	officer  kernel.AccountID = 21 // IO: writes and submits
	checker  kernel.AccountID = 22 // RV
	secrecy  kernel.AccountID = 23 // SR
	leader   kernel.AccountID = 24 // LD
	poster   kernel.AccountID = 25 // PB
	both     kernel.AccountID = 26 // RV and SR, as in a small office
	superior kernel.AccountID = 27 // RV of the carrier, with the last word
	watcher  kernel.AccountID = 28 // SV of the city
	operator kernel.AccountID = 29 // PO
)

func newDesk(t *testing.T, d *db.DB) *Desk {
	now := func() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) }
	pub := publication.New(d, now, kernel.NewSeededIDs(now, 3), audit.New(d, now, nil), pages.NewRevisions(d))
	return New(pub, office{
		officer: own("IO"), checker: own("RV"), secrecy: own("SR"), leader: own("LD"), poster: own("PB"), both: own("RV", "SR", "PB"),
		superior: {{Role: "RV", Relation: policies.Carrier, InScope: true}}, watcher: {{Role: "SV", Relation: policies.Above, InScope: true}},
		operator: {{Role: "PO", Relation: policies.Host, InScope: true}},
	})
}

func by(who kernel.AccountID) context.Context {
	return kernel.WithActor(context.Background(), kernel.Actor{Account: who, Name: who.String(), Via: "console"})
}

var words = Words{Review: "同意", Secrecy: "不涉密"}

func thing(id int64) publication.Object {
	return publication.Object{Site: site, Kind: "article", ID: id}
}

func (d *Desk) submit(t *testing.T, obj publication.Object, policy string) publication.EditionID {
	t.Helper()
	e, err := d.Submit(by(officer), publication.Draft{Object: obj, Policy: policy, Title: "t", Payload: []byte(`{}`)})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func check(t *testing.T, what string, err error, want fault.Kind) {
	t.Helper()
	if got := fault.KindOf(err); got != want || err != nil && want == "" {
		t.Errorf("%s: got %v, want kind %q", what, err, want)
	}
}

func (d *Desk) is(t *testing.T, obj publication.Object, want State) {
	t.Helper()
	got, err := d.State(context.Background(), obj)
	if err != nil || got != want {
		t.Errorf("state %s, %v; want %s", got, err, want)
	}
	if got.Says() == "" {
		t.Errorf("%s has no word", got)
	}
}

// C1, C2, C3, d42: each step belongs to its role, and the author takes none.
func TestWhoTakesWhichStep(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *db.DB) {
		d := newDesk(t, s)
		obj := thing(1)
		d.is(t, obj, Draft)
		_, err := d.Submit(by(checker), publication.Draft{Object: obj, Policy: publication.Ordinary, Title: "t", Payload: []byte(`{}`)})
		check(t, "a reviewer submits", err, fault.Forbidden)
		_, err = d.Submit(context.Background(), publication.Draft{Object: obj})
		check(t, "nobody submits", err, fault.Forbidden)
		if got := fault.Say(err); got != "请先登录。" {
			t.Errorf("nobody submits and reads %q", got)
		}
		e := d.submit(t, obj, publication.Ordinary)
		d.is(t, obj, Submitted)
		for who, kind := range map[kernel.AccountID]fault.Kind{officer: fault.Forbidden, secrecy: fault.Forbidden, poster: fault.Forbidden, operator: fault.Forbidden, watcher: fault.Forbidden, superior: fault.Forbidden} {
			check(t, "step 1 by "+who.String(), d.Pass(by(who), site, e, words), kind)
		}
		check(t, "another site's edition", d.Pass(by(checker), 2, e, words), fault.NotFound)
		check(t, "nobody passes", d.Pass(context.Background(), site, e, words), fault.Forbidden)
		check(t, "step 1 by the reviewer", d.Pass(by(checker), site, e, words), "")
		d.is(t, obj, Secrecy)
		check(t, "secrecy by a leader", d.Pass(by(leader), site, e, words), fault.Forbidden)
		check(t, "publish before the end", d.Publish(by(poster), site, e, publication.Placing{Place: 1}), fault.Conflict)
		check(t, "secrecy by the secrecy reviewer", d.Pass(by(secrecy), site, e, words), "")
		d.is(t, obj, Final)
		check(t, "the last word by the publisher", d.Pass(by(poster), site, e, words), fault.Forbidden)
		check(t, "the last word by the superior", d.Pass(by(superior), site, e, Words{}), "")
		d.is(t, obj, Approved)
		check(t, "published by the reviewer", d.Publish(by(checker), site, e, publication.Placing{Place: 1}), fault.Forbidden)
		check(t, "published by the publisher", d.Publish(by(poster), site, e, publication.Placing{Place: 1}), "")
		d.is(t, obj, Published)
		check(t, "withdrawn by a supervisor", d.Withdraw(by(watcher), obj, publication.Withdrawal{Reason: "r"}), fault.Forbidden)
		check(t, "taken down without a notice", d.TakeDown(by(watcher), obj, publication.Withdrawal{Reason: "r"}), fault.Invalid)
		check(t, "taken down by the publisher", d.TakeDown(by(poster), obj, publication.Withdrawal{Reason: "r", Notice: "n"}), fault.Forbidden)
		check(t, "taken down by a supervisor", d.TakeDown(by(watcher), obj, publication.Withdrawal{Reason: "r", Notice: "n"}), "")
		d.is(t, obj, Withdrawn)
	}, audit.Migrations(), pages.Migrations(), publication.Migrations())
}

// A small office: whoever is not the author gives both opinions with one button; one of the two roles is not enough.
func TestSmallOffice(t *testing.T) {
	d := newDesk(t, dbtest.SQLite(t, audit.Migrations(), pages.Migrations(), publication.Migrations()))
	e := d.submit(t, thing(1), publication.Small)
	check(t, "the reviewer without the secrecy role", d.Pass(by(checker), site, e, words), fault.Forbidden)
	check(t, "without the secrecy opinion", d.Pass(by(both), site, e, Words{Review: "好"}), fault.Invalid)
	check(t, "with both", d.Pass(by(both), site, e, words), "")
	check(t, "once more", d.Pass(by(both), site, e, words), fault.Conflict)
	check(t, "once more by one who reviews nothing", d.Pass(by(poster), site, e, words), fault.Forbidden)
	check(t, "published by the same two people", d.Publish(by(both), site, e, publication.Placing{Place: 1}), "")
	d.is(t, thing(1), Published)
	check(t, "withdrawn by its publisher", d.Withdraw(by(both), thing(1), publication.Withdrawal{Reason: "r"}), "")
}

// C7: a return has a reason and finishes the edition. C6: an emergency is owed and settled by another.
func TestReturnAndEmergency(t *testing.T) {
	d := newDesk(t, dbtest.SQLite(t, audit.Migrations(), pages.Migrations(), publication.Migrations()))
	e := d.submit(t, thing(1), publication.Brief)
	check(t, "without a reason", d.Return(by(both), site, e, Words{}), fault.Invalid)
	check(t, "by the publisher", d.Return(by(poster), site, e, Words{Reason: "x"}), fault.Forbidden)
	check(t, "with one", d.Return(by(both), site, e, Words{Reason: "数字有误"}), "")
	d.is(t, thing(1), Returned)
	urgent := d.submit(t, thing(1), publication.Ordinary)
	check(t, "an emergency by the reviewer", d.PublishEmergency(by(checker), site, urgent, publication.Placing{Place: 1}), fault.Forbidden)
	check(t, "an emergency by the leader", d.PublishEmergency(by(leader), site, urgent, publication.Placing{Place: 1}), "")
	d.is(t, thing(1), Emergency)
	check(t, "settled by the leader who owes it", d.Settle(by(leader), site, urgent, words), fault.Forbidden)
	check(t, "settled by the publisher", d.Settle(by(poster), site, urgent, words), fault.Forbidden)
	check(t, "settled by the reviewer", d.Settle(by(checker), site, urgent, words), "")
	d.is(t, thing(1), Settled)
	again := d.submit(t, thing(2), publication.Ordinary)
	check(t, "an emergency", d.PublishEmergency(by(poster), site, again, publication.Placing{Place: 1}), "")
	check(t, "refused afterwards", d.Settle(by(secrecy), site, again, Words{Reason: "涉及工作秘密"}), "")
	d.is(t, thing(2), Withdrawn)
}

// C7: at each step the edition waits for those who may take it, who are neither its author nor have signed it, and for nobody else.
func TestWhoseTurnItIs(t *testing.T) {
	d := newDesk(t, dbtest.SQLite(t, audit.Migrations(), pages.Migrations(), publication.Migrations()))
	everybody := []kernel.AccountID{officer, checker, secrecy, leader, poster, operator, watcher, superior, both}
	e := d.submit(t, thing(1), publication.Ordinary)
	waits := func(want Turn, whom ...kernel.AccountID) {
		t.Helper()
		trail, err := d.pub.Trail(context.Background(), site, e)
		check(t, "the trail", err, "")
		for _, who := range everybody {
			got, err := d.Turn(by(who), trail)
			check(t, "the turn of "+who.String(), err, "")
			if mine := slices.Contains(whom, who); mine && got != want || !mine && got != Nothing {
				t.Errorf("in state %s %s has %q; %q is of %v", StateOf(trail), who, got, want, whom)
			}
		}
		_, err = d.Turn(context.Background(), trail)
		check(t, "nobody's turn", err, fault.Forbidden)
	}
	waits(ToReview, checker, leader, both)
	check(t, "review", d.Pass(by(checker), site, e, words), "")
	waits(ToReview, secrecy, both)
	check(t, "secrecy", d.Pass(by(secrecy), site, e, words), "")
	waits(ToReview, leader, both, superior)
	check(t, "the last word", d.Pass(by(leader), site, e, words), "")
	waits(ToPublish, poster, both)
	check(t, "publication", d.Publish(by(poster), site, e, publication.Placing{Place: 1}), "")
	waits(Nothing)
	e = d.submit(t, thing(2), publication.Small)
	check(t, "returned", d.Return(by(both), site, e, Words{Reason: "数字有误"}), "")
	waits(Nothing)
}
