package app

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/policies"
)

// A2, d49: the rule over real orgs, sites and appointments. The theorem in policies proves the table; this proves
// that the house asks it the right question.
func TestTheRuleOverRealPeople(t *testing.T) {
	t.Parallel()
	ctx := kernel.WithActor(context.Background(), identity.System("cli"))
	tw := serveHouse(t, filepath.Join(t.TempDir(), "z.db"), "localhost")
	tw.openCity(t, ctx)
	who := &guard{accounts: tw.Accounts, sites: tw.Sites, columns: tw.Columns, articles: tw.Articles, now: tw.clock()}
	for i, c := range []struct {
		name string
		role policies.Role
		org  string
		site string
		act  policies.Action
		may  bool
	}{
		{"a township's officer writes for the township", "IO", "610902100", "http://hanbin.ankang.localhost:8080/z/guanmiao/", "article.create", true},
		{"a county's officer does not write for its township", "IO", "610902", "http://hanbin.ankang.localhost:8080/z/guanmiao/", "article.create", false},
		{"a county's officer writes for the county", "IO", "610902", "http://hanbin.ankang.localhost:8080/", "article.create", true},
		{"a county's officer does not write for another county", "IO", "610902", "http://xunyang.ankang.localhost:8080/", "article.create", false},
		{"the city's officer does not write for a county", "IO", "610900", "http://hanbin.ankang.localhost:8080/", "article.create", false},
		{"the city's officer writes for the portal", "IO", "610900", "http://ankang.localhost:8080/", "article.create", true},
		{"the city's operator binds a county's domain", "PO", "610900", "http://hanbin.ankang.localhost:8080/", "domain.bind", true},
		{"the city's operator suspends a township's channel", "PO", "610900", "http://hanbin.ankang.localhost:8080/z/guanmiao/", "site.suspend.execute", true},
		{"the city's operator writes nothing", "PO", "610900", "http://hanbin.ankang.localhost:8080/", "article.edit.draft", false},
		{"the city's operator does not review", "PO", "610900", "http://ankang.localhost:8080/", "review.pass", false},
		{"a county's integration editor arranges a township's columns", "IE", "610902", "http://hanbin.ankang.localhost:8080/z/guanmiao/", "column.tree.move", true},
		{"a township's content lead does not arrange columns", "CL", "610902100", "http://hanbin.ankang.localhost:8080/z/guanmiao/", "column.tree.move", false},
		{"the city's supervisor takes down a county's article", "SV", "610900", "http://hanbin.ankang.localhost:8080/", "article.takedown", true},
		{"a county's supervisor takes nothing down elsewhere", "SV", "610902", "http://xunyang.ankang.localhost:8080/", "article.takedown", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, err := tw.Orgs.ByCode(ctx, c.org)
			if err != nil {
				t.Fatal(err)
			}
			a, err := tw.Accounts.Create(ctx, identity.Account{Login: fmt.Sprintf("one.%d", i), Name: "一人", Org: o.ID})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tw.Accounts.Appoint(ctx, identity.Appointment{Account: a.ID, Role: c.role, Org: o.ID, Document: "安政任〔2026〕1号"}); err != nil {
				t.Fatal(err)
			}
			s, _, ok := tw.Sites.ByAddress(c.site)
			if !ok {
				t.Fatalf("no site at %s", c.site)
			}
			err = who.May(kernel.WithActor(ctx, a.Actor("console")), s.ID, c.act)
			if err != nil && !fault.Is(err, fault.Forbidden) || (err == nil) != c.may {
				t.Errorf("got %v, want may = %v", err, c.may)
			}
		})
	}
	if err := who.May(kernel.WithActor(ctx, kernel.Actor{}), tw.Sites.AllPublic()[0].ID, "article.create"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a citizen: %v", err)
	}
}

// I5: over all live appointments nobody holds technique with integration or content on one site.
func TestNobodyHoldsTechniqueAndWords(t *testing.T) {
	ctx := kernel.WithActor(context.Background(), identity.System("cli"))
	tw := serveHouse(t, filepath.Join(t.TempDir(), "z.db"), "localhost")
	tw.openCity(t, ctx)
	city, county := tw.org(t, ctx, "610900"), tw.org(t, ctx, "610902")
	for i, c := range []struct {
		name          string
		first, second identity.Appointment
		ok            bool
	}{
		{"the city's operator does not write for the portal", identity.Appointment{Role: "PO", Org: city}, identity.Appointment{Role: "IO", Org: city}, false},
		{"nor for a county it hosts", identity.Appointment{Role: "PO", Org: city}, identity.Appointment{Role: "IO", Org: county}, false},
		{"a county's writer does not become the city's operator", identity.Appointment{Role: "RV", Org: county}, identity.Appointment{Role: "SA", Org: city}, false},
		{"a writer may review", identity.Appointment{Role: "IO", Org: county}, identity.Appointment{Role: "RV", Org: county}, true},
		{"an operator may administer security while the house is small", identity.Appointment{Role: "PO", Org: city}, identity.Appointment{Role: "SA", Org: city}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := tw.Accounts.Create(ctx, identity.Account{Login: fmt.Sprintf("two.%d", i), Name: "一人", Org: city})
			if err != nil {
				t.Fatal(err)
			}
			for j, x := range []identity.Appointment{c.first, c.second} {
				x.Account, x.Document = a.ID, "安政任〔2026〕2号"
				_, err := tw.Accounts.Appoint(ctx, x)
				if want := j == 0 || c.ok; (err == nil) != want {
					t.Errorf("appointment %d: %v, want accepted = %v", j+1, err, want)
				}
			}
		})
	}
}

func (tw *town) org(t *testing.T, ctx context.Context, code string) kernel.OrgID {
	t.Helper()
	o, err := tw.Orgs.ByCode(ctx, code)
	if err != nil {
		t.Fatal(err)
	}
	return o.ID
}
