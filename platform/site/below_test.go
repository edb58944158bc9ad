package site_test

import (
	"slices"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/site"
)

// T2: "this site and below" is the org's own sites and those of all orgs below it, whose pages citizens read at this moment.
func TestBelow(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		city, county := r.create("610900"), r.create("610902")
		town, street := r.create("610902104"), r.create("610902001")
		ids := func(all []*render.Site, err error) (ids []kernel.SiteID) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range all {
				ids = append(ids, s.ID)
			}
			return ids
		}
		is := func(what string, got []kernel.SiteID, want ...kernel.SiteID) {
			t.Helper()
			if !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", what, got, want)
			}
		}
		other := open(t, r.db, site.Config{}) // which has read no org yet
		if err := other.rev.Poll(t.Context()); err != nil {
			t.Fatal(err)
		}
		is("the city", ids(other.Below(t.Context(), city.ID)), city.ID, county.ID, town.ID, street.ID)
		is("the county", ids(other.Below(t.Context(), county.ID)), county.ID, town.ID, street.ID)
		is("a town", ids(other.Below(t.Context(), town.ID)), town.ID)
		is("no site", ids(other.Below(t.Context(), 1<<40)))
		if err := r.Suspend(t.Context(), town.ID, "整改", "本站暂停服务。"); err != nil {
			t.Fatal(err)
		}
		is("without what is suspended", ids(r.Below(t.Context(), county.ID)), county.ID, street.ID)
		is("everyone", ids(r.Everyone(), nil), city.ID, county.ID, street.ID)
	})
}
