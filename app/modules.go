package app

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"net/netip"
	"slices"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/clocks"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/directory"
	"github.com/zhanqun/zhanqun/platform/estate"
	"github.com/zhanqun/zhanqun/platform/hant"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/module"
	"github.com/zhanqun/zhanqun/platform/notify"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/search"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/platform/theme"
	"github.com/zhanqun/zhanqun/platform/visits"
	"github.com/zhanqun/zhanqun/platform/watch"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/index"
	"github.com/zhanqun/zhanqun/tenants/access"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/checks"
	"github.com/zhanqun/zhanqun/tenants/column"
	"github.com/zhanqun/zhanqun/tenants/correction"
	"github.com/zhanqun/zhanqun/tenants/desk"
	"github.com/zhanqun/zhanqun/tenants/disclosure"
	"github.com/zhanqun/zhanqun/tenants/emergency"
	"github.com/zhanqun/zhanqun/tenants/feed"
	"github.com/zhanqun/zhanqun/tenants/interpretation"
	"github.com/zhanqun/zhanqun/tenants/library"
	"github.com/zhanqun/zhanqun/tenants/media"
	"github.com/zhanqun/zhanqun/tenants/numbering"
	"github.com/zhanqun/zhanqun/tenants/paste"
	"github.com/zhanqun/zhanqun/tenants/portal"
	"github.com/zhanqun/zhanqun/tenants/review"
)

// Migrations lists every room's schema. Their numbers, not this order, put them on one timeline.
func Migrations() []fs.FS {
	return []fs.FS{
		installationSchema(), audit.Migrations(), jobs.Migrations(), pages.Migrations(), identity.Migrations(), org.Migrations(),
		publication.Migrations(), site.Migrations(), column.Migrations(), article.Migrations(), index.Migrations(),
		review.Migrations(), checks.Migrations(), estate.Migrations(),
		clocks.Migrations(),
		media.Migrations(),
		interpretation.Migrations(),
		notify.Migrations(),
		search.Migrations(),
		visits.Migrations(),
		numbering.Migrations(),
		disclosure.Migrations(),
		emergency.Migrations(),
		correction.Migrations(),
		theme.Migrations(),
	}
}

// House is every room, opened over one store. It holds no behaviour of its own.
type House struct {
	DB        *db.DB
	Audit     *audit.Log
	Refusals  *audit.Refusals
	Queue     *jobs.Queue
	Revisions *pages.Revisions
	Cache     *pages.Cache
	Render    *render.Renderer
	Accounts  *identity.Accounts
	Orgs      *org.Orgs
	Published *publication.Publications
	Sites     *site.Sites
	Columns   *column.Columns
	Articles  *article.Articles
	Reviews   *review.Desk
	Checks    *checks.Checks
	Console   *console.Console
	Estate    *estate.Estate
	Clocks    *clocks.Clocks
	Notices   *notify.Notices
	Watch     *watch.Watch
	Now       kernel.Clock
	Desk      *desk.Desk
	Keeper    *column.Keeper
	Paste     *paste.Tray
	told      herald // whom deadlines lead to
	Media     *media.Media
	Pairs     *interpretation.Interpretations
	Portal    *portal.Portal
	Feeds     *feed.Feeds
	Access    *access.Access
	Search    *search.Search
	Visits    *visits.Visits
	Library   *library.Library
	Directory *directory.Directory
	Doors     *disclosure.Disclosure
	Numbers   *numbering.Numbering
	Emergency *emergency.Emergency
	Reports   *correction.Corrections
	Index     *index.Index
	Themes    *theme.Themes
	Server    *web.Server
	modules   []module.Module
	settled   <-chan struct{} // closed once the store has this program's schema; see fromMirror
}

