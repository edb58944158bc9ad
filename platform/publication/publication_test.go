package publication

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// The people of the tests: a writes, the others review.
const (
	a  kernel.AccountID = 7
	r1 kernel.AccountID = 8
	r2 kernel.AccountID = 9
	r3 kernel.AccountID = 10
)

const site kernel.SiteID = 1

var start = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

func schema() []fs.FS { return []fs.FS{audit.Migrations(), pages.Migrations(), Migrations()} }

// desk is a store with everything a publication needs, and a clock that the test moves.
type desk struct {
	*Publications
	t   testing.TB
	d   *db.DB
	log *audit.Log
	at  time.Time
}

func newDesk(t testing.TB, d *db.DB) *desk {
	k := &desk{t: t, d: d, at: start}
	now := func() time.Time { return k.at }
	k.log = audit.New(d, now, nil)
	k.Publications = New(d, now, kernel.NewSeededIDs(now, 1), k.log, pages.NewRevisions(d))
	return k
}

func (k *desk) ctx() context.Context {
	return kernel.WithActor(context.Background(), kernel.Actor{Account: r3, Name: "发布人", Via: "console"})
}

func article(id int64) Object { return Object{Site: site, Kind: "article", ID: id} }

func (k *desk) freeze(obj Object, policy string, words string) EditionID {
	k.t.Helper()
	e, err := k.Freeze(k.ctx(), Draft{Object: obj, Author: a, Policy: policy, Title: "标题 " + words, Payload: fmt.Appendf(nil, `{"body":%q}`, words)})
	k.must(err)
	return e
}

func (k *desk) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

func (k *desk) approve(e EditionID, people ...kernel.AccountID) {
	k.t.Helper()
	for _, r := range people {
		k.at = k.at.Add(time.Minute)
		k.must(k.Approve(k.ctx(), site, e, yes(r)))
	}
}

// public freezes, approves and publishes an ordinary edition at place 20.
func (k *desk) public(obj Object, words string) EditionID {
	k.t.Helper()
	e := k.freeze(obj, Ordinary, words)
	k.approve(e, r1, r2, r3)
	k.at = k.at.Add(time.Minute)
	k.must(k.Publish(k.ctx(), site, e, Placing{20}))
	return e
}

func yes(r kernel.AccountID) Opinion {
	return Opinion{Reviewer: r, Verdict: Approved, Review: "内容属实，同意发布。", Secrecy: "不涉密，可以公开。"}
}

func no(r kernel.AccountID) Opinion {
	return Opinion{Reviewer: r, Verdict: Rejected, Reason: "数字与原件不符，请核对。"}
}

func wantKind(t *testing.T, what string, err error, want fault.Kind) {
	t.Helper()
	if got := fault.KindOf(err); got != want {
		t.Errorf("%s: got %v, want a fault %q", what, err, want)
	}
}

// C1, C3, d42: an ordinary text passes review, secrecy and final, in this order, by three people who did not write it.
func TestOrdinaryPublication(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		var told []PublishedEvent
		k.Published.On("test", func(_ context.Context, e PublishedEvent) error { told = append(told, e); return nil })
		obj := article(100)
		e := k.freeze(obj, Ordinary, "第一版")
		_, err := k.Live(k.ctx(), obj)
		wantKind(t, "live before publication", err, fault.NotFound)
		for i, r := range []kernel.AccountID{r1, r2, r3} {
			wantKind(t, fmt.Sprintf("publish after %d steps", i), k.Publish(k.ctx(), site, e, Placing{20}), fault.Conflict)
			k.approve(e, r)
		}
		approvedAt := k.at
		wantKind(t, "a fourth step", k.Approve(k.ctx(), site, e, yes(99)), fault.Conflict)
		wantKind(t, "publish nowhere", k.Publish(k.ctx(), site, e, Placing{}), fault.Invalid)
		k.at = k.at.Add(-time.Hour) // a node whose clock is behind
		k.must(k.Publish(k.ctx(), site, e, Placing{20}))
		l, err := k.Live(k.ctx(), obj)
		k.must(err)
		if string(l.Payload) != `{"body":"第一版"}` || l.Title != "标题 第一版" || l.Place != 20 || l.Imported || l.Edition != e {
			t.Errorf("got %+v", l)
		}
		if !l.FirstPublishedAt.Equal(approvedAt) || !l.EditionPublishedAt.Equal(approvedAt) || !l.ShownAt.Equal(approvedAt) {
			t.Errorf("published at %v and %v, want the last step's %v", l.FirstPublishedAt, l.EditionPublishedAt, approvedAt)
		}
		if len(told) != 1 || told[0].Edition != e || told[0].Replaces != 0 || !bytes.Equal(told[0].Payload, l.Payload) {
			t.Errorf("told %+v", told)
		}
		tr, err := k.Trail(k.ctx(), site, e)
		k.must(err)
		if len(tr.Steps) != 3 || tr.Steps[1].Secrecy != "不涉密，可以公开。" || !tr.Public || tr.Published.PublisherName != "发布人" || tr.Next != nil {
			t.Errorf("C8, d39: the responsibility chain is %+v", tr)
		}
		wantKind(t, "publish twice", k.Publish(k.ctx(), site, e, Placing{20}), fault.Conflict)
	}, schema()...)
}

