package identity_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/policies"
)

// C1, C4: a post has a role, an org, a term and a paper; what is wrong with it is said before anything is written.
func TestAppointChecksThePost(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		a := d.person("li.si", hanbin)
		ok := post(a, policies.IO, hanbin)
		for name, c := range map[string]struct {
			change func(*identity.Appointment)
			want   fault.Kind
		}{
			"no paper":                          {func(p *identity.Appointment) { p.Document = " " }, fault.Invalid},
			"a paper with a line break":         {func(p *identity.Appointment) { p.Document = "a\nb" }, fault.Invalid},
			"no such role":                      {func(p *identity.Appointment) { p.Role = "ROOT" }, fault.Invalid},
			"nobody is appointed citizen":       {func(p *identity.Appointment) { p.Role = policies.CZ }, fault.Invalid},
			"an operator at a county":           {func(p *identity.Appointment) { p.Role = policies.PO }, fault.Invalid},
			"a supervisor at a township":        {func(p *identity.Appointment) { p.Role, p.Org = policies.SV, yinghu }, fault.Invalid},
			"an org that is not there":          {func(p *identity.Appointment) { p.Org = 99 }, fault.NotFound},
			"a person that is not there":        {func(p *identity.Appointment) { p.Account = 1 }, fault.NotFound},
			"a column without its site":         {func(p *identity.Appointment) { p.Column = 50 }, fault.Invalid},
			"a term that starts yesterday":      {func(p *identity.Appointment) { p.From = start.AddDate(0, 0, -1) }, fault.Invalid},
			"a term that ends before it starts": {func(p *identity.Appointment) { p.From, p.To = start.AddDate(1, 0, 0), start.AddDate(0, 1, 0) }, fault.Invalid},
			"a term without length":             {func(p *identity.Appointment) { p.From, p.To = start, start }, fault.Invalid},
		} {
			t.Run(name, func(t *testing.T) {
				p := ok
				c.change(&p)
				if _, err := d.Appoint(server(), p); !fault.Is(err, c.want) {
					t.Errorf("got %v, want %s", err, c.want)
				}
			})
		}
		if got := d.live(a); got != nil {
			t.Fatalf("live %v", got)
		}
		today := time.Date(2026, 11, 23, 0, 0, 0, 0, kernel.Beijing)
		ok.From, ok.To, ok.Site, ok.Column = today, start.Add(time.Hour+time.Nanosecond), hanbinSite, 50
		got, err := d.Appoint(server(), ok)
		want := ok
		want.ID, want.From, want.To = got.ID, today.UTC(), start.Add(time.Hour)
		if err != nil || got.ID == 0 || got != want {
			t.Fatalf("got %+v, %v", got, err)
		}
		live, err := d.Live(context.Background(), a.ID, start)
		if err != nil || !slices.Equal(live, []identity.Appointment{want}) {
			t.Errorf("live %+v, %v", live, err)
		}
		if _, err := d.Appoint(server(), ok); !fault.Is(err, fault.Conflict) {
			t.Errorf("the same post twice: %v", err)
		}
	})
}

// C1: a post is live from its first moment until before its last, and over at once when ended; an end needs a paper.
func TestLiveAndEnd(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		a := d.person("li.si", hanbin)
		p := post(a, policies.IO, hanbin)
		p.From, p.To = start.Add(time.Hour), start.Add(2*time.Hour+500*time.Millisecond)
		if _, err := d.Appoint(server(), p); err != nil {
			t.Fatal(err)
		}
		long := d.give(server(), a, policies.RV, hanbin)
		for at, want := range map[time.Duration][]policies.Role{
			-time.Microsecond:                  nil,
			0:                                  {policies.RV},
			time.Hour - time.Microsecond:       {policies.RV},
			time.Hour:                          {policies.RV, policies.IO},
			2 * time.Hour:                      {policies.RV, policies.IO},
			2*time.Hour + 500*time.Millisecond: {policies.RV},
			10 * 365 * 24 * time.Hour:          {policies.RV},
			2*time.Hour + 500*time.Millisecond - time.Microsecond: {policies.RV, policies.IO},
		} {
			d.now = start.Add(at)
			if got := d.live(a); !slices.Equal(got, want) {
				t.Errorf("after %v: live %v, want %v", at, got, want)
			}
		}
		d.now = start.Add(90 * time.Minute)
		if err := d.End(server(), long.ID, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("an end without a paper: %v", err)
		}
		if err := d.End(server(), long.ID, "测政任〔2026〕2号"); err != nil {
			t.Fatal(err)
		}
		if got := d.live(a); !slices.Equal(got, []policies.Role{policies.IO}) {
			t.Errorf("after the end: live %v", got)
		}
		if live, err := d.Live(context.Background(), a.ID, start.Add(time.Minute)); err != nil || len(live) != 1 {
			t.Errorf("the past has changed: %v, %v", live, err)
		}
		if err := d.End(server(), long.ID, "测政任〔2026〕2号"); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second end: %v", err)
		}
		if err := d.End(server(), 1, "测政任〔2026〕2号"); !fault.Is(err, fault.NotFound) {
			t.Errorf("the end of nothing: %v", err)
		}
		d.give(server(), a, policies.RV, hanbin) // an ended post can be given again
	})
}

