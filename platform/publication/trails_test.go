package publication

import (
	"reflect"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// Issue 4, Must show 8: many trails are what each of them is alone, in two statements however many; what is another site's, or nowhere, is absent.
func TestTrailsAreReadTogether(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		editions := []EditionID{k.public(article(1), "已公开"), k.freeze(article(2), Ordinary, "刚送审"), k.freeze(article(3), Small, "小单位"), k.freeze(article(4), Triple, "三级")}
		k.approve(editions[3], r1, r2)
		k.at = k.at.Add(time.Minute)
		k.must(k.Approve(k.ctx(), site, editions[1], no(r1)))
		theirs := k.freeze(Object{Site: 2, Kind: "article", ID: 5}, Small, "邻站")
		was := d.Statements()
		all, err := k.Trails(k.ctx(), site, append(editions, theirs, 99)...)
		k.must(err)
		if asked := d.Statements() - was; len(all) != len(editions) || asked != 2 {
			t.Errorf("%d trails in %d statements, want %d in 2", len(all), asked, len(editions))
		}
		for _, e := range editions {
			if alone, err := k.Trail(k.ctx(), site, e); err != nil || !reflect.DeepEqual(all[e], alone) {
				t.Errorf("edition %d is %+v among others and %+v alone, %v", e, all[e], alone, err)
			}
		}
		if next := all[editions[3]].Next; next == nil || next.Step != 3 || all[editions[1]].Next != nil || all[editions[2]].Next == nil {
			t.Errorf("the steps that are next: %+v %+v %+v", all[editions[1]].Next, all[editions[2]].Next, next)
		}
		for what, e := range map[string][]EditionID{"none": nil, "one of nowhere": {99}, "another site's": {theirs}} {
			if all, err := k.Trails(k.ctx(), kernel.SiteID(site), e...); err != nil || len(all) != 0 {
				t.Errorf("%s: %v, %v", what, all, err)
			}
		}
	}, schema()...)
}