// C2, C7, d41: who may not review, and what a return does.
func TestReviewRefuses(t *testing.T) {
	d := dbtest.SQLite(t, schema()...)
	k := newDesk(t, d)
	e := k.freeze(article(1), Ordinary, "x")
	wantKind(t, "the author reviews", k.Approve(k.ctx(), site, e, yes(a)), fault.Forbidden)
	wantKind(t, "the author returns", k.Approve(k.ctx(), site, e, no(a)), fault.Forbidden)
	wantKind(t, "another site's edition", k.Approve(k.ctx(), 2, e, yes(r1)), fault.NotFound)
	wantKind(t, "no opinion", k.Approve(k.ctx(), site, e, Opinion{Reviewer: r1, Verdict: Approved}), fault.Invalid)
	wantKind(t, "a verdict that is none", k.Approve(k.ctx(), site, e, Opinion{Reviewer: r1, Verdict: "maybe"}), fault.Invalid)
	wantKind(t, "a return without a reason", k.Approve(k.ctx(), site, e, Opinion{Reviewer: r1, Verdict: Rejected, Reason: " "}), fault.Invalid)
	k.approve(e, r1)
	wantKind(t, "one reviewer twice", k.Approve(k.ctx(), site, e, yes(r1)), fault.Forbidden)
	wantKind(t, "secrecy without an opinion", k.Approve(k.ctx(), site, e, Opinion{Reviewer: r2, Verdict: Approved, Review: "好"}), fault.Invalid)
	k.must(k.Approve(k.ctx(), site, e, no(r2)))
	wantKind(t, "a review after the return", k.Approve(k.ctx(), site, e, yes(r3)), fault.Conflict)
	wantKind(t, "publish a returned text", k.Publish(k.ctx(), site, e, Placing{20}), fault.Conflict)
	wantKind(t, "an emergency with a returned text", k.PublishEmergency(k.ctx(), site, e, Placing{20}, r3), fault.Conflict)
	two := k.freeze(article(1), Ordinary, "改过")
	k.approve(two, r1, r2, r3)
	k.must(k.Publish(k.ctx(), site, two, Placing{20}))
	t.Run("an edition that a newer one has overtaken is over", func(t *testing.T) {
		old := k.freeze(article(2), Ordinary, "旧")
		k.approve(old, r1, r2, r3)
		fresh := k.freeze(article(2), Ordinary, "新")
		wantKind(t, "publish the old one", k.Publish(k.ctx(), site, old, Placing{20}), fault.Conflict)
		wantKind(t, "an emergency with the old one", k.PublishEmergency(k.ctx(), site, old, Placing{20}, r3), fault.Conflict)
		k.approve(fresh, r1)
	})
	t.Run("drafts that cannot be kept", func(t *testing.T) {
		good := Draft{Object: article(3), Author: a, Policy: Small, Title: "t", Payload: []byte(`{}`)}
		for name, change := range map[string]func(*Draft){
			"an empty title": func(d *Draft) { d.Title = " " }, "a title with NUL": func(d *Draft) { d.Title = "a\x00" },
			"a long title": func(d *Draft) { d.Title = strings.Repeat("长", 501) }, "the import policy": func(d *Draft) { d.Policy = Imported },
			"an unknown policy": func(d *Draft) { d.Policy = "none" },
		} {
			bad := good
			change(&bad)
			_, err := k.Freeze(k.ctx(), bad)
			wantKind(t, name, err, fault.Invalid)
		}
		for name, change := range map[string]func(*Draft){
			"no author": func(d *Draft) { d.Author = 0 }, "no JSON": func(d *Draft) { d.Payload = []byte("{") },
			"bad UTF-8": func(d *Draft) { d.Payload = []byte("\"\xff\"") }, "the erased mark": func(d *Draft) { d.Payload = []byte(erasedPayload) },
		} {
			bad := good
			change(&bad)
			if _, err := k.Freeze(k.ctx(), bad); err == nil || fault.KindOf(err) != "" {
				t.Errorf("%s: got %v, want an error that is no fault", name, err)
			}
		}
	})
}