// C4 (I5): nobody holds technique with integration or content on one site, at any moment of both terms; posts that
// meet on no site, or never at the same time, stand side by side.
func TestAppointKeepsTechniqueAndWordsApart(t *testing.T) {
	type give struct {
		role     policies.Role
		org      kernel.OrgID
		site     kernel.SiteID
		from, to int // days from today; 0 is open
	}
	cases := map[string]struct {
		first, next give
		delegated   bool
		refused     bool
		meets       int64
	}{
		"the host's operator writes for the portal":             {give{role: policies.PO, org: office}, give{role: policies.IO, org: office}, false, true, 1},
		"the other way round":                                   {give{role: policies.IO, org: office}, give{role: policies.PO, org: office}, false, true, 1},
		"the host's operator assembles the portal":              {give{role: policies.PO, org: office}, give{role: policies.IE, org: office}, false, true, 1},
		"the host's auditor reviews for a county":               {give{role: policies.AA, org: office}, give{role: policies.RV, org: hanbin}, false, true, 1},
		"the host's operator leads a township's content":        {give{role: policies.PO, org: office}, give{role: policies.CL, org: yinghu}, false, true, 1},
		"another county's reviewer is no concern of a delegate": {give{role: policies.PO, org: hanbin}, give{role: policies.RV, org: xunyang}, true, false, 1},
		"a delegated operator reviews for his county":           {give{role: policies.PO, org: hanbin}, give{role: policies.RV, org: hanbin}, true, true, 1},
		"a delegated operator writes for a township":            {give{role: policies.PO, org: hanbin}, give{role: policies.IO, org: yinghu}, true, true, 1},
		"technique here, words on another site":                 {give{role: policies.PO, org: office, site: hanbinSite}, give{role: policies.IO, org: xunyang, site: xunyangSite}, false, false, 0},
		"technique everywhere, words on one site":               {give{role: policies.PO, org: office}, give{role: policies.IO, org: xunyang, site: xunyangSite}, false, true, 1},
		"one after the other":                                   {give{role: policies.PO, org: office, to: 30}, give{role: policies.IO, org: office, from: 30}, false, false, 0},
		"one day together":                                      {give{role: policies.PO, org: office, to: 31}, give{role: policies.IO, org: office, from: 30, to: 60}, false, true, 1},
		"technique that begins later":                           {give{role: policies.PO, org: office, from: 300}, give{role: policies.IO, org: office}, false, true, 1},
		"words that end before technique begins":                {give{role: policies.PO, org: office, from: 300}, give{role: policies.IO, org: office, to: 300}, false, false, 0},
		"a small office: all content in one person":             {give{role: policies.CL, org: yinghu}, give{role: policies.RV, org: yinghu}, false, false, 0},
		"words and integration at home":                         {give{role: policies.CL, org: hanbin}, give{role: policies.IE, org: hanbin}, false, false, 0},
		"three administrators in one person, in the first days": {give{role: policies.PO, org: office}, give{role: policies.AA, org: office}, false, false, 0},
		"a supervisor with technique":                           {give{role: policies.SV, org: city}, give{role: policies.PO, org: office}, false, false, 0},
	}
	each(t, func(t *testing.T, d *desk) {
		for name, c := range cases {
			t.Run(name, func(t *testing.T) {
				d.land.reset(c.delegated)
				a := d.person(d.login(), office)
				make := func(g give) identity.Appointment {
					p := post(a, g.role, g.org)
					p.Site = g.site
					if g.from > 0 {
						p.From = start.AddDate(0, 0, g.from)
					}
					if g.to > 0 {
						p.To = start.AddDate(0, 0, g.to)
					}
					return p
				}
				if _, err := d.Appoint(server(), make(c.first)); err != nil {
					t.Fatalf("first: %v", err)
				}
				chain := len(d.entries(kernel.Platform)) + len(d.entries(c.next.site))
				_, err := d.Appoint(server(), make(c.next))
				if (err != nil) != c.refused || err != nil && !fault.Is(err, fault.Conflict) {
					t.Errorf("got %v, want refused %v", err, c.refused)
				}
				if got := d.land.meets.Load(); got != c.meets {
					t.Errorf("asked for the sites %d times, want %d", got, c.meets)
				}
				if after := len(d.entries(kernel.Platform)) + len(d.entries(c.next.site)); c.refused && after != chain {
					t.Errorf("a refusal wrote to the chain")
				}
			})
		}
	})
}

