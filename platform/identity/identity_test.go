package identity_test

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// The orgs of these tests: the city, its e-government office (the host), two counties, a township of the first.
const (
	city kernel.OrgID = iota + 1
	office
	hanbin
	xunyang
	yinghu
)

// The sites: the office's portal, the counties' subsites, the township's channel on its county's site.
const (
	portal kernel.SiteID = iota + 1
	hanbinSite
	xunyangSite
	yinghuSite
)

// land is the orgs and sites as the tests know them; it fills the port that platform/site fills in the server.
type land struct {
	orgs  map[kernel.OrgID]identity.Place
	sites map[kernel.SiteID]policies.SiteFacts
	meets atomic.Int64
}

func newLand() *land {
	place := func(level string, path ...kernel.OrgID) identity.Place {
		return identity.Place{OrgFacts: policies.OrgFacts{ID: path[len(path)-1], Level: level, Path: path}}
	}
	l := &land{orgs: map[kernel.OrgID]identity.Place{
		city: place("city", city), office: place("dept", city, office), hanbin: place("county", city, hanbin),
		xunyang: place("county", city, xunyang), yinghu: place("township", city, hanbin, yinghu),
	}}
	host := l.orgs[office]
	host.Host = true
	l.orgs[office] = host
	site := func(owner kernel.OrgID) policies.SiteFacts {
		return policies.SiteFacts{Owner: l.orgs[owner].OrgFacts, Host: host.OrgFacts, Kind: "subsite", State: "online"}
	}
	town := site(yinghu)
	town.Kind, town.Carrier = "channel", l.orgs[hanbin].OrgFacts
	l.sites = map[kernel.SiteID]policies.SiteFacts{portal: site(office), hanbinSite: site(hanbin), xunyangSite: site(xunyang), yinghuSite: town}
	return l
}

// reset forgets what was asked, and makes the first county host of its subtree or takes that back.
func (l *land) reset(delegated bool) {
	l.meets.Store(0)
	p := l.orgs[hanbin]
	p.Delegated = delegated
	l.orgs[hanbin] = p
	for id, s := range l.sites {
		s.Delegate = 0
		if delegated {
			s.Delegate = hanbin
		}
		l.sites[id] = s
	}
}

func (l *land) Place(_ context.Context, org kernel.OrgID) (identity.Place, error) {
	p, ok := l.orgs[org]
	if !ok {
		return p, fault.New(fault.NotFound, "没有这个单位。")
	}
	return p, nil
}

func (l *land) Meet(_ context.Context, a, b identity.Appointment) ([]identity.Pair, error) {
	l.meets.Add(1)
	var pairs []identity.Pair
	for id, s := range l.sites {
		p := identity.Pair{A: a.Held(l.orgs[a.Org].OrgFacts, id, s).Relation, B: b.Held(l.orgs[b.Org].OrgFacts, id, s).Relation}
		if !slices.Contains(pairs, p) {
			pairs = append(pairs, p)
		}
	}
	return pairs, nil
}

var start = time.Date(2026, 11, 23, 9, 30, 0, 0, kernel.Beijing).UTC()

// desk is one store with its people and a clock that the test turns.
type desk struct {
	*identity.Accounts
	t    *testing.T
	db   *db.DB
	log  *audit.Log
	land *land
	now  time.Time
	met  int // persons so far
}

// login is one that nobody has.
func (d *desk) login() string { d.met++; return fmt.Sprintf("person-%d", d.met) }

func each(t *testing.T, f func(t *testing.T, d *desk)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, store *db.DB) { f(t, newDesk(t, store)) }, sources()...)
}

func sources() []fs.FS { return []fs.FS{audit.Migrations(), identity.Migrations()} }

func newDesk(t *testing.T, store *db.DB) *desk {
	d := &desk{t: t, db: store, land: newLand(), now: start}
	clock := func() time.Time { return d.now }
	ids := kernel.NewSeededIDs(clock, 7)
	d.log = audit.New(store, clock, ids)
	d.Accounts = identity.New(store, clock, ids, d.log, d.land)
	return d
}

func server() context.Context {
	return kernel.WithActor(context.Background(), identity.System("cli"))
}

func (d *desk) person(login string, org kernel.OrgID) identity.Account {
	d.t.Helper()
	a, err := d.Create(server(), identity.Account{Login: login, Name: "张" + login, Org: org})
	if err != nil {
		d.t.Fatal(err)
	}
	return a
}

// appointed is a person with a post that the server gave.
func (d *desk) appointed(login string, role policies.Role, org kernel.OrgID) identity.Account {
	d.t.Helper()
	a := d.person(login, org)
	d.give(server(), a, role, org)
	return a
}