// C1: brief has two steps, a small office one; both hold the secrecy opinion.
func TestShorterPolicies(t *testing.T) {
	k := newDesk(t, dbtest.SQLite(t, schema()...))
	for policy, people := range map[string][]kernel.AccountID{Brief: {r1, r2}, Small: {r1}} {
		obj := article(int64(len(policy)))
		e := k.freeze(obj, policy, policy)
		wantKind(t, policy+" without secrecy", k.Approve(k.ctx(), site, e, Opinion{Reviewer: r1, Verdict: Approved, Review: "好"}), fault.Invalid)
		k.approve(e, people...)
		k.must(k.Publish(k.ctx(), site, e, Placing{3}))
	}
}

// B12, I2: another edition, a withdrawal and a return to the public leave the first date as it was.
func TestFirstDateStays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		var gone []WithdrawnEvent
		k.Withdrawn.On("test", func(_ context.Context, e WithdrawnEvent) error { gone = append(gone, e); return nil })
		obj := article(5)
		one := k.public(obj, "一")
		first := k.at
		two := k.public(obj, "二")
		l, err := k.Live(k.ctx(), obj)
		k.must(err)
		if l.Edition != two || !l.FirstPublishedAt.Equal(first) || !l.EditionPublishedAt.Equal(k.at) {
			t.Errorf("after the second edition: %+v", l)
		}
		tr, err := k.Trail(k.ctx(), site, one)
		k.must(err)
		if tr.Public || tr.Ended == nil || tr.Ended.How != "superseded" {
			t.Errorf("the first edition: %+v", tr.Ended)
		}
		wantKind(t, "withdraw without a reason", k.Withdraw(k.ctx(), obj, " "), fault.Invalid)
		k.must(k.Withdraw(k.ctx(), obj, "内容有误"))
		_, err = k.Live(k.ctx(), obj)
		wantKind(t, "withdrawn", err, fault.Gone)
		if fault.Say(err) != withdrawnNotice {
			t.Errorf("citizens read %q", fault.Say(err))
		}
		wantKind(t, "withdraw twice", k.Withdraw(k.ctx(), obj, "x"), fault.NotFound)
		wantKind(t, "publish the withdrawn edition", k.Publish(k.ctx(), site, two, Placing{20}), fault.Conflict)
		_, err = k.Live(k.ctx(), Object{Site: 2, Kind: "article", ID: 5})
		wantKind(t, "another site's address", err, fault.NotFound)
		three := k.public(obj, "三")
		if all, err := k.Issued(k.ctx(), obj); err != nil || !slices.Equal(all, []EditionID{three, two, one}) { // C8: none of them is forgotten
			t.Errorf("public were %v, %v; want %d, %d, %d", all, err, three, two, one)
		}
		for _, other := range []Object{{Site: 2, Kind: "article", ID: 5}, {Site: site, Kind: "guide", ID: 5}, article(6)} {
			if all, err := k.Issued(k.ctx(), other); err != nil || len(all) != 0 {
				t.Errorf("%s was never public: %v, %v", other, all, err)
			}
		}
		l, err = k.Live(k.ctx(), obj)
		k.must(err)
		if !l.FirstPublishedAt.Equal(first) {
			t.Errorf("public again, first date %v, want %v", l.FirstPublishedAt, first)
		}
		k.must(k.TakeDown(k.ctx(), obj, Withdrawal{Reason: "内部理由", Notice: "本页正在更正。"}))
		if _, err = k.Live(k.ctx(), obj); fault.Say(err) != "本页正在更正。" {
			t.Errorf("got %v", err)
		}
		if len(gone) != 2 || gone[0].Edition != two || gone[0].Place != 20 || gone[0].Erased {
			t.Errorf("told %+v", gone)
		}
	}, schema()...)
}

