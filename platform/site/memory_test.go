package site_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/policies"
)

// A1, design.md 4: a node starts from the bytes another kept, without the database, and answers the same hosts.
func TestSnapshot(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		r.create("610900", func(s *site.Spec) { s.Overrides.Tokens = map[string]string{"brand": "靛蓝"} })
		county := r.create("610902", func(s *site.Spec) { s.Marks.Code = "6109020001" })
		r.create("610902104")
		r.create("610902001")
		if _, err := r.AddDomain(t.Context(), county.ID, "alias.localhost"); err != nil {
			t.Fatal(err)
		}
		if err := r.Suspend(t.Context(), county.ID, "整改", "本站暂停服务。"); err != nil {
			t.Fatal(err)
		}
		b, err := r.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		other := open(t, r.db, site.Config{})
		if len(other.Table()) != 0 {
			t.Fatal("a new node knows hosts before it has read them")
		}
		if err := other.LoadSnapshot(b); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(r.Table(), other.Table()); d != "" {
			t.Error(d)
		}
		if tpl, err := other.TemplateOf(t.Context(), county.ID); err != nil || tpl.Name != "county" {
			t.Errorf("%v", err)
		}
		if strings.Contains(string(b), "zhanqun-") {
			t.Error("the snapshot holds verification tokens")
		}
		for name, bad := range map[string]string{"nothing": "", "no JSON": "{", "another version": `{"version":99}`, "cut off": string(b[:len(b)/2])} {
			if err := other.LoadSnapshot([]byte(bad)); err == nil || len(other.Table()) != 3 {
				t.Errorf("%s: %v, %d hosts", name, err, len(other.Table()))
			}
		}
		elsewhere := open(t, r.db, site.Config{Domain: "localhost"})
		if err := elsewhere.LoadSnapshot(b); err != nil || elsewhere.Public(county.ID).Origin != "https://hanbin.ankang.localhost" {
			t.Errorf("addresses follow the node's own configuration: %+v, %v", elsewhere.Public(county.ID), err)
		}
	})
}

// A second node takes over what the first has changed when it polls the revisions.
func TestOtherNodeFollows(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		other := open(t, r.db, site.Config{})
		if err := other.rev.Poll(t.Context()); err != nil {
			t.Fatal(err)
		}
		g := r.create("610902")
		if other.Public(g.ID) != nil {
			t.Fatal("the other node knows without asking")
		}
		if err := other.rev.Poll(t.Context()); err != nil || other.Public(g.ID) == nil {
			t.Errorf("after the poll: %+v, %v", other.Public(g.ID), err)
		}
		if err := r.Suspend(t.Context(), g.ID, "整改", "本站暂停服务。"); err != nil {
			t.Fatal(err)
		}
		if err := other.rev.Poll(t.Context()); err != nil || other.Public(g.ID).State != "suspended" {
			t.Errorf("after the suspension: %+v, %v", other.Public(g.ID), err)
		}
	})
}

// Readers never see half a table, whoever reloads.
func TestReloadWhileReading(t *testing.T) {
	r := lite(t, site.Config{})
	r.create("610902")
	town := r.create("610902104")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				if h := r.Table()["hanbin.ankang.localhost"]; h == nil || h.Mounts["wuli"] == nil || r.Public(town.ID) == nil {
					t.Error("half a table")
					return
				}
			}
		})
	}
	for range 10 {
		if err := r.Reload(t.Context()); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
}

func TestByAddress(t *testing.T) {
	r := lite(t, site.Config{})
	county := r.create("610902")
	r.create("610902104")
	if _, err := r.AddDomain(t.Context(), county.ID, "alias.localhost"); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ address, site, rest string }{
		{"http://hanbin.ankang.localhost:8080/a/1", "汉滨区人民政府", "/a/1"}, {"https://HANBIN.ankang.localhost", "汉滨区人民政府", "/"},
		{"http://alias.localhost/c/gongkai", "汉滨区人民政府", "/c/gongkai"}, {"http://hanbin.ankang.localhost/z/wuli/a/2", "五里镇人民政府", "/a/2"},
		{"http://hanbin.ankang.localhost/z/wuli/", "五里镇人民政府", "/"}, {"http://hanbin.ankang.localhost/z/wuli", "", ""},
		{"http://hanbin.ankang.localhost/z/nobody/a/2", "", ""}, {"http://nobody.localhost/", "", ""}, {"/a/1", "", ""}, {"http://[", "", ""},
	} {
		p, rest, ok := r.ByAddress(row.address)
		if ok != (row.site != "") || ok && (p.Name != row.site || rest != row.rest) {
			t.Errorf("%s: %+v %q %v", row.address, p, rest, ok)
		}
	}
}