func (d *desk) give(ctx context.Context, a identity.Account, role policies.Role, org kernel.OrgID) identity.Appointment {
	d.t.Helper()
	p, err := d.Appoint(ctx, post(a, role, org))
	if err != nil {
		d.t.Fatalf("appoint %s to %s: %v", a.Login, role, err)
	}
	return p
}

func post(a identity.Account, role policies.Role, org kernel.OrgID) identity.Appointment {
	return identity.Appointment{Account: a.ID, Role: role, Org: org, Document: "测政任〔2026〕1号"}
}

func as(a identity.Account) context.Context {
	return kernel.WithActor(context.Background(), a.Actor("console"))
}

func (d *desk) live(a identity.Account) []policies.Role {
	d.t.Helper()
	live, err := d.Live(context.Background(), a.ID, d.now)
	if err != nil {
		d.t.Fatal(err)
	}
	var rs []policies.Role
	for _, l := range live {
		rs = append(rs, l.Role)
	}
	return rs
}

// entries lists a chain as action, object, before and after.
func (d *desk) entries(chain kernel.SiteID) []string {
	d.t.Helper()
	lines, err := d.log.List(context.Background(), chain, kernel.Page{Number: 1, Size: 100})
	if err != nil {
		d.t.Fatal(err)
	}
	slices.SortFunc(lines, func(a, b audit.Line) int { return int(a.Seq - b.Seq) })
	var out []string
	for _, l := range lines {
		out = append(out, strings.Join([]string{l.Action, l.Object, l.Before, l.After}, "|"))
	}
	return out
}

// C1: an account has a login of its own, and its opening is in the platform's chain.
func TestCreate(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		a, err := d.Create(server(), identity.Account{Login: " Wang.Wu ", Name: " 王𬀩 ", Org: hanbin})
		if err != nil || a.ID == 0 || a.Login != "wang.wu" || a.Name != "王𬀩" || a.State != identity.Active {
			t.Fatalf("got %+v, %v", a, err)
		}
		if got, err := d.Get(context.Background(), a.ID); err != nil || got != a {
			t.Errorf("Get: %+v, %v", got, err)
		}
		if got, err := d.Find(context.Background(), "WANG.wu "); err != nil || got != a {
			t.Errorf("Find: %+v, %v", got, err)
		}
		if got := a.Actor("console"); got != (kernel.Actor{Account: a.ID, Org: hanbin, Name: "王𬀩", Via: "console"}) {
			t.Errorf("actor %+v", got)
		}
		for name, c := range map[string]struct {
			ctx  context.Context
			give identity.Account
			want fault.Kind
		}{
			"the login is taken":                 {server(), identity.Account{Login: "wang.wu", Name: "王五", Org: hanbin}, fault.Conflict},
			"the login is taken in capitals":     {server(), identity.Account{Login: "WANG.WU", Name: "王五", Org: hanbin}, fault.Conflict},
			"a login with a space":               {server(), identity.Account{Login: "wang wu", Name: "王五", Org: hanbin}, fault.Invalid},
			"a login of one letter":              {server(), identity.Account{Login: "w", Name: "王五", Org: hanbin}, fault.Invalid},
			"a login in Chinese":                 {server(), identity.Account{Login: "王五五", Name: "王五", Org: hanbin}, fault.Invalid},
			"no name":                            {server(), identity.Account{Login: "wang5", Name: " ", Org: hanbin}, fault.Invalid},
			"a name with NUL":                    {server(), identity.Account{Login: "wang5", Name: "王\x00五", Org: hanbin}, fault.Invalid},
			"a name that is not UTF-8":           {server(), identity.Account{Login: "wang5", Name: "王\xff", Org: hanbin}, fault.Invalid},
			"a name without end":                 {server(), identity.Account{Login: "wang5", Name: strings.Repeat("王", 65), Org: hanbin}, fault.Invalid},
			"no org":                             {server(), identity.Account{Login: "wang5", Name: "王五"}, fault.Invalid},
			"an org that is not there":           {server(), identity.Account{Login: "wang5", Name: "王五", Org: 99}, fault.NotFound},
			"a citizen":                          {context.Background(), identity.Account{Login: "wang5", Name: "王五", Org: hanbin}, fault.Forbidden},
			"a console that nobody is signed in": {kernel.WithActor(context.Background(), kernel.Actor{Via: "console"}), identity.Account{Login: "wang5", Name: "王五", Org: hanbin}, fault.Forbidden},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := d.Create(c.ctx, c.give)
				if !fault.Is(err, c.want) || c.want == fault.Conflict && !strings.Contains(fault.Say(err), "登录名“wang.wu”已有人使用") {
					t.Errorf("got %v, want %s", err, c.want)
				}
			})
		}
		if got := d.entries(kernel.Platform); !slices.Equal(got, []string{"user.create|account/" + a.ID.String() + "||active"}) {
			t.Errorf("chain %q", got)
		}
		if names, err := d.Names(context.Background(), a.ID, 1); err != nil || len(names) != 1 || names[a.ID] != "王𬀩" {
			t.Errorf("Names: %v, %v", names, err)
		}
		if names, err := d.Names(context.Background()); err != nil || len(names) != 0 {
			t.Errorf("the names of nobody: %v, %v", names, err)
		}
		if _, err := d.Find(context.Background(), "wang5"); !fault.Is(err, fault.NotFound) {
			t.Errorf("Find: %v", err)
		}
		if _, err := d.Get(context.Background(), 1); !fault.Is(err, fault.NotFound) {
			t.Errorf("Get: %v", err)
		}
	})
}