// open makes the rooms in the floor plan's order and plugs each into those that declared a port for it.
func open(cfg Config, d *db.DB, now kernel.Clock, ids kernel.IDs) (h *House, err error) {
	settled := make(chan struct{})
	close(settled)
	h = &House{DB: d, Index: index.New(d), Now: now, settled: settled}
	h.Audit = audit.New(d, now, ids)
	h.Refusals = audit.NewRefusals(d, now)
	h.Queue = jobs.New(d, now, ids)
	h.Revisions = pages.NewRevisions(d)
	if h.Render, err = renderer(); err != nil {
		return nil, fmt.Errorf("open views: %w", err)
	}
	if h.Cache, err = pages.NewCache(h.Revisions, now, cfg.pages()); err != nil {
		return nil, fmt.Errorf("open page cache: %w", err)
	}
	h.Themes = theme.New(theme.Room{DB: d, Now: now, Audit: h.Audit, Revisions: h.Revisions, Render: h.Render, Samples: samples()})
	h.Orgs = org.New(d, now, ids, h.Audit)
	h.Published = publication.New(d, now, ids, h.Audit, h.Revisions)
	if h.Sites, err = site.New(cfg.sites(), d, now, ids, h.Audit, h.Orgs, h.Revisions); err != nil {
		return nil, fmt.Errorf("open sites: %w", err)
	}
	if err := h.Render.Warn(h.Sites, cfg.signingKey()); err != nil {
		return nil, err
	}
	h.Accounts = identity.New(d, now, ids, h.Audit, h.Sites)
	h.Accounts.IdleFor(cmp.Or(cfg.ConsoleIdle, identity.Idle))
	h.Accounts.AllowSessions(cfg.sessionsAtOnce())
	if err := cfg.secondFactor(h.Accounts); err != nil {
		return nil, err
	}
	if !cfg.Demo { // whose three administrators are invented like the rest
		h.Sites.BeforeOnline(h.Accounts.OutOfTrial)
	}
	store, err := openCached(cfg, now)
	if err != nil {
		return nil, err
	}
	h.Media = media.New(media.Room{DB: d, Now: now, IDs: ids, Audit: h.Audit, Sites: h.Sites, Queue: h.Queue, Revisions: h.Revisions, Store: store, Virus: cfg.virus(), Long: cfg.FilmLadder, Unpack: memoryLimit() / 3})
	h.Columns = column.New(d, now, ids, h.Sites, h.Published, h.Revisions, h.Audit, h.Render)
	who := &guard{accounts: h.Accounts, sites: h.Sites, columns: h.Columns, now: now}
	h.Pairs = interpretation.New(interpretation.Room{DB: d, Now: now, Audit: h.Audit, Published: h.Published, Revisions: h.Revisions, Texts: pairTexts{h}})
	h.Numbers = numbering.New(numbering.Room{DB: d, Now: now, Audit: h.Audit, Queue: h.Queue, Published: h.Published, Kind: article.Kind, Sites: h.Sites})
	h.Articles = article.New(article.Room{DB: d, Now: now, IDs: ids, Columns: h.Columns, Published: h.Published,
		Revisions: h.Revisions, Audit: h.Audit, Index: h.Index, Queue: h.Queue, Render: h.Render, Pictures: h.Media, Sights: h.Media, Chain: who, Sites: h.Sites, Posts: who, Pairs: h.Pairs, Films: speech{h.Media}, Files: attached{h}, Numbers: h.Numbers})
	h.Numbers.Texts = numbered{h.Articles}
	h.Media.Texts = drafted{h.Articles}
	h.Reviews = review.New(review.Room{DB: d, Now: now, IDs: ids, Audit: h.Audit, Published: h.Published, People: who})
	who.articles, who.reviews = h.Articles, h.Reviews
	if err := h.furnishConsole(cfg, d, now, ids, who); err != nil {
		return nil, fmt.Errorf("open the console: %w", err)
	}
	h.Portal = portal.New(portal.Ports{Layout: h.Sites, Lists: h.Articles, Columns: h.Columns, Sites: h.Sites, Forms: h.Pairs}, now, h.Render, nil)
	if h.Feeds, err = cfg.feeds(h); err != nil {
		return nil, err
	}
	h.Access = access.New(h.Columns, now, h.Render)
	h.Search = search.New(search.Room{DB: d, Now: now, Audit: h.Audit, Index: h.Index, Sites: h.Sites, Texts: findable{h.Articles}, Nav: h.Columns, Render: h.Render, Console: h.Console, Simplified: hant.Simplified})
	h.Visits = visits.New(visits.Room{DB: d, Now: now, Queue: h.Queue, Console: h.Console, Names: visited{h}})
	h.Library = library.New(library.Room{Now: now, Index: h.Index, Columns: shelves{h.Columns}, Documents: shelved{h.Articles}, Render: h.Render, Turn: h.Search.Turn, Simplified: hant.Simplified})
	h.Doors = disclosure.New(disclosure.Room{DB: d, Now: now, Audit: h.Audit, Revisions: h.Revisions, Columns: h.Columns, Render: h.Render, Console: h.Console})
	h.Directory = directory.New(directory.Room{Now: now, Sites: h.Sites, Orgs: h.Orgs, Nav: h.Columns, Render: h.Render})
	if h.Reports, err = cfg.corrections(h, ids); err != nil {
		return nil, err
	}
	h.Server = web.NewServer(cfg.web(now), web.Ports{Hosts: h.Sites, Nav: h.Columns, Warnings: h.Emergency, Errors: h.Render, Assets: h.Render, Guard: who,
		Sessions: sessions{h.Accounts}, Console: h.Console, First: h.Console.First, Refused: h.refused, Admit: h.admit, Reads: h.Visits}, h.Cache)
	h.plug()
	return h, nil
}