// A2, d49: how an org stands to a site follows from the two trees, the state and a live delegation.
func TestRelation(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		ctx := t.Context()
		city, county, town, dept := r.create("610900"), r.create("610902"), r.create("610902104"), r.create("610900-rsj")
		check := func(actor string, id kernel.SiteID, want policies.Relation) {
			t.Helper()
			var o kernel.OrgID
			if actor != "" {
				o = r.org(actor)
			}
			if got, err := r.Relation(ctx, o, id); err != nil || got != want {
				t.Errorf("%s to site %d is %s, want %s: %v", actor, id, got, want, err)
			}
		}
		check("610900", city.ID, policies.HostOwn)
		check("610900", county.ID, policies.Host)
		check("610902", county.ID, policies.Own)
		check("610902", town.ID, policies.Carrier)
		check("610902104", town.ID, policies.OwnChannel)
		check("610900-rsj", dept.ID, policies.Own)
		check("610000", county.ID, policies.Above)
		check("610902104", county.ID, policies.Below)
		check("610981", county.ID, policies.Other)
		check("", county.ID, policies.Public)
		d, err := r.Delegate(ctx, site.Delegation{Site: town.ID, Org: r.org("610902"), From: "2026-11-01", To: "2027-10-31", Document: "安政办函〔2026〕12号"})
		if err != nil {
			t.Fatal(err)
		}
		check("610902", town.ID, policies.Host)
		if err := r.EndDelegation(ctx, town.ID, d.ID, "期满收回"); err != nil {
			t.Fatal(err)
		}
		check("610902", town.ID, policies.Carrier)
		if _, err := r.Delegate(ctx, site.Delegation{Site: town.ID, Org: r.org("610902"), From: "2025-11-01", To: "2026-11-22", Document: "安政办函〔2025〕12号"}); err != nil {
			t.Fatal(err)
		}
		check("610902", town.ID, policies.Carrier) // it ended yesterday
		if _, err := r.Relation(ctx, r.org("610902"), 42); !fault.Is(err, fault.NotFound) {
			t.Errorf("a site nobody knows: %v", err)
		}
		if err := r.Suspend(ctx, town.ID, "整改", "本站暂停服务。"); err != nil {
			t.Fatal(err)
		}
		check("", town.ID, policies.Other)
	})
}

func TestDelegateRefuses(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		r.create("610900")
		r.create("610902")
		town := r.create("610902104")
		good := site.Delegation{Site: town.ID, Org: r.org("610902"), From: "2026-11-01", To: "2027-10-31", Document: "安政办函〔2026〕12号"}
		if _, err := r.Delegate(t.Context(), good); err != nil {
			t.Fatal(err)
		}
		for _, row := range []struct {
			name   string
			change func(*site.Delegation)
			kind   fault.Kind
			say    string
		}{
			{"one that overlaps", func(*site.Delegation) {}, fault.Conflict, "在 2026-11-01 至 2027-10-31 已有委托"},
			{"without a document", func(d *site.Delegation) { d.Document = "" }, fault.Invalid, "委托文件的文号"},
			{"backwards", func(d *site.Delegation) { d.To = "2026-10-31" }, fault.Invalid, "止日不早于起日"},
			{"a day that does not exist", func(d *site.Delegation) { d.To = "2027-02-30" }, fault.Invalid, "YYYY-MM-DD"},
			{"for ever", func(d *site.Delegation) { d.To = "2099-01-01" }, fault.Invalid, "最长三年"},
			{"another county", func(d *site.Delegation) { d.Org, d.From, d.To = r.org("610981"), "2028-01-01", "2028-12-31" }, fault.Invalid, "只能委托给站点所在的县级政府"},
			{"the city", func(d *site.Delegation) { d.Org, d.From, d.To = r.org("610900"), "2028-01-01", "2028-12-31" }, fault.Invalid, "只能委托给站点所在的县级政府"},
			{"a site nobody knows", func(d *site.Delegation) { d.Site = 42 }, fault.NotFound, "没有这个站点"},
		} {
			d := good
			row.change(&d)
			if _, err := r.Delegate(t.Context(), d); !fault.Is(err, row.kind) || !strings.Contains(fault.Say(err), row.say) {
				t.Errorf("%s: got %v, want %q", row.name, err, row.say)
			}
		}
		if err := r.EndDelegation(t.Context(), town.ID, 42, "收回"); !fault.Is(err, fault.NotFound) {
			t.Errorf("ending nothing: %v", err)
		}
	})
}

