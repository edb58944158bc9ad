package review

import (
	"context"
	"io/fs"
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

// Standing gives the last word on the objects from 100 on to the carrier's office.
func (o office) Standing(ctx context.Context, obj publication.Object) (Standing, error) {
	held := o[kernel.ActorFrom(ctx).Account]
	if obj.Site != site {
		return Standing{}, nil
	}
	above := obj.ID >= 100
	return Standing{held, policies.Proof{Assigned: above && len(held) > 0 && held[0].Relation == policies.Carrier}, above, nil}, nil
}

func own(roles ...policies.Role) []policies.Held {
	var held []policies.Held
	for _, r := range roles {
		held = append(held, policies.Held{Role: r, Relation: policies.Own, InScope: true})
	}
	return held
}

var schema = []fs.FS{audit.Migrations(), pages.Migrations(), publication.Migrations(), Migrations()}

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
	second   kernel.AccountID = 30 // RV
	third    kernel.AccountID = 31 // RV
)

func newDesk(t *testing.T, d *db.DB) *Desk {
	now := func() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) }
	ids, log := kernel.NewSeededIDs(now, 3), audit.New(d, now, nil)
	pub := publication.New(d, now, ids, log, pages.NewRevisions(d))
	return New(Room{DB: d, Now: now, IDs: ids, Audit: log, Published: pub, People: office{
		officer: own("IO"), checker: own("RV"), secrecy: own("SR"), leader: own("LD"), poster: own("PB"), both: own("RV", "SR", "PB"),
		superior: {{Role: "RV", Relation: policies.Carrier, InScope: true}}, watcher: {{Role: "SV", Relation: policies.Above, InScope: true}},
		operator: {{Role: "PO", Relation: policies.Host, InScope: true}}, second: own("RV"), third: own("RV"),
	}})
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
		check(t, "the last word by the superior, who was not given it", d.Pass(by(superior), site, e, Words{}), fault.Forbidden)
		check(t, "the last word by a leader", d.Pass(by(leader), site, e, Words{}), "")
		d.is(t, obj, Approved)
		check(t, "published by the reviewer", d.Publish(by(checker), site, e, publication.Placing{Place: 1}), fault.Forbidden)
		check(t, "published by the publisher", d.Publish(by(poster), site, e, publication.Placing{Place: 1}), "")
		d.is(t, obj, Published)
		check(t, "withdrawn by a supervisor", d.Withdraw(by(watcher), obj, publication.Withdrawal{Reason: "r"}), fault.Forbidden)
		check(t, "taken down without a notice", d.TakeDown(by(watcher), obj, publication.Withdrawal{Reason: "r"}), fault.Invalid)
		check(t, "taken down by the publisher", d.TakeDown(by(poster), obj, publication.Withdrawal{Reason: "r", Notice: "n"}), fault.Forbidden)
		check(t, "taken down by a supervisor", d.TakeDown(by(watcher), obj, publication.Withdrawal{Reason: "r", Notice: "n"}), "")
		d.is(t, obj, Withdrawn)
	}, schema...)
}