// refused tells the audit's refusals of one.
func (h *House) refused(ctx context.Context, id kernel.SiteID, act policies.Action, from netip.Addr, why error) {
	h.Refusals.Refused(ctx, id, string(act), from, why)
}

// admit asks the accounts whether a person may act from an address.
func (h *House) admit(ctx context.Context, who kernel.Actor, from netip.Addr) error {
	return h.Accounts.Admitted(ctx, who.Account, from)
}

// furnishConsole makes the console and the rooms that have screens in it.
func (h *House) furnishConsole(cfg Config, d *db.DB, now kernel.Clock, ids kernel.IDs, who *guard) (err error) {
	h.Console, err = console.New(console.Ports{Accounts: h.Accounts, Sites: h.Sites, Audit: h.Audit, Refusals: h.Refusals, Holdings: who, Now: now, People: cfg.demoPeople(), Orgs: h.Orgs, SetUp: cfg.setUp(), LinkURL: cfg.linkURL, Columns: bounds{h.Columns}},
		map[string]fs.FS{
			"desk":       desk.Views(),
			"checks":     checks.Views(),
			"estate":     estate.Views(),
			"paste":      paste.Views(),
			"clocks":     clocks.Views(),
			"column":     column.ConsoleViews(),
			"notify":     notify.Views(),
			"watch":      watch.Views(),
			"media":      media.Views(),
			"search":     search.ConsoleViews(),
			"visits":     visits.Views(),
			"numbering":  numbering.Views(),
			"disclosure": disclosure.ConsoleViews(),
			"emergency":  emergency.ConsoleViews(),
			"correction": correction.ConsoleViews(),
			"theme":      theme.Views(),
		},
		slices.Concat(
			desk.Screens(),
			checks.Screens(),
			estate.Screens(),
			paste.Screens(),
			clocks.Screens(),
			column.Screens(),
			notify.Screens(),
			watch.Screens(),
			media.Screens(),
			search.Screens(),
			visits.Screens(),
			numbering.Screens(),
			disclosure.Screens(),
			emergency.Screens(),
			correction.Screens(),
			theme.Screens(),
		)...)
	if err != nil {
		return err
	}
	h.Media.Console, h.Media.Shows = h.Console, who.shows
	h.Numbers.Console = h.Console
	h.Themes.Console, h.Themes.Sites = h.Console, h.Sites
	h.Estate = estate.New(estate.Room{DB: d, Now: now, IDs: ids, Audit: h.Audit, Accounts: h.Accounts, Orgs: h.Orgs, Sites: h.Sites, Console: h.Console, Queue: h.Queue, LinkURL: cfg.linkURL})
	h.Notices, err = cfg.notices(h, d, now, ids, who)
	if err != nil {
		return err
	}
	h.Checks = checks.New(checks.Room{DB: d, Now: now, Audit: h.Audit, Queue: h.Queue, Published: h.Published, Sites: h.Sites,
		Columns: h.Columns, Console: h.Console, Films: speech{h.Media}, Numbers: h.Numbers})
	h.told = herald{informer{who, h}}
	h.Clocks = clocks.New(clocks.Room{DB: d, Now: now, IDs: ids, Audit: h.Audit, Queue: h.Queue, Orgs: h.Orgs, Sites: h.Sites, Console: h.Console, Fresh: ages{h.Columns}, Notices: h.told, Units: h.told,
		Revisions: h.Revisions, Drafts: desk.Reads()})
	h.Desk = desk.New(desk.Room{DB: d, Now: now, Accounts: h.Accounts, Orgs: h.Orgs, Sites: h.Sites, Columns: h.Columns, Articles: h.Articles,
		Published: h.Published, Reviews: h.Reviews, Checks: h.Checks, Clocks: h.Clocks, Media: h.Media, Pairs: h.Pairs, Console: h.Console,
		Imported: paste.Explain, Reach: who.Reach,
		Origin: strings.TrimSuffix(cfg.consoleURL(), "/")})
	h.Emergency = emergency.New(emergency.Room{DB: d, Now: now, IDs: ids, Audit: h.Audit, Queue: h.Queue, Published: h.Published, Revisions: h.Revisions,
		Reviews: h.Reviews, Sites: h.Sites, Accounts: h.Accounts, Columns: h.Columns, Render: h.Render, Console: h.Console})
	h.wind()
	h.explain()
	h.Watch = watch.New(watch.Room{Now: now, Audit: h.Audit, Accounts: h.Accounts, Orgs: h.Orgs, Sites: h.Sites, Estate: h.Estate, Console: h.Console,
		Contents: watched{h}, Drafts: desk.Reads()})
	h.Keeper = column.NewKeeper(h.Columns, h.Console, h.Sites, who.Reach, h.Orgs)
	h.Paste = paste.New(paste.Room{Now: now, Sites: h.Sites, Columns: h.Columns, Articles: h.Articles, Console: h.Console, Pictures: h.Media, Reach: who.Reach})
	return nil
}