// C6, d13: an emergency is public at once, owes a review, and somebody else settles it.
func TestEmergency(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		obj := article(6)
		e := k.freeze(obj, Ordinary, "汛情")
		k.must(k.PublishEmergency(k.ctx(), site, e, Placing{2}, r1))
		if _, err := k.Live(k.ctx(), obj); err != nil {
			t.Fatal(err)
		}
		debts, err := k.OpenDebts(k.ctx(), site)
		k.must(err)
		if len(debts) != 1 || debts[0].Edition != e || !debts[0].DueAt.Equal(k.at.Add(24*time.Hour)) || debts[0].Debtor != r1 {
			t.Fatalf("open debts %+v", debts)
		}
		if other, err := k.OpenDebts(k.ctx(), 2); err != nil || len(other) != 0 {
			t.Errorf("another site sees %v, %v", other, err)
		}
		wantKind(t, "the ordinary way", k.Approve(k.ctx(), site, e, yes(r2)), fault.Conflict)
		wantKind(t, "the author settles", k.Settle(k.ctx(), site, e, yes(a)), fault.Forbidden)
		wantKind(t, "the debtor settles", k.Settle(k.ctx(), site, e, yes(r1)), fault.Forbidden)
		wantKind(t, "no secrecy opinion", k.Settle(k.ctx(), site, e, Opinion{Reviewer: r2, Verdict: Approved, Review: "好"}), fault.Invalid)
		k.must(k.Settle(k.ctx(), site, e, yes(r2)))
		wantKind(t, "settle twice", k.Settle(k.ctx(), site, e, yes(r3)), fault.Conflict)
		if debts, err := k.OpenDebts(k.ctx(), site); err != nil || len(debts) != 0 {
			t.Errorf("after settling: %v, %v", debts, err)
		}
		bad := k.freeze(article(7), Small, "误报")
		k.must(k.PublishEmergency(k.ctx(), site, bad, Placing{2}, a)) // the author himself may be the debtor
		k.must(k.Settle(k.ctx(), site, bad, no(r2)))
		_, err = k.Live(k.ctx(), article(7))
		wantKind(t, "a rejected emergency", err, fault.Gone)
		fine := k.freeze(article(8), Small, "已审")
		k.approve(fine, r1)
		wantKind(t, "an emergency of what is approved", k.PublishEmergency(k.ctx(), site, fine, Placing{2}, r1), fault.Conflict)
		wantKind(t, "settle what owes nothing", k.Settle(k.ctx(), site, fine, yes(r2)), fault.Conflict)
		if n, err := k.log.Verify(k.ctx(), site); err != nil || n == 0 {
			t.Errorf("the chain: %d, %v", n, err)
		}
	}, schema()...)
}

// Lawful erasure: two people, the words go, the digest and the dates stay, citizens read so.
func TestErase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		obj := article(9)
		one, two := k.public(obj, "含个人信息"), k.public(obj, "含个人信息 2")
		var events []WithdrawnEvent
		k.Withdrawn.On("test", func(_ context.Context, e WithdrawnEvent) error { events = append(events, e); return nil })
		order := Erasure{Reason: "涉及个人隐私", Basis: "汉滨法〔2026〕3号", By: r1, Approver: r2}
		alone, bare := order, order
		alone.Approver, bare.Basis = r1, ""
		wantKind(t, "one person", k.Erase(k.ctx(), obj, alone), fault.Forbidden)
		wantKind(t, "no document", k.Erase(k.ctx(), obj, bare), fault.Invalid)
		k.must(k.Erase(k.ctx(), obj, order))
		_, err := k.Live(k.ctx(), obj)
		wantKind(t, "erased", err, fault.Gone)
		if fault.Say(err) != erasedNotice {
			t.Errorf("citizens read %q", fault.Say(err))
		}
		for _, e := range []EditionID{one, two} {
			tr, err := k.Trail(k.ctx(), site, e)
			k.must(err)
			if tr.Title != erasedTitle || tr.Digest == digestOf([]byte(erasedPayload)) || tr.Erased == nil || len(tr.Steps) != 3 {
				t.Errorf("the trail of an erased edition: %+v", tr)
			}
		}
		if !slices.ContainsFunc(events, func(e WithdrawnEvent) bool { return e.Erased }) {
			t.Errorf("told %+v", events)
		}
		wantKind(t, "erase twice", k.Erase(k.ctx(), obj, order), fault.NotFound)
		pending := k.freeze(article(10), Small, "未发布")
		k.must(k.Erase(k.ctx(), article(10), order))
		wantKind(t, "approve an erased text", k.Approve(k.ctx(), site, pending, yes(r1)), fault.Gone)
		k.public(obj, "遮盖后重新公开")
	}, schema()...)
}

// The renderer never shows words that are not the approved ones, whoever changed them.
func TestLiveRefusesAnotherText(t *testing.T) {
	k := newDesk(t, dbtest.SQLite(t, schema()...))
	k.public(article(11), "原文")
	k.sql(`DROP TRIGGER editions_frozen`, `UPDATE editions SET payload = '{"body":"改"}' WHERE object_id = 11`)
	if _, err := k.Live(k.ctx(), article(11)); err == nil || fault.KindOf(err) != "" || !strings.Contains(err.Error(), "digest") {
		t.Errorf("got %v, want an error of ours", err)
	}
}
