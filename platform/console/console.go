// Package console is the frame of the desk: the way in, the bar and the menu around every screen, the first screen, the words in
// both languages, and the pages that nobody else answers.
//
// It serves 安政办发〔2015〕71号 五(二) (谁主管谁负责、谁发布谁负责: every act has a named person) and 三(二): a township's
// information officer, with no manual and an old office PC, must succeed. So every screen is a page that the server made and every act
// a plain form; a menu shows what the person may do and nothing else, and it asks the same question as the guard of the route.
//
// Rooms bring their screens: a view declared with Define, shown with Show. It decides nothing and keeps no row.
package console

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/policies"
)

// Holdings tells what the actor in ctx holds as seen from a site: every live appointment.
type Holdings interface {
	Holdings(ctx context.Context, site kernel.SiteID) ([]policies.Held, error)
}

// Ports are what the frame asks of the house.
type Ports struct {
	Accounts *identity.Accounts
	Sites    *site.Sites
	Audit    *audit.Log
	Refusals *audit.Refusals
	Holdings Holdings
	Now      kernel.Clock
	People   People // of the demonstration, or nil
	Orgs     *org.Orgs
	LinkURL  func(token string) string // where a one-time link leads
	Columns  Columns                   // what a post may be limited to
	SetUp    SetUp                     // nil: the first administrator is made on the command line
}

// SetUp is where the server keeps the code that makes the first administrator.
type SetUp interface {
	Code() (string, error) // "" when it keeps none
	Done() error           // it keeps none any more
}

// Person is somebody ready-made of the demonstration, whose password the sign-in page shows.
type Person struct{ Name, Login, Password, Post, Site string }

// People lists the ready-made people; none outside the demonstration.
type People func() []Person

// Entry is a line of the menu.
type Entry struct {
	Name string // a word of the catalogue
	Path string // "/sites/:site/articles", or "/people" of no site
	Any  []policies.Action
	Some bool                           // an appointment to one column of the site opens the line too
	If   func(ctx context.Context) bool // opens the line too, where no single action says it; or nil
}

// Section is a part of everybody's first screen. Empty is what it says when nothing is in it.
type Section struct {
	Title, Empty string
	Items        []Item
	More         string // address of the whole list, or ""
}

// Item is one thing that waits.
type Item struct {
	Text, Href string
	Mark       string // its state in a word
	Kind       string // how the word looks: "", "warn", "bad", "ok"
	NoteWord   string // a word of the catalogue before the note, or ""
	Note       string
	At         time.Time
	Due        string // what its deadline shows, in a word of the catalogue, or ""
	DueKind    string // how that word looks
	DueAt      time.Time
}

// Work finds the items of a section on one site for the actor in ctx.
type Work func(ctx context.Context, site kernel.SiteID) (Section, error)

// Console is the frame. Its methods are safe for concurrent use once the rooms are plugged.
type Console struct {
	Ports
	views   map[string]map[string]*view // by language and room/name
	assets  map[string]asset
	entries []Entry
	work    []Work
	recent  []Recent
	bell    func(ctx context.Context) (int, error)
}

// New parses the rooms' views in every language and refuses what would fail before a person. The views are by room short name.
func New(p Ports, views map[string]fs.FS, defined ...View) (*Console, error) {
	c := &Console{Ports: p}
	var err error
	if c.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	if c.views, err = parseViews(views, append([]View{signInView, againView, resumeView, workView, failedView, auditView, paletteView, linkView, setupView, peopleView, personView, vacantView, handedView, meView, secondView, codesView, passkeyView, refusalsView, networksView, limitView}, defined...)); err != nil {
		return nil, err
	}
	return c, nil
}

// Plug adds a room's lines to the menu and its sections to the first screen, in the order of the calls.
func (c *Console) Plug(entries []Entry, work ...Work) {
	c.entries = append(c.entries, entries...)
	c.work = append(c.work, work...)
}

// PlugBell has the frame show how many notices the actor has not read.
func (c *Console) PlugBell(unread func(ctx context.Context) (int, error)) { c.bell = unread }

// Seat is a site where somebody has a post.
type Seat struct {
	ID   kernel.SiteID
	Name string
	Home string // its public address, "" while it has none
}