// C4: a post that was ended leaves room for its opposite.
func TestAnEndedPostLeavesRoom(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		a := d.person("li.si", office)
		p := d.give(server(), a, policies.PO, office)
		d.now = start.Add(time.Hour)
		if err := d.End(server(), p.ID, "测政任〔2026〕2号"); err != nil {
			t.Fatal(err)
		}
		d.give(server(), a, policies.IO, office)
		if got := d.live(a); !slices.Equal(got, []policies.Role{policies.IO}) {
			t.Errorf("live %v", got)
		}
	})
}

// C4: who may appoint whom: content leads in the own unit to content, security administrators to technique, nobody
// himself; the same holds for ending.
func TestWhoAppoints(t *testing.T) {
	type giver struct {
		role policies.Role
		org  kernel.OrgID
		site kernel.SiteID
	}
	cases := map[string]struct {
		by        giver
		role      policies.Role
		org       kernel.OrgID
		site      kernel.SiteID
		delegated bool
		want      fault.Kind
	}{
		"a content lead, in the own unit":                    {giver{policies.CL, hanbin, 0}, policies.IO, hanbin, 0, false, ""},
		"a leader in charge, in the own unit":                {giver{policies.LD, yinghu, 0}, policies.RV, yinghu, 0, false, ""},
		"a content lead of the portal":                       {giver{policies.CL, office, 0}, policies.LC, office, 0, false, ""},
		"a content lead of the county, in its township":      {giver{policies.CL, hanbin, 0}, policies.IO, yinghu, 0, false, fault.Forbidden},
		"a content lead of one site, for the whole unit":     {giver{policies.CL, hanbin, hanbinSite}, policies.IO, hanbin, 0, false, fault.Forbidden},
		"a content lead of one site, for that site":          {giver{policies.CL, hanbin, hanbinSite}, policies.IO, hanbin, hanbinSite, false, ""},
		"a content lead makes an operator":                   {giver{policies.CL, office, 0}, policies.PO, office, 0, false, fault.Forbidden},
		"a content lead makes a supervisor":                  {giver{policies.CL, hanbin, 0}, policies.SV, hanbin, 0, false, fault.Forbidden},
		"an information officer":                             {giver{policies.IO, hanbin, 0}, policies.IO, hanbin, 0, false, fault.Forbidden},
		"a security administrator makes an operator":         {giver{policies.SA, office, 0}, policies.PO, office, 0, false, ""},
		"a security administrator makes a county supervisor": {giver{policies.SA, office, 0}, policies.SV, hanbin, 0, false, ""},
		"a security administrator makes a content lead":      {giver{policies.SA, office, 0}, policies.CL, hanbin, 0, false, fault.Forbidden},
		"a platform operator makes an operator":              {giver{policies.PO, office, 0}, policies.PO, office, 0, false, fault.Forbidden},
		"a delegated county's, at home":                      {giver{policies.SA, hanbin, 0}, policies.PO, hanbin, 0, true, ""},
		"a delegated county's, at the host":                  {giver{policies.SA, hanbin, 0}, policies.PO, office, 0, true, fault.Forbidden},
		"a delegated county's, in another county":            {giver{policies.SA, hanbin, 0}, policies.SV, xunyang, 0, true, fault.Forbidden},
	}
	each(t, func(t *testing.T, d *desk) {
		for name, c := range cases {
			t.Run(name, func(t *testing.T) {
				d.land.reset(c.delegated)
				by, a := d.person(d.login(), c.by.org), d.person(d.login(), c.org)
				p := post(by, c.by.role, c.by.org)
				p.Site = c.by.site
				if _, err := d.Appoint(server(), p); err != nil {
					t.Fatal(err)
				}
				p = post(a, c.role, c.org)
				p.Site = c.site
				got, err := d.Appoint(as(by), p)
				if fault.KindOf(err) != c.want || err == nil && got.By != by.ID {
					t.Fatalf("got %v by %d, want %q", err, got.By, c.want)
				}
				if err != nil {
					if got, err = d.Appoint(server(), p); err != nil {
						t.Fatal(err)
					}
				}
				if err := d.End(as(by), got.ID, "测政任〔2026〕2号"); fault.KindOf(err) != c.want {
					t.Errorf("end: got %v, want %q", err, c.want)
				}
			})
		}
	})
}

