package publication

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// A12 (I17): two sites have an object of the same kind and number. Whatever happens to one of them, or is tried with the
// edition of one under the name of the other, the other keeps its words, its place, its moments and its history.
func TestAnotherSiteIsUntouched(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		const there kernel.SiteID = 2
		mine, theirs := article(1), Object{Site: there, Kind: "article", ID: 1}
		early := k.at
		k.at = early.Add(24 * time.Hour)
		k.public(mine, "本站")

		k.at = early
		e := k.freeze(theirs, Small, "邻站")
		if tr, err := k.Latest(k.ctx(), theirs); err != nil || tr.Edition != e || !tr.FrozenAt.Equal(early) {
			t.Fatalf("frozen beside a later edition of another site: %+v, %v", tr, err)
		}
		k.must(k.Approve(k.ctx(), there, e, yes(r1)))
		k.must(k.Publish(k.ctx(), there, e, Placing{30}))
		if l, err := k.Live(k.ctx(), theirs); err != nil || !l.FirstPublishedAt.Equal(early) || !l.EditionPublishedAt.Equal(early) {
			t.Errorf("published beside a later edition of another site: %+v, %v; want %s", l, err, early)
		}
		before := k.seen(theirs)

		for what, err := range map[string]error{
			"approve": k.Approve(k.ctx(), site, e, yes(r2)), "publish": k.Publish(k.ctx(), site, e, Placing{20}),
			"emergency": k.PublishEmergency(k.ctx(), site, e, Placing{20}, r2), "settle": k.Settle(k.ctx(), site, e, yes(r2)),
		} {
			wantKind(t, what+" another site's edition", err, fault.NotFound)
		}
		_, err := k.Trail(k.ctx(), site, e)
		wantKind(t, "the trail of another site's edition", err, fault.NotFound)

		k.at = early.Add(48 * time.Hour)
		k.public(mine, "本站第二版")
		k.must(k.Move(k.ctx(), mine, Placing{21}))
		order := Erasure{Reason: "涉及个人隐私", Basis: "汉滨法〔2026〕3号", By: r1, Approver: r2}
		k.must(k.Erase(k.ctx(), mine, order))
		wantKind(t, "erase again while another site keeps its own", k.Erase(k.ctx(), mine, order), fault.NotFound)
		if after := k.seen(theirs); after != before {
			t.Errorf("the other site's article: got %s, want %s", after, before)
		}
		if tr, err := k.Trail(k.ctx(), there, e); err != nil || tr.Erased != nil || !tr.Public || len(tr.Steps) != 1 {
			t.Errorf("the other site's trail: %+v, %v", tr, err)
		}
		k.must(k.Withdraw(k.ctx(), theirs, "内容有误"))
	}, schema()...)
}

// seen is what citizens get of an object.
func (k *desk) seen(obj Object) string {
	k.t.Helper()
	l, err := k.Live(k.ctx(), obj)
	k.must(err)
	return fmt.Sprint(string(l.Payload), l.Title, l.Edition, l.Place, l.FirstPublishedAt, l.EditionPublishedAt)
}

// A12: two sites may publish objects of the same number: a list, the ids and titles of what is public, and how much stands where,
// are one site's.
func TestTheSameNumberOnTwoSites(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.public(article(5), "本站")
		k.public(article(6), "本站")
		other := Object{Site: 2, Kind: "article", ID: 5}
		e := k.freeze(other, Ordinary, "别站")
		for _, r := range []kernel.AccountID{r1, r2, r3} {
			k.must(k.Approve(k.ctx(), other.Site, e, yes(r)))
		}
		k.must(k.Publish(k.ctx(), other.Site, e, Placing{20}))
		for of, called := range map[kernel.SiteID]map[int64]string{site: {5: "标题 本站", 6: "标题 本站"}, other.Site: {5: "标题 别站"}} {
			want := slices.Sorted(maps.Keys(called))
			ids, err := k.IDs(k.ctx(), of, "article", 0, 10)
			if err != nil || !slices.Equal(ids, want) {
				t.Errorf("site %d: public are %v, %v; want %v", of, ids, err, want)
			}
			rows, err := k.List(k.ctx(), of, Filter{Kind: "article"}, kernel.Page{Number: 1, Size: 10})
			if err != nil || len(rows) != len(want) {
				t.Errorf("site %d: listed are %d, %v; want %d", of, len(rows), err, len(want))
			}
			if titles, err := k.Titles(k.ctx(), of, "article", []int64{5, 6}); err != nil || !maps.Equal(titles, called) {
				t.Errorf("site %d: called are %v, %v; want %v", of, titles, err, called)
			}
			if places, err := k.PlacesOf(k.ctx(), []kernel.SiteID{of}); err != nil || len(places) != 1 || places[of][20].Count != int64(len(want)) {
				t.Errorf("site %d: the places are %v, %v; want %d in one", of, places, err, len(want))
			}
		}
	}, schema()...)
}
