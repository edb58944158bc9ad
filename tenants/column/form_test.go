package column

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
)

// B1, B2: without a word of the site a column's page is made as its kind has it.
func TestAKindHasItsView(t *testing.T) {
	for kind, want := range map[string]string{"pictures": ViewPictures, "page": ViewSingle, "leaders": ViewLeaders, "special": ViewTopics, "news": ViewList, "org": ViewList} {
		k := &Column{Kind: kind}
		if k.formed(); k.Form.View != want {
			t.Errorf("%s: %q, want %q", kind, k.Form.View, want)
		}
	}
	for _, v := range PageViews {
		if viewNames[v] == "" || viewHelps[v] == "" {
			t.Errorf("%s has no name or no help", v)
		}
	}
}

// B1, B14, D1: how a column's page is made is the site's difference: audited, seen by no other site; what its view does not need is left out.
func TestTheFormOfAColumn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		all := Form{Target: "https://www.example.cn/a", Group: "c2f1", Order: "c2f1", Opens: "2026-12-01", Closes: "2026-12-31", Sections: []int64{20, 2, 20}, Each: 3}
		for _, row := range []struct {
			column int64
			view   string
			want   Form
		}{
			{1, ViewPictures, Form{View: ViewPictures}},
			{3, ViewList, Form{View: ViewList}},
			{4, ViewLink, Form{View: ViewLink, Target: all.Target}},
			{5, ViewTopic, Form{View: ViewTopic, Opens: all.Opens, Closes: all.Closes, Sections: []int64{20, 2}, Each: 3}},
			{31, ViewLeaders, Form{View: ViewLeaders, Order: "c31f4", Group: "c31f5"}},
			{34, ViewOffices, Form{View: ViewOffices, Order: "c34f5", Group: "c34f6"}},
		} {
			f := all
			f.View = row.view
			before := h.rev.Known(h.city.ID)
			h.must(h.SetForm(h.ctx, h.city.ID, row.column, f))
			if got := h.tree(h.city).Get(row.column); got.Form.words() != row.want.words() || got.Version != 1 {
				t.Errorf("%s: got %s, want %s", row.view, got.Form.words(), row.want.words())
			}
			if h.rev.Known(h.city.ID) == before {
				t.Errorf("%s: the revision stands still", row.view)
			}
			if other := h.tree(h.county).Get(row.column); other != nil && other.Version != 0 {
				t.Errorf("%s: the county has it too", row.view)
			}
			lines, err := h.log.List(h.ctx, h.city.ID, kernel.Page{Number: 1, Size: 1})
			h.must(err)
			if l := lines[0]; l.Action != "column.form" || l.After != row.want.words() || !strings.Contains(l.Before, `"view"`) {
				t.Errorf("%s: the chain says %+v", row.view, l.Entry)
			}
		}
		sheet, err := h.Fields(h.ctx, h.city.ID, 31)
		h.must(err)
		if got := labels(sheet.Fields); got != "职务、分工、办公电话、排序、分组" {
			t.Errorf("the leaders' column asks for %s", got)
		}
		h.must(h.SetForm(h.ctx, h.city.ID, 31, Form{View: ViewLeaders, Group: "c31f1"}))
		if again, err := h.Fields(h.ctx, h.city.ID, 31); err != nil || again.Version != sheet.Version {
			t.Errorf("a column with fields gets them again: %+v, %v", again, err)
		}
		if f := h.tree(h.city).Get(31).Form; f.Group != "c31f1" || f.Order != "" {
			t.Errorf("got %+v", f)
		}
	})
}

// B1, B14: what a column's page cannot be is refused with a sentence at its field, and nothing is changed.
func TestFormsRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ended, err := h.Add(h.ctx, h.city.ID, Spec{Kind: "news", Name: "旧", Slug: "jiu", CycleDays: 30})
		h.must(err)
		h.must(h.Close(h.ctx, h.city.ID, ended, 0))
		h.must(h.SetFields(h.ctx, h.city.ID, 2, 0, []Field{{Label: "场次", Type: AsText}}))
		seven := []int64{1, 3, 4, 5, 8, 20, 21}
		for _, row := range []struct {
			name   string
			column int64
			form   Form
			field  string
			kind   fault.Kind
		}{
			{"a view that is not there", 1, Form{View: "blog"}, "view", fault.Invalid},
			{"no view", 1, Form{}, "view", fault.Invalid},
			{"a column that the law asks for leads away", 11, Form{View: ViewLink, Target: "https://example.cn/"}, "", fault.Conflict},
			{"a link to nowhere", 1, Form{View: ViewLink}, "target", fault.Invalid},
			{"a program for a link", 1, Form{View: ViewLink, Target: "javascript:alert(1)"}, "target", fault.Invalid},
			{"another host by two slashes", 1, Form{View: ViewLink, Target: "//example.cn/"}, "target", fault.Invalid},
			{"a link with a password", 1, Form{View: ViewLink, Target: "https://a:b@example.cn/"}, "target", fault.Invalid},
			{"a link too long", 1, Form{View: ViewLink, Target: "/" + strings.Repeat("a", longestLink)}, "target", fault.Invalid},
			{"a tab in a link", 1, Form{View: ViewLink, Target: "/c/\x01"}, "target", fault.Invalid},
			{"a link to itself", 2, Form{View: ViewLink, Target: "/c/gonggao"}, "target", fault.Invalid},
			{"a field that is not there", 2, Form{View: ViewLeaders, Group: "c3f1"}, "group", fault.Invalid},
			{"an order that is not there", 2, Form{View: ViewOffices, Order: "c2f9"}, "order", fault.Invalid},
			{"a day that is none", 1, Form{View: ViewTopic, Opens: "2026-02-30"}, "opens", fault.Invalid},
			{"a last day that is none", 1, Form{View: ViewTopic, Closes: "12月"}, "closes", fault.Invalid},
			{"over before it begins", 1, Form{View: ViewTopic, Opens: "2026-12-02", Closes: "2026-12-01"}, "closes", fault.Invalid},
			{"eleven of each", 1, Form{View: ViewTopic, Each: 11}, "each", fault.Invalid},
			{"fewer than none of each", 1, Form{View: ViewTopic, Each: -1}, "each", fault.Invalid},
			{"seven columns", 2, Form{View: ViewTopic, Sections: seven}, "sections", fault.Invalid},
			{"itself", 1, Form{View: ViewTopic, Sections: []int64{1}}, "sections", fault.Invalid},
			{"a column that is not there", 1, Form{View: ViewTopic, Sections: []int64{99}}, "sections", fault.Invalid},
			{"a closed column", 1, Form{View: ViewTopic, Sections: []int64{ended}}, "sections", fault.Invalid},
			{"of a closed column", ended, Form{View: ViewList}, "", fault.Conflict},
			{"of a column that is not there", 99, Form{View: ViewList}, "", fault.NotFound},
		} {
			before := h.rev.Known(h.city.ID)
			err := h.SetForm(h.ctx, h.city.ID, row.column, row.form)
			if f := new(fault.Fault); !errors.As(err, &f) || f.Kind != row.kind || f.Field != row.field {
				t.Errorf("%s: got %v at %q", row.name, err, f.Field)
			}
			if h.rev.Known(h.city.ID) != before {
				t.Errorf("%s: refused, and changed", row.name)
			}
		}
	})
}