// Issue 3, 1: after each kind of change a node that loads only what has moved holds what one that starts now does.
func TestReloadReadsWhatHasMoved(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		ctx := t.Context()
		city, county := r.create("610900"), r.create("610902")
		town, other := r.create("610902104"), r.create("610981")
		for i := range 12 { // so that one site is not most of them
			r.importOrgs(fmt.Sprintf("code,name,level,parent_code\n6109022%02d,第%d镇,township,610902\n", i, i+1))
			r.create(fmt.Sprintf("6109022%02d", i))
		}
		node := open(t, r.db, site.Config{})
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(node.Reload(ctx))
		var delegated site.Delegation
		for _, row := range []struct {
			name string
			do   func() error
		}{
			{"nothing", func() error { return nil }},
			{"a site is opened", func() error { r.create("610902001"); return nil }},
			{"a host is bound", func() error { _, err := r.AddDomain(ctx, county.ID, "www.hanbin.localhost"); return err }},
			{"another is the primary one", func() error { return r.PrimaryDomain(ctx, county.ID, "www.hanbin.localhost") }},
			{"a host is given back", func() error { return r.RemoveDomain(ctx, county.ID, "hanbin.ankang.localhost") }},
			{"and bound to another site", func() error { _, err := r.AddDomain(ctx, other.ID, "hanbin.ankang.localhost"); return err }},
			{"a carrier is suspended", func() error { return r.Suspend(ctx, county.ID, "整改", "本站暂停服务。") }},
			{"and comes back", func() error { return r.Resume(ctx, county.ID, "已经整改") }},
			{"a channel is closed", func() error {
				return errors.Join(r.Close(ctx, town.ID, "撤并", "本频道即将关停。"), r.Close(ctx, town.ID, "撤并", "本频道已经关停。"))
			}},
			{"colours change", func() error { return r.SetTokens(ctx, city.ID, map[string]string{"brand": "靛蓝"}) }},
			{"a site is delegated", func() (err error) {
				delegated, err = r.Delegate(ctx, site.Delegation{Site: r.create("610902-jyj").ID, Org: r.org("610902"), From: "2026-01-01", To: "2026-12-31", Document: "安政办函〔2016〕12号"})
				return err
			}},
			{"and no longer", func() error { return r.EndDelegation(ctx, delegated.Site, delegated.ID, "到期收回") }},
			{"a site turns grey", func() error {
				_, err := r.Mourn(ctx, site.Greyscale{Site: other.ID, Until: r.now().Add(time.Hour), Document: "市政府办公室通知"})
				return err
			}},
			{"an org is renamed", func() error {
				_, err := r.orgs.Import(ctx, strings.NewReader("code,name,level,parent_code,short_name\n610981,旬阳新区,county,610900,新区\n"), false)
				return err
			}},
			{"everything moves", func() error {
				return r.db.InTx(ctx, func(ctx context.Context) error {
					for _, s := range r.AllPublic() {
						if err := r.rev.Bump(ctx, s.ID); err != nil {
							return err
						}
					}
					return nil
				})
			}},
		} {
			must(row.do())
			must(node.Reload(ctx))
			fresh := open(t, r.db, site.Config{})
			must(fresh.Reload(ctx))
			want, err := fresh.Snapshot()
			must(err)
			got, err := node.Snapshot()
			must(err)
			if string(got) != string(want) {
				t.Errorf("%s: %s", row.name, cmp.Diff(string(want), string(got)))
			}
			if d := cmp.Diff(fresh.Table(), node.Table()); d != "" {
				t.Errorf("%s: %s", row.name, d)
			}
		}
	})
}

// A8, issue 4 (5): a suspended and a closed site answer, with their notice: Public knows them, Open does not.
func TestOpenSitesAreThoseWithPages(t *testing.T) {
	for _, state := range []site.State{site.Trial, site.Online, site.Suspended, site.Closing, site.Closed} {
		want := state != site.Suspended && state != site.Closed
		if got := site.Reads(&render.Site{State: string(state)}); got != want || !state.Public() {
			t.Errorf("%s: citizens read its pages %v, want %v; its address answers %v", state, got, want, state.Public())
		}
	}
}