// seatsMost bounds a switcher; whoever has more sites finds them in the list of all sites.
const seatsMost = 50

// Seats are the sites where the actor has a post of the own unit.
func (c *Console) Seats(ctx context.Context) ([]Seat, error) {
	return kernel.Remember(ctx, seatsOf{kernel.ActorFrom(ctx).Account}, func() ([]Seat, error) { return c.seats(ctx) })
}

type seatsOf struct{ account kernel.AccountID }

func (c *Console) seats(ctx context.Context) ([]Seat, error) {
	live, err := c.Accounts.Live(ctx, kernel.ActorFrom(ctx).Account, c.Now())
	if err != nil {
		return nil, err
	}
	var ids []kernel.SiteID
	met := map[kernel.OrgID]bool{}
	for _, a := range live {
		if a.Site != 0 {
			ids = append(ids, a.Site)
			continue
		}
		if met[a.Org] { // a person has several posts at one unit
			continue
		}
		met[a.Org] = true
		own, err := c.Sites.List(ctx, site.Filter{Org: a.Org}, kernel.Page{Number: 1, Size: seatsMost})
		if err != nil {
			return nil, err
		}
		for _, s := range own {
			ids = append(ids, s.ID)
		}
	}
	slices.Sort(ids)
	var all []Seat
	for _, id := range slices.Compact(ids) {
		seat, err := c.seat(ctx, id)
		if err != nil {
			return nil, err
		}
		all = append(all, seat)
	}
	return slices.Clip(all[:min(len(all), seatsMost)]), nil
}

func (c *Console) seat(ctx context.Context, id kernel.SiteID) (Seat, error) {
	if p := c.Sites.Public(id); p != nil {
		return Seat{ID: id, Name: p.Name, Home: p.URL("/")}, nil
	}
	g, err := c.Sites.Get(ctx, id) // a site that citizens do not see has an editor too
	if err != nil {
		return Seat{}, fmt.Errorf("seat at site %d: %w", id, err)
	}
	return Seat{ID: id, Name: g.Name}, nil
}

// Address is where a file of the console's assets is found, for a page that is not made here.
func (c *Console) Address(name string) string { return c.address(name) }

// Offers reports whether the actor may do one of the actions at a site, as far as a menu or a button has to know; the guard decides.
func (c *Console) Offers(ctx context.Context, id kernel.SiteID, any ...policies.Action) bool {
	held, err := c.Holdings.Holdings(ctx, id)
	return err == nil && slices.ContainsFunc(any, func(a policies.Action) bool { return policies.May(held, a, policies.Proof{}) == nil })
}

// OffersSome is Offers in some column or other of the site, for whoever has an appointment to one.
func (c *Console) OffersSome(ctx context.Context, id kernel.SiteID, any ...policies.Action) bool {
	held, err := c.Holdings.Holdings(ctx, id)
	held = somewhere(held)
	return err == nil && slices.ContainsFunc(any, func(a policies.Action) bool { return policies.May(held, a, policies.Proof{}) == nil })
}

// somewhere is what is held, as a column sees it that every appointment reaches.
func somewhere(held []policies.Held) []policies.Held {
	held = slices.Clone(held)
	for i := range held {
		held[i].InScope = true
	}
	return held
}

// lines are which of the entries the actor may enter at a site, or, of those that are no site's, at all.
func (c *Console) lines(ctx context.Context, id kernel.SiteID) ([]Entry, error) {
	var at, platform []policies.Held
	var err error
	if id != kernel.Platform {
		if at, err = c.Holdings.Holdings(ctx, id); err != nil {
			return nil, err
		}
	}
	if platform, err = c.Holdings.Holdings(ctx, kernel.Platform); err != nil {
		return nil, err
	}
	var open []Entry
	for _, e := range c.entries {
		held := platform
		if strings.Contains(e.Path, ":site") {
			held = at
		}
		if e.Some {
			held = somewhere(held)
		}
		if slices.ContainsFunc(e.Any, func(a policies.Action) bool { return policies.May(held, a, policies.Proof{}) == nil }) {
			open = append(open, e)
		} else if e.If != nil && e.If(ctx) {
			open = append(open, e)
		}
	}
	return open, nil
}