// plug hands every room's routes and jobs to the server. THE list of rooms, in opening order.
func (h *House) plug() {
	h.modules = []module.Module{
		h.Console.Module(),
		h.Columns.Module(),
		h.Feeds.Module(), // before the articles, whose /c/* would stand for a column's feeds too
		h.Articles.Module(),
		h.Portal.Module(),
		h.Access.Module(),
		h.Paste.Module(), // before the desk, whose :id would stand for "import" too
		h.Media.Module(),
		h.Desk.Module(),
		h.Keeper.Module(),
		h.Checks.Module(),
		h.Estate.Module(),
		h.Clocks.Module(),
		h.Notices.Module(),
		h.Watch.Module(),
		h.Search.Module(),
		h.Visits.Module(),
		h.Library.Module(),
		h.Numbers.Module(),
		h.Doors.Module(),
		h.Directory.Module(),
		h.Emergency.Module(),
		h.Reports.Module(),
		h.Themes.Module(),
	}
	h.Console.Plug(h.Desk.Menu(), h.Desk.FirstSteps, h.Desk.Waiting, h.Desk.Mine, h.Desk.Sent)
	h.Console.Plug(media.Menu(), h.Media.Waiting)
	h.Console.Plug(column.Menu(), h.Keeper.Waiting)
	h.Console.Plug(checks.Menu())
	h.Console.Plug(correction.Menu(), h.Reports.Waiting)
	h.Console.Plug(search.Menu())
	h.Console.Plug(numbering.Menu())
	h.Console.Plug(disclosure.Menu())
	h.Console.Plug(emergency.Menu(), h.Emergency.Waiting)
	h.Console.Plug(theme.Menu())
	h.Console.Plug(h.Estate.Menu(), h.Estate.Waiting, h.Estate.RechecksWaiting)
	h.Console.Plug(watch.Menu())
	h.Console.Plug(visits.Menu())
	h.Console.Plug(clocks.Menu(), h.Clocks.Waiting)
	h.Console.Plug(notify.Menu())
	h.Console.Plug(console.Menu())
	h.Console.PlugBell(h.Notices.Unread)
	h.Console.PlugRecent(h.Desk.Recent)
	for _, m := range h.modules {
		if m.Routes != nil {
			m.Routes(h.Server.Router())
		}
		if m.Jobs != nil {
			m.Jobs(h.Queue)
		}
	}
}

// renderer parses the public views of all rooms in every theme.
func renderer() (*render.Renderer, error) {
	rooms := []struct {
		name  string
		views fs.FS
		pages []render.View
	}{
		{"column", column.Views(), column.Pages()},
		{"article", article.Views(), article.Pages()},
		{"portal", portal.Views(), portal.Pages()},
		{"access", access.Views(), access.Pages()},
		{"search", search.Views(), search.Pages()},
		{"library", library.Views(), library.Pages()},
		{"directory", directory.Views(), directory.Pages()},
		{"disclosure", disclosure.Views(), disclosure.Pages()},
		{"feed", feed.Views(), feed.Pages()},
		{"emergency", emergency.Views(), emergency.Pages()},
		{"correction", correction.Views(), correction.Pages()},
	}
	views := map[string]fs.FS{}
	var all []render.View
	for _, r := range rooms {
		views[r.name] = r.views
		all = append(all, r.pages...)
	}
	return render.New(render.Config{}, views, all...)
}

// samples are every public view in every state, on which themes are tried.
func samples() []render.Sample {
	return render.Samples(slices.Concat(portal.Samples(), article.Samples(), column.Samples(), search.Samples(), access.Samples(), feed.Samples())...)
}
