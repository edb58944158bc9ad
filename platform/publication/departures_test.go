package publication

import (
	"context"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// leads checks where an address leads and that it says Gone meanwhile.
func (k *desk) leads(what string, obj, want Object) {
	k.t.Helper()
	if got, err := k.Forward(k.ctx(), obj); err != nil || got != want {
		k.t.Errorf("%s: leads to %v, %v; want %v", what, got, err, want)
	}
	if _, err := k.Live(k.ctx(), obj); !fault.Is(err, fault.Gone) {
		k.t.Errorf("%s: it answers %v, want gone", what, err)
	}
}

// C12, d09: an address that was withdrawn goes on to another public text, over as many as lead on, never in a circle, and says so where
// that is not public any more; taken back, it says that it was withdrawn.
func TestAnAddressLeadsOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		one, two, three := article(1), article(2), article(3)
		for _, o := range []Object{one, two, three} {
			k.public(o, o.String())
		}
		to := func(o Object) Departure { return Departure{How: MovedTo, To: o, Reason: "合并到新的一篇"} }
		wantKind(t, "an address that leads to itself", k.Depart(k.ctx(), one, to(one)), fault.Invalid)
		wantKind(t, "without a reason", k.Depart(k.ctx(), one, Departure{How: MovedTo, To: two}), fault.Invalid)
		wantKind(t, "no such way", k.Depart(k.ctx(), one, Departure{How: "hidden", Reason: "理由"}), fault.Invalid)
		wantKind(t, "to what is not public", k.Depart(k.ctx(), one, to(article(9))), fault.Invalid)
		if _, err := k.Live(k.ctx(), one); err != nil {
			t.Fatalf("what was refused took the text away: %v", err)
		}
		wantKind(t, "what never was public", k.Depart(k.ctx(), article(9), to(two)), fault.NotFound)
		wantKind(t, "take back what is public", k.TakeBack(k.ctx(), one, "理由"), fault.Conflict)

		k.must(k.Depart(k.ctx(), one, to(two)))
		k.leads("moved", one, two)
		wantKind(t, "a circle", k.Depart(k.ctx(), two, to(one)), fault.Invalid)
		k.must(k.Depart(k.ctx(), two, to(three)))
		k.leads("a chain ends at its last", one, three)
		k.public(article(4), "四")
		k.must(k.Depart(k.ctx(), article(4), to(one)))
		if dep, err := k.DepartureOf(k.ctx(), article(4)); err != nil || dep.To != three || dep.ByName != "发布人" {
			t.Errorf("an address that leads on is not followed when it is set: %+v, %v", dep, err)
		}
		k.must(k.Withdraw(k.ctx(), three, "内容有误"))
		k.leads("the target was withdrawn", one, Object{})
		if _, err := k.Live(k.ctx(), one); fault.Say(err) != departedNotices[MovedTo] {
			t.Errorf("citizens read %q", fault.Say(err))
		}
		k.public(three, "三，改正")
		k.leads("the target is public again", one, three)

		k.must(k.TakeBack(k.ctx(), one, "转错了"))
		k.leads("taken back", one, Object{})
		if _, err := k.Live(k.ctx(), one); fault.Say(err) != withdrawnNotice {
			t.Errorf("citizens read %q", fault.Say(err))
		}
		k.must(k.Depart(k.ctx(), one, to(three)))
		k.public(one, "一，改正")
		if l, err := k.Live(k.ctx(), one); err != nil || l.Title != "标题 一，改正" {
			t.Errorf("published anew, the address shows %v, %v", l, err)
		}
		k.must(k.Withdraw(k.ctx(), one, "又撤"))
		k.leads("withdrawn anew, the old way is forgotten", one, Object{})
	}, schema()...)
}

// C12: an address that is gone for good is not used again, by the room nor by the schema, until that is taken back.
func TestAnAddressIsGoneForGood(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		obj := article(1)
		k.public(obj, "一")
		k.must(k.Depart(k.ctx(), obj, Departure{How: GoneForGood, To: article(2), Reason: "机构撤销", Notice: "本机构已撤销。"}))
		_, err := k.Live(k.ctx(), obj)
		if fault.KindOf(err) != fault.Gone || fault.Say(err) != "本机构已撤销。" {
			t.Errorf("the address answers %v", err)
		}
		e := k.freeze(obj, Small, "二")
		k.approve(e, r1)
		wantKind(t, "publish at an address that is gone", k.Publish(k.ctx(), site, e, Placing{20}), fault.Conflict)
		tr, err := k.Trail(k.ctx(), site, e)
		k.must(err)
		err = d.InTx(k.ctx(), func(ctx context.Context) error {
			past, err := k.past(ctx, obj)
			if err != nil {
				return err
			}
			last := tr.Steps[0]
			h := tr.issue()
			h.Step, h.Verdict, h.ApprovedAt, h.Place, h.FirstPublishedAt, h.EditionPublishedAt = &last.Step, &last.Verdict, &last.At, 20, past.FirstAt, k.at
			if err := k.insertHistory(ctx, &h); err != nil {
				t.Fatal(err)
			}
			return k.insertPublication(ctx, &h)
		})
		if err == nil {
			t.Error("the schema lets a text back to an address that is gone for good")
		}
		wantKind(t, "without a reason", k.TakeBack(k.ctx(), obj, " "), fault.Invalid)
		k.must(k.TakeBack(k.ctx(), obj, "机构恢复"))
		k.must(k.Publish(k.ctx(), site, e, Placing{20}))
		if _, err := k.Live(k.ctx(), obj); err != nil {
			t.Error(err)
		}
	}, schema()...)
}

// C12, C1: what was erased by law says so; nobody leads its address elsewhere or gives it another sentence.
func TestAnErasedTextDoesNotDepart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.public(article(1), "一")
		k.public(article(2), "二")
		k.must(k.Erase(k.ctx(), article(1), Erasure{Reason: "涉及个人隐私", Basis: "汉滨法〔2026〕3号", By: r1, Approver: r2}))
		for _, dep := range []Departure{{How: MovedTo, To: article(2), Reason: "合并"}, {How: GoneForGood, Reason: "机构撤销", Notice: "本机构已撤销。"}} {
			err := k.Depart(k.ctx(), article(1), dep)
			if fault.KindOf(err) != fault.Conflict || fault.Say(err) != "这条信息已依法删除，不能再改它的网址。" {
				t.Errorf("%s: got %v", dep.How, err)
			}
		}
		k.leads("erased", article(1), Object{})
		if _, err := k.Live(k.ctx(), article(1)); fault.Say(err) != erasedNotice {
			t.Errorf("citizens read %q", fault.Say(err))
		}
	}, schema()...)
}

// A12: a departure is its own site's: a neighbour's object of the same number is another one.
func TestDeparturesAreTheSitesOwn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.public(article(1), "一")
		k.public(article(2), "二")
		there := Object{Site: site + 1, Kind: "article", ID: 1}
		wantKind(t, "another site departs", k.Depart(k.ctx(), there, Departure{How: GoneForGood, Reason: "理由"}), fault.NotFound)
		k.must(k.Depart(k.ctx(), article(1), Departure{How: MovedTo, To: article(2), Reason: "理由"}))
		wantKind(t, "another site takes it back", k.TakeBack(k.ctx(), there, "理由"), fault.Conflict)
		k.must(d.InTx(k.ctx(), func(ctx context.Context) error {
			e, err := k.newest(ctx, article(1))
			if err != nil {
				return err
			}
			return k.dropDeparture(ctx, kernel.SiteID(site+1), e)
		}))
		k.leads("after another site reached for it", article(1), article(2))
	}, schema()...)
}
