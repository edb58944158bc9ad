package site

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// counties opens two counties and a township below each, of the same name.
func counties(t *testing.T, f func(t *testing.T, s *Sites, hanbin, xunyang Site)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := func() time.Time { return time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC) }
		ids := kernel.NewSeededIDs(now, 1)
		log := audit.New(d, now, ids)
		orgs := org.New(d, now, ids, log)
		s, err := New(Config{Domain: "localhost", Scheme: "http", Port: 8080}, d, now, ids, log, orgs, pages.NewRevisions(d))
		if err != nil {
			t.Fatal(err)
		}
		const tree = "code,name,level,parent_code\n610900,安康市,city,\n610902,汉滨区,county,610900\n610981,旬阳市,county,610900\n" +
			"610902104,五里镇,township,610902\n610981104,五里镇,township,610981\n"
		if _, err := orgs.Import(t.Context(), strings.NewReader(tree), false); err != nil {
			t.Fatal(err)
		}
		var made []Site
		for _, code := range []string{"610900", "610902", "610981"} {
			made = append(made, openFor(t, s, code, ""))
		}
		f(t, s, made[1], made[2])
	}, audit.Migrations(), pages.Migrations(), org.Migrations(), Migrations())
}

func openFor(t *testing.T, s *Sites, code string, state State) Site {
	t.Helper()
	o, err := s.orgs.ByCode(t.Context(), code)
	if err != nil {
		t.Fatal(err)
	}
	g, err := s.Create(t.Context(), Spec{Org: o.ID, State: state})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func domainOf(t *testing.T, s *Sites, id kernel.SiteID) Domain {
	t.Helper()
	all, err := s.Domains(t.Context(), id)
	if err != nil || len(all) != 1 {
		t.Fatalf("hosts of site %d: %v, %v; want one", id, all, err)
	}
	return all[0]
}

// A6, A12: the store changes no host and no delegation of another site, whatever the room above it has looked up before.
func TestStoreChangesOnlyItsSite(t *testing.T) {
	counties(t, func(t *testing.T, s *Sites, hanbin, xunyang Site) {
		ctx := context.Background()
		own := domainOf(t, s, hanbin.ID)
		foreign := own
		foreign.Site, foreign.Verified, foreign.VerifiedAt, foreign.Evidence = xunyang.ID, false, time.Time{}, "别站写的"
		err := s.db.InTx(ctx, func(ctx context.Context) error {
			return errors.Join(s.saveDomain(ctx, foreign), s.dropDomain(ctx, xunyang.ID, own.Host))
		})
		if err != nil {
			t.Fatal(err)
		}
		if now := domainOf(t, s, hanbin.ID); now != own {
			t.Errorf("the host that another site reached for: %+v, want %+v", now, own)
		}
		delegated, err := s.Delegate(ctx, Delegation{Site: hanbin.ID, Org: hanbin.Org, From: "2026-11-23", To: "2027-11-23", Document: "安政办函〔2026〕5号"})
		if err != nil {
			t.Fatal(err)
		}
		err = s.db.InTx(ctx, func(ctx context.Context) error {
			ended, err := s.endDelegation(ctx, xunyang.ID, delegated.ID)
			if ended {
				t.Error("another site ended the delegation")
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if all, err := s.Delegations(ctx, xunyang.ID); err != nil || len(all) != 0 {
			t.Errorf("another site lists the delegation: %+v, %v", all, err)
		}
	})
}

// A4, A6: a refused application gives back its own host, not its neighbours'; two counties each have a township of one name,
// and a carrier lists its own.
func TestNeighboursKeepWhatIsTheirs(t *testing.T) {
	counties(t, func(t *testing.T, s *Sites, hanbin, xunyang Site) {
		ctx := context.Background()
		one, two := openFor(t, s, "610902104", ""), openFor(t, s, "610981104", "")
		if one.Slug != two.Slug || one.Parent != hanbin.ID || two.Parent != xunyang.ID {
			t.Errorf("townships of one name stand at %d %q and %d %q", one.Parent, one.Slug, two.Parent, two.Slug)
		}
		if below, err := s.List(ctx, Filter{Parent: hanbin.ID}, kernel.Page{}); err != nil || len(below) != 1 || below[0].ID != one.ID {
			t.Errorf("below hanbin: %+v, %v", below, err)
		}
		o, err := s.orgs.ByCode(ctx, "610902104")
		if err != nil {
			t.Fatal(err)
		}
		applied, err := s.Create(ctx, Spec{Org: o.ID, Kind: Subsite, Approval: "安政办函〔2016〕12号", State: Applied, Host: "wuli.gov.cn"})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Move(ctx, applied.ID, Refused, "不符合条件", ""); err != nil {
			t.Fatal(err)
		}
		domainOf(t, s, hanbin.ID)
		domainOf(t, s, xunyang.ID)
		_, err = s.AddDomain(ctx, applied.ID, "wuli2.gov.cn")
		if !fault.Is(err, fault.Conflict) || !strings.Contains(fault.Say(err), "不能再绑定域名") {
			t.Errorf("a host for a refused application: %v", err)
		}
	})
}

// A4: a site that is closing takes no channel: not when it is planned, and not when it began to close in between. Two that take
// one host at once are told.
func TestCarrierMayCloseMeanwhile(t *testing.T) {
	counties(t, func(t *testing.T, s *Sites, hanbin, xunyang Site) {
		ctx := context.Background()
		if err := s.Close(ctx, hanbin.ID, "网站整合", "本网站即将关停。"); err != nil {
			t.Fatal(err)
		}
		says := func(what string, err error, words string) {
			t.Helper()
			if !fault.Is(err, fault.Conflict) || !strings.Contains(fault.Say(err), words) {
				t.Errorf("%s: got %v, want the words %q", what, err, words)
			}
		}
		says("opened below it", s.lockCarriers(ctx, []opening{{site: Site{ID: 9, Parent: hanbin.ID}}}), "不能再承载频道")
		o, err := s.orgs.ByCode(ctx, "610902104")
		if err != nil {
			t.Fatal(err)
		}
		g, err := s.around(ctx, Spec{Org: o.ID, Carrier: hanbin.ID})
		if err != nil {
			t.Fatal(err)
		}
		_, err = g.carrier(Spec{Carrier: hanbin.ID}, o, Channel)
		says("planned below it", err, "不能再承载频道")

		taken := domainOf(t, s, xunyang.ID)
		taken.Site = 9
		late := xunyang
		late.ID = 9
		says("a host taken meanwhile", s.db.InTx(ctx, func(ctx context.Context) error {
			return s.open(ctx, []opening{{site: late, domain: &taken}})
		}), "刚刚被别人占用")
	})
}
