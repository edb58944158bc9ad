package correction

import (
	"context"
	"embed"
	"io/fs"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/module"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/storage/db"
)

const room = "tenants/correction"

//go:embed views/*.html
var views embed.FS

//go:embed screens/*.html
var screens embed.FS

var (
	formView   = render.Define[FormPage]("correction", "form")
	answerView = render.Define[AnswerPage]("correction", "answer")
)

// Views returns the room's templates.
func Views() fs.FS { return kernel.Folder(views, "views") }

// Pages returns the public views, for the renderer that the room is made with.
func Pages() []render.View { return []render.View{formView, answerView} }

// ConsoleViews returns the templates of the room's screens in the console.
func ConsoleViews() fs.FS { return kernel.Folder(screens, "screens") }

// Screens returns the declared screens, for the console that they are shown in.
func Screens() []console.View { return []console.View{listView, sheetView} }

// Answers are the actions of which any lets somebody see and answer the reports of a site: whoever accepts letters, and, in an office that has
// nobody for letters, whoever looks over replies.
func Answers() []policies.Action { return []policies.Action{"letter.accept", "reply.review"} }

// Menu is the room's line in the console.
func Menu() []console.Entry {
	return []console.Entry{{Name: "网页纠错", Path: "/sites/:site/corrections", Any: Answers()}}
}

// Clocks keep the time in which a report is owed, in the caller's transaction; app plugs platform/clocks.
type Clocks interface {
	Start(ctx context.Context, r Report) error
	Stop(ctx context.Context, r Report) error
	// Due is when those of the reports are due that are still owed.
	Due(ctx context.Context, site kernel.SiteID, ids []int64) (map[int64]time.Time, error)
	// Days is how many working days a report may take.
	Days() int
}

// Nav is the navigation of a site; tenants/column has it.
type Nav interface {
	Nav(ctx context.Context, s *render.Site) ([]render.Link, error)
}

// Sites knows where citizens read a site; platform/site does.
type Sites interface {
	Public(id kernel.SiteID) *render.Site
}

// Room is what it needs of the house.
type Room struct {
	DB      *db.DB
	Now     kernel.Clock
	IDs     kernel.IDs
	Audit   *audit.Log
	Queue   *jobs.Queue
	Key     []byte // the installation's; without it no contact is kept
	Clocks  Clocks
	Nav     Nav
	Sites   Sites
	Units   func(ctx context.Context, site kernel.SiteID) ([]string, error) // the other units that a report may be handed to
	Render  *render.Renderer
	Console *console.Console
}

// Corrections is the room. Its methods are safe for concurrent use.
type Corrections struct {
	Room
	secrets secrets
	flood   flood
}

// New makes the room.
func New(r Room) (*Corrections, error) {
	s, err := newSecrets(r.Key)
	if err != nil {
		return nil, err
	}
	return &Corrections{Room: r, secrets: s}, nil
}

// Module plugs the room in.
func (c *Corrections) Module() module.Module {
	return module.Module{Room: room, Migrations: Migrations(), Views: Views(), Pages: Pages(), Routes: c.Routes, Jobs: c.Jobs}
}