// B1: a column that leads elsewhere stands in the navigation with that address, holds nothing and is never blank or late.
func TestALinkStandsInTheNavigation(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.must(h.SetForm(h.ctx, h.city.ID, 1, Form{View: ViewLink, Target: "https://www.example.cn/"}))
		h.must(h.SetForm(h.ctx, h.city.ID, 20, Form{View: ViewLink, Target: "/c/gonggao"}))
		tree := h.tree(h.city)
		if k := tree.Get(1); k.Blank() || !k.Due().IsZero() || !tree.Visible(1) {
			t.Errorf("the link is %+v", k)
		}
		elder := h.city.In(kernel.Elder)
		var hrefs []string
		for _, l := range tree.Nav(elder) {
			hrefs = append(hrefs, l.Href)
		}
		if want := []string{"https://www.example.cn/", "/-/elder/c/gonggao"}; !slices.Equal(hrefs, want) {
			t.Errorf("the navigation leads to %q, want %q", hrefs, want)
		}
	})
}

// B14: a topic is seen from its first day on and rests behind its last: both days make the pages of the site anew, and no other's.
func TestATopicOpensAndCloses(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(h.city, 5)
		below, err := h.Add(h.ctx, h.city.ID, Spec{Parent: 5, Kind: "news", Name: "现场", Slug: "xianchang", CycleDays: 30})
		h.must(err)
		h.fill(h.city, below)
		h.must(h.SetForm(h.ctx, h.city.ID, 5, Form{View: ViewTopic, Opens: "2026-11-25", Closes: "2026-11-27"}))
		at := func(day, hour int) { h.now = time.Date(2026, 11, day, hour, 0, 0, 0, kernel.Beijing).UTC() }
		for _, row := range []struct {
			day, hour    int
			turns        bool
			stage        string
			seen, cycles bool
		}{{24, 23, false, Waiting, false, true}, {25, 0, true, Running, true, true}, {27, 23, false, Running, true, true}, {28, 0, true, Archived, true, false}} {
			at(row.day, row.hour)
			city, county := h.rev.Known(h.city.ID), h.rev.Known(h.county.ID)
			h.must(h.jobs.Drain(h.ctx))
			tree := h.tree(h.city)
			k := tree.Get(5)
			if got := k.Form.Stage(Day(h.now)); got != row.stage || tree.Visible(5) != row.seen || tree.Visible(below) != row.seen || (k.CycleDays > 0) != row.cycles {
				t.Errorf("on the %dth at %d: %s, seen %v, cycle %d", row.day, row.hour, got, tree.Visible(5), k.CycleDays)
			}
			if turned := h.rev.Known(h.city.ID) != city; turned != row.turns || h.rev.Known(h.county.ID) != county {
				t.Errorf("on the %dth at %d: the pages are made anew: %v", row.day, row.hour, turned)
			}
			late := false
			h.must(h.Fresh(h.ctx, []kernel.SiteID{h.city.ID, h.county.ID}, func(site kernel.SiteID, k *Column) { late = late || site == h.city.ID && k.ID == 5 }))
			if late != row.cycles {
				t.Errorf("on the %dth at %d: it owes updates: %v", row.day, row.hour, late)
			}
		}
		h.must(h.SetForm(h.ctx, h.city.ID, 5, Form{View: ViewTopic, Opens: "2026-11-01"})) // which is past: nothing waits
		rev := h.rev.Known(h.city.ID)
		h.must(h.jobs.Drain(h.ctx))
		if h.rev.Known(h.city.ID) != rev {
			t.Error("a day that is past wakes somebody")
		}
	})
}