// A small office: whoever is not the author gives both opinions with one button; one of the two roles is not enough.
func TestSmallOffice(t *testing.T) {
	d := newDesk(t, dbtest.SQLite(t, schema...))
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

// C12, d42: how the address of what was public answers is the publisher's to say and to take back, and nobody's without a name; May and
// Offers say the same of the object for the rooms above.
func TestWhoEndsAnAddress(t *testing.T) {
	d := newDesk(t, dbtest.SQLite(t, schema...))
	e := d.submit(t, thing(1), publication.Small)
	check(t, "passed", d.Pass(by(both), site, e, words), "")
	check(t, "published", d.Publish(by(both), site, e, publication.Placing{Place: 1}), "")
	gone := publication.Departure{How: publication.GoneForGood, Reason: "不再需要"}
	for _, row := range []struct {
		what string
		do   func(ctx context.Context) error
		then State
	}{
		{"asks", func(ctx context.Context) error { return d.May(ctx, thing(1), "article.withdraw") }, Published},
		{"ends it", func(ctx context.Context) error { return d.Depart(ctx, thing(1), gone) }, Gone},
		{"takes it back", func(ctx context.Context) error { return d.TakeBack(ctx, thing(1), "迁回来了") }, Withdrawn},
	} {
		for _, who := range []kernel.AccountID{0, officer, checker, secrecy, leader, watcher, operator, superior} {
			check(t, who.String()+" "+row.what, row.do(by(who)), fault.Forbidden)
			if d.Offers(by(who), thing(1), "article.publish", "article.withdraw") {
				t.Errorf("%s is offered what the publisher does", who)
			}
		}
		if !d.Offers(by(poster), thing(1), "review.pass", "article.withdraw") {
			t.Error("the publisher is not offered it")
		}
		check(t, "the publisher "+row.what, row.do(by(poster)), "")
		d.is(t, thing(1), row.then)
	}
}

// C7: a return has a reason and finishes the edition. C6: an emergency is owed and settled by another.
func TestReturnAndEmergency(t *testing.T) {
	d := newDesk(t, dbtest.SQLite(t, schema...))
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
	d := newDesk(t, dbtest.SQLite(t, schema...))
	everybody := []kernel.AccountID{officer, checker, secrecy, leader, poster, operator, watcher, superior, both, second, third}
	e := d.submit(t, thing(1), publication.Ordinary)
	waits := func(want Turn, whom ...kernel.AccountID) {
		t.Helper()
		trail, err := d.Published.Trail(context.Background(), site, e)
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
	waits(ToReview, checker, leader, both, second, third)
	check(t, "review", d.Pass(by(checker), site, e, words), "")
	waits(ToReview, secrecy, both)
	check(t, "secrecy", d.Pass(by(secrecy), site, e, words), "")
	waits(ToReview, leader, both, second, third)
	check(t, "the last word", d.Pass(by(leader), site, e, words), "")
	waits(ToPublish, poster, both)
	check(t, "publication", d.Publish(by(poster), site, e, publication.Placing{Place: 1}), "")
	waits(Nothing)
	e = d.submit(t, thing(3), publication.Ordinary)
	check(t, "an emergency", d.PublishEmergency(by(poster), site, e, publication.Placing{Place: 1}), "")
	waits(ToSettle, checker, secrecy, leader, both, second, third)
	check(t, "settled", d.Settle(by(checker), site, e, words), "")
	waits(Nothing)
	e = d.submit(t, thing(2), publication.Small)
	check(t, "returned", d.Return(by(both), site, e, Words{Reason: "数字有误"}), "")
	waits(Nothing)
}

// C2, domain.md 4: where the chain gives the last word to the superior's office, nobody of the own one takes it, and the superior
// changes no step but that.
func TestTheLastWordIsAbove(t *testing.T) {
	d := newDesk(t, dbtest.SQLite(t, schema...))
	e := d.submit(t, thing(100), publication.Brief)
	check(t, "the first step by the superior", d.Pass(by(superior), site, e, words), fault.Forbidden)
	check(t, "the first step", d.Pass(by(both), site, e, words), "")
	for _, who := range []kernel.AccountID{leader, checker, poster, operator, watcher} {
		check(t, "the last word by "+who.String(), d.Pass(by(who), site, e, Words{}), fault.Forbidden)
	}
	trail, err := d.Published.Trail(t.Context(), site, e)
	check(t, "the trail", err, "")
	if turn, err := d.Turn(by(superior), trail); turn != ToReview || err != nil {
		t.Errorf("the superior's turn: %q, %v", turn, err)
	}
	for who, ends := range map[kernel.AccountID]bool{superior: true, leader: false, both: false, watcher: false} {
		if got, err := d.EndsWithActor(by(who), thing(100)); got != ends || err != nil {
			t.Errorf("the chain ends with %s: %v, %v", who, got, err)
		}
		if got, err := d.EndsWithActor(by(who), thing(1)); got || err != nil {
			t.Errorf("another chain ends with %s: %v, %v", who, got, err)
		}
	}
	check(t, "returned by the own leader", d.Return(by(leader), site, e, Words{Reason: "r"}), fault.Forbidden)
	check(t, "the last word by the superior", d.Pass(by(superior), site, e, Words{}), "")
	check(t, "published by the superior", d.Publish(by(superior), site, e, publication.Placing{Place: 1}), fault.Forbidden)
	check(t, "published by the own publisher", d.Publish(by(poster), site, e, publication.Placing{Place: 1}), "")
}

// C2: chains of two and three reviews take another person for each step.
func TestLongChains(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *db.DB) {
		d := newDesk(t, s)
		e := d.submit(t, thing(1), publication.Triple)
		for _, step := range []struct {
			who kernel.AccountID
			now State
		}{{checker, Submitted}, {second, Again}, {third, Again}, {secrecy, Secrecy}, {leader, Final}} {
			d.is(t, thing(1), step.now)
			check(t, "a step by its author", d.Pass(by(officer), site, e, words), fault.Forbidden)
			check(t, "a step by "+step.who.String(), d.Pass(by(step.who), site, e, words), "")
			if err := d.Pass(by(step.who), site, e, words); err == nil {
				t.Errorf("%s took two steps", step.who)
			}
		}
		d.is(t, thing(1), Approved)
	}, schema...)
}

// C2: a column's chain is the nearest one above it; a chain without a last word cannot give it away.
func TestChains(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *db.DB) {
		d := newDesk(t, s)
		check(t, "an unknown chain", d.SetChain(by(leader), site, Chain{Column: 7, Policy: "import"}), fault.Invalid)
		check(t, "a small office's last word", d.SetChain(by(leader), site, Chain{Column: 7, Policy: publication.Small, Last: 3}), fault.Invalid)
		check(t, "nobody", d.SetChain(context.Background(), site, Chain{Column: 7, Policy: publication.Brief}), fault.Forbidden)
		check(t, "a chain", d.SetChain(by(leader), site, Chain{Column: 7, Policy: publication.Brief, Last: 3}), "")
		check(t, "another site's", d.SetChain(by(leader), 2, Chain{Column: 7, Policy: publication.Double}), "")
		for _, row := range []struct {
			path []int64
			want string
		}{{[]int64{9, 8, 7}, publication.Brief}, {[]int64{7}, publication.Brief}, {[]int64{9, 8}, ""}, {nil, ""}} {
			c, err := d.ChainOf(t.Context(), site, row.path)
			if err != nil || (c == nil) != (row.want == "") || c != nil && (c.Policy != row.want || c.Last != 3) {
				t.Errorf("%v: %+v, %v", row.path, c, err)
			}
		}
		check(t, "another chain", d.SetChain(by(leader), site, Chain{Column: 7, Policy: publication.Triple}), "")
		check(t, "none", d.SetChain(by(leader), site, Chain{Column: 7}), "")
		if all, err := d.Chains(t.Context(), site); err != nil || len(all) != 0 {
			t.Errorf("%v, %v", all, err)
		}
		if all, err := d.Chains(t.Context(), 2); err != nil || all[7].Policy != publication.Double {
			t.Errorf("the other site has %v, %v", all, err)
		}
	}, schema...)
}