// C4: nobody appoints or ends himself, and a citizen nobody.
func TestNobodyAppointsHimself(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		a := d.person("lead", hanbin)
		lead := d.give(server(), a, policies.CL, hanbin)
		for name, ctx := range map[string]context.Context{"himself": as(a), "a citizen": context.Background()} {
			if _, err := d.Appoint(ctx, post(a, policies.RV, hanbin)); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s appoints: %v", name, err)
			}
			if err := d.End(ctx, lead.ID, "测政任〔2026〕2号"); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s ends: %v", name, err)
			}
		}
		if got := d.live(a); !slices.Equal(got, []policies.Role{policies.CL}) {
			t.Errorf("live %v", got)
		}
	})
}

// C4, R4: every post given or ended is in the chain of its site, or of the platform, with its paper.
func TestPostsAreInTheChain(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		a := d.person("li.si", hanbin)
		p := post(a, policies.IO, hanbin)
		p.Site = hanbinSite
		got, err := d.Appoint(server(), p)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.End(server(), got.ID, "测政任〔2026〕2号"); err != nil {
			t.Fatal(err)
		}
		lines, err := d.log.List(context.Background(), hanbinSite, kernel.Page{Number: 1, Size: 10})
		if err != nil || len(lines) != 2 {
			t.Fatalf("chain %+v, %v", lines, err)
		}
		papers := map[string]string{}
		for _, l := range lines {
			papers[l.Action] = l.Note["document"]
			if l.Object != "account/"+a.ID.String() || l.Note["appointment"] != got.ID.String() || l.Actor.Via != "cli" || !strings.Contains(l.Before+l.After, "IO org 3 site 2") {
				t.Errorf("entry %+v", l)
			}
		}
		if papers["appointment.content"] != "测政任〔2026〕1号" || papers["appointment.end"] != "测政任〔2026〕2号" {
			t.Errorf("papers %v", papers)
		}
	})
}

// C4 (I5): two administrators give one person technique and words at the same moment; one of them is refused, on both
// engines, whoever comes first.
func TestTwoAppointmentsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		for round := range 20 {
			a := d.person(d.login(), office)
			given := []policies.Role{policies.PO, policies.IO}
			want := [][]policies.Role{{policies.PO}, {policies.IO}}
			if round%2 == 1 {
				given = append(given, policies.SA, policies.RV)
				want = [][]policies.Role{{policies.PO, policies.SA}, {policies.IO, policies.RV}}
			}
			errs := make([]error, len(given))
			ready := make(chan struct{})
			var all sync.WaitGroup
			for i, r := range given {
				all.Go(func() {
					<-ready
					_, errs[i] = d.Appoint(server(), post(a, r, office))
				})
			}
			close(ready)
			all.Wait()
			got := d.live(a)
			slices.Sort(got)
			if !slices.Equal(got, want[0]) && !slices.Equal(got, want[1]) {
				t.Fatalf("round %d: the person holds %v", round, got)
			}
			for i, r := range given {
				if slices.Contains(got, r) != (errs[i] == nil) || errs[i] != nil && !fault.Is(errs[i], fault.Conflict) {
					t.Errorf("round %d, %s: %v", round, r, errs[i])
				}
			}
		}
	})
}