// C1: a disabled account keeps its posts on record and none of them is live; nobody turns off the own account.
func TestDisableAndEnable(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		a := d.appointed("editor", policies.CL, hanbin)
		admin := d.appointed("admin", policies.SA, office)
		before := len(d.entries(kernel.Platform))
		if err := d.Disable(as(admin), a.ID); err != nil {
			t.Fatal(err)
		}
		if got := d.live(a); got != nil {
			t.Errorf("live %v", got)
		}
		if _, err := d.Appoint(server(), post(a, policies.IO, hanbin)); !fault.Is(err, fault.Conflict) {
			t.Errorf("appoint a disabled person: %v", err)
		}
		for name, c := range map[string]struct {
			err  error
			want fault.Kind
		}{
			"twice":              {d.Disable(as(admin), a.ID), fault.Conflict},
			"oneself":            {d.Disable(as(admin), admin.ID), fault.Forbidden},
			"a citizen does":     {d.Disable(context.Background(), a.ID), fault.Forbidden},
			"nobody's account":   {d.Disable(as(admin), 1), fault.NotFound},
			"enable what is on":  {d.Enable(server(), admin.ID), fault.Conflict},
			"enable the own one": {d.Enable(as(a), a.ID), fault.Forbidden},
		} {
			if !fault.Is(c.err, c.want) {
				t.Errorf("%s: got %v, want %s", name, c.err, c.want)
			}
		}
		if err := d.Enable(as(admin), a.ID); err != nil {
			t.Fatal(err)
		}
		if got := d.live(a); !slices.Equal(got, []policies.Role{policies.CL}) {
			t.Errorf("live %v", got)
		}
		object := "account/" + a.ID.String()
		want := []string{"user.disable|" + object + "|active|disabled", "user.enable|" + object + "|disabled|active"}
		if got := d.entries(kernel.Platform)[before:]; !slices.Equal(got, want) {
			t.Errorf("chain %q, want %q", got, want)
		}
	})
}

// C4: an appointment sees its own site only, and only its column and those below it.
func TestHeld(t *testing.T) {
	l := newLand()
	county := l.sites[hanbinSite]
	for name, c := range map[string]struct {
		a      identity.Appointment
		column []int64
		want   policies.Held
	}{
		"of the whole org":                     {identity.Appointment{Role: policies.CL, Org: hanbin}, nil, policies.Held{Role: policies.CL, Relation: policies.Own, InScope: true}},
		"of this site":                         {identity.Appointment{Role: policies.CL, Org: hanbin, Site: hanbinSite}, []int64{9}, policies.Held{Role: policies.CL, Relation: policies.Own, InScope: true}},
		"of another site":                      {identity.Appointment{Role: policies.CL, Org: hanbin, Site: portal}, nil, policies.Held{Role: policies.CL, Relation: policies.Other, InScope: true}},
		"of the object's column":               {identity.Appointment{Role: policies.LC, Org: hanbin, Site: hanbinSite, Column: 50}, []int64{50}, policies.Held{Role: policies.LC, Relation: policies.Own, InScope: true}},
		"of a column above the object's":       {identity.Appointment{Role: policies.LC, Org: hanbin, Site: hanbinSite, Column: 50}, []int64{51, 50}, policies.Held{Role: policies.LC, Relation: policies.Own, InScope: true}},
		"of another column":                    {identity.Appointment{Role: policies.LC, Org: hanbin, Site: hanbinSite, Column: 50}, []int64{10}, policies.Held{Role: policies.LC, Relation: policies.Own}},
		"of a column, the object lies in none": {identity.Appointment{Role: policies.LC, Org: hanbin, Site: hanbinSite, Column: 50}, nil, policies.Held{Role: policies.LC, Relation: policies.Own}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.a.Held(l.orgs[c.a.Org].OrgFacts, hanbinSite, county, c.column...); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}
