package site_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/site"
)

// grey are the names of the sites whose pages are without colours.
func (r *room) grey() (names []string) {
	r.t.Helper()
	if err := r.Reload(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	for _, s := range r.AllPublic() {
		if s.Grey {
			names = append(names, s.ShortName)
		}
	}
	slices.Sort(names)
	return names
}

// F7: one site or all of them, now or at a set time, and back; whoever starts without the database shows what was known.
func TestGreyscale(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		ctx := t.Context()
		city, county := r.create("610900"), r.create("610902")
		is := func(when string, want ...string) {
			t.Helper()
			if got := r.grey(); !slices.Equal(got, want) {
				t.Errorf("%s: grey are %q, want %q", when, got, want)
			}
		}
		is("at first")
		now := r.now()
		one, err := r.Mourn(ctx, site.Greyscale{Site: county.ID, Until: now.Add(24 * time.Hour), Document: "市政府办公室通知"})
		if err != nil || one.State != site.GreyOn {
			t.Fatalf("%+v, %v", one, err)
		}
		is("one site", "汉滨区")
		all, err := r.Mourn(ctx, site.Greyscale{From: now.Add(time.Hour), Until: now.Add(3 * time.Hour), Document: "国务院公告"})
		if err != nil || all.State != site.GreyWaiting {
			t.Fatalf("%+v, %v", all, err)
		}
		turn := func() {
			t.Helper()
			if err := r.TurnGrey(ctx, all.Site, all.ID); err != nil {
				t.Fatal(err)
			}
		}
		turn()
		is("too early", "汉滨区")
		r.pass(time.Hour)
		turn()
		is("all sites", "安康市", "汉滨区")
		kept, err := r.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		r.pass(2 * time.Hour)
		turn()
		turn()
		is("all but one have their colours", "汉滨区")
		if err := r.LoadSnapshot(kept); err != nil {
			t.Fatal(err)
		}
		if p := r.AllPublic(); !p[0].Grey || !p[1].Grey {
			t.Error("what a node kept has lost it")
		}
		same := `INSERT INTO site_greyscales SELECT ?, id, from_at, until_at, document, state, created_at, changed_at FROM site_greyscales WHERE site_id = ?`
		if err := r.db.InTx(ctx, func(ctx context.Context) error {
			_, err := r.db.Conn(ctx).NewRaw(same, int64(city.ID), int64(county.ID)).Exec(ctx)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for _, still := range [][]string{{"安康市"}, nil} {
			of := map[int]kernel.SiteID{1: county.ID, 0: city.ID}[len(still)]
			if err := r.EndGrey(ctx, of, one.ID); err != nil {
				t.Fatal(err)
			}
			is("of two with one number, one is over", still...)
		}
		for name, err := range map[string]error{"twice": r.EndGrey(ctx, county.ID, one.ID), "of another": r.EndGrey(ctx, kernel.Platform, one.ID)} {
			if want := map[string]fault.Kind{"twice": fault.Conflict, "of another": fault.NotFound}[name]; !fault.Is(err, want) {
				t.Errorf("ended %s: %v", name, err)
			}
		}
		list, err := r.Greyscales(ctx, 10)
		if err != nil || len(list) != 3 || list[0].ID != all.ID || list[0].State != site.GreyOver {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

func TestGreyscaleThatCannotBe(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		now, county := r.now(), r.create("610902").ID
		add := func(g site.Greyscale) error { _, err := r.Mourn(t.Context(), g); return err }
		if err := add(site.Greyscale{From: now.Add(time.Hour), Until: now.Add(5 * time.Hour), Document: "国务院公告"}); err != nil {
			t.Fatal(err)
		}
		for _, row := range []struct {
			name string
			g    site.Greyscale
			want fault.Kind
		}{
			{"no end", site.Greyscale{Document: "国务院公告"}, fault.Invalid},
			{"an end before the beginning", site.Greyscale{From: now.Add(9 * time.Hour), Until: now.Add(8 * time.Hour), Document: "国务院公告"}, fault.Invalid},
			{"over already", site.Greyscale{From: now.Add(-2 * time.Hour), Until: now.Add(-time.Hour), Document: "国务院公告"}, fault.Invalid},
			{"too long", site.Greyscale{From: now.Add(9 * time.Hour), Until: now.Add(32 * 24 * time.Hour), Document: "国务院公告"}, fault.Invalid},
			{"too far", site.Greyscale{From: now.Add(400 * 24 * time.Hour), Until: now.Add(401 * 24 * time.Hour), Document: "国务院公告"}, fault.Invalid},
			{"no document", site.Greyscale{Until: now.Add(time.Hour)}, fault.Invalid},
			{"at the same time as another", site.Greyscale{From: now.Add(4 * time.Hour), Until: now.Add(6 * time.Hour), Document: "国务院公告"}, fault.Conflict},
		} {
			if err := add(row.g); !fault.Is(err, row.want) {
				t.Errorf("%s: %v", row.name, err)
			}
		}
		for name, g := range map[string]site.Greyscale{
			"after another":         {From: now.Add(5 * time.Hour), Until: now.Add(6 * time.Hour), Document: "国务院公告"},
			"of one site beside it": {Site: county, From: now.Add(time.Hour), Until: now.Add(5 * time.Hour), Document: "国务院公告"},
		} {
			if err := add(g); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
