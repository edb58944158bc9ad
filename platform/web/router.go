package web

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/policies"
)

// PageRoute is a public page: GET and HEAD on every citizen host, below every mount.
type PageRoute struct {
	Room  string   // the short name of the room that owns it
	Path  string   // fiber pattern below the mount: "/", "/c/*", "/a/:id"; what stands for :code is a secret, as a parameter of that name is, and no log has it
	Query []string // the parameters it knows, "q" or "q=default"; a default is never spelled out; "p" is "p=1"
	// Typed is how many bytes the spelling of a value may have on a page that people ask with words of their own. There is no end of such words,
	// so the page is made for each request and kept nowhere; what is no text in them, or too much, is left out. 0: an ordinary page.
	Typed int
	// Keep says of such a page which questions are few and known, and kept as ordinary pages are; nil: none.
	Keep func(query map[string]string) bool
	// FormOf is the pattern of the page that this is another form of, "/a/:id"; both end in ":id". What takes that page down takes this down.
	FormOf string
	Do     PageFunc
}

// ActionRoute is a guarded route of the console's host. What people press is GET and POST; scripts may have a route of another method, which
// then is answered at that path only.
type ActionRoute struct {
	Room, Method, Path string
	Action             policies.Action   // what the actor must be allowed to do
	Or                 []policies.Action // any of which opens it too; the room asks again about its object
	Tenancy            string            // "site": the path holds :site · "platform": it belongs to no site
	Cache              string            // "no-store" · "private"
	// MaxBody is how many bytes of a body the route takes; 0 is as many as any form. Only somebody who is signed in may send more than a form,
	// a few at a time. Of a body beyond it the beginning is kept, and Overflowed says so.
	MaxBody int
	// Column tells in which column of the site the request's object stands: an appointment to one column opens the route there. nil: such
	// appointments do not open it at all.
	Column func(c *fiber.Ctx) (int64, error)
	Do     fiber.Handler
}

// methods are those that a guarded route may have.
var methods = []string{fiber.MethodGet, fiber.MethodHead, fiber.MethodPost, fiber.MethodOptions, fiber.MethodPatch, fiber.MethodDelete}

// everywhere reports whether a method is answered at every path of the console, and sends whether its request may have a body.
func everywhere(method string) bool {
	return method == fiber.MethodGet || method == fiber.MethodHead || method == fiber.MethodPost
}

func sends(method string) bool { return method == fiber.MethodPost || method == fiber.MethodPatch }

// rareRoute is a path at which one more method is answered.
type rareRoute struct {
	method string
	largeRoute
}

// answers reports whether a method is answered at a path.
func (r *Router) answers(method, path string) bool {
	return everywhere(method) || slices.ContainsFunc(r.rare, func(one rareRoute) bool { return one.method == method && one.matches(path) })
}

// AnyColumn is what the Column of a route answers that has no object yet: the room asks about each that it shows or makes.
const AnyColumn int64 = -1

// DoorRoute is a route of the console's host that no permission guards: the way in, and what is every signed-in person's own. There are
// few of them, and a test knows each by name. What stands for :token in a path is a secret: no log has it.
type DoorRoute struct {
	Room, Method, Path string
	SignedIn           bool // only for somebody who is signed in
	Quiet              bool // asking is no use of a session: nobody acts, whatever cookie the request has
	Do                 fiber.Handler
}

// The actions that Route shows for doors.
const (
	Anybody  policies.Action = "door.anybody"
	SignedIn policies.Action = "door.signed_in"
)

// Route is what a test may read of a route.
type Route struct {
	Room, Method, Path string
	Public             bool
	Action             policies.Action
	Or                 []policies.Action
	Tenancy, Cache     string
	MaxBody            int
}

// Router takes the rooms' routes before the server serves. A route that does not say whose it is and what guards
// it cannot be added: adding panics, which only a programmer sees.
type Router struct {
	mu       sync.Mutex
	server   *Server
	citizens *fiber.App
	console  *fiber.App
	routes   []Route
	tokens   []string // what stands before a door's :token
	large    []largeRoute
	rare     []rareRoute // of the methods that are not answered everywhere
	quiet    []string    // paths of quiet doors
	forms    []otherForm
	posted   map[string]FormRoute // by path
	sealed   bool
}

// Page adds a public page.
func (r *Router) Page(p PageRoute) {
	r.open(p.Room, p.Path)
	if p.Do == nil {
		panic("web: page " + p.Path + " of " + p.Room + " has nothing to do")
	}
	r.routes = append(r.routes, Route{Room: p.Room, Method: fiber.MethodGet, Path: p.Path, Public: true, Action: "public.read", Tenancy: "site", Cache: "page"})
	if p.FormOf != "" {
		r.forms = append(r.forms, newForm(p.FormOf, p.Path))
	}
	r.citizens.Get(p.Path, r.server.page(p))
}

// otherForm is what stands before the id of a page, and of the same in another form.
type otherForm struct{ page, form string }

func newForm(page, form string) otherForm {
	before, ok := strings.CutSuffix(page, ":id")
	other, too := strings.CutSuffix(form, ":id")
	if !ok || !too {
		panic("web: " + form + " is no other form of " + page)
	}
	return otherForm{before, other}
}

// sameText are the addresses, as the cache knows them, of everything that shows what stands at one of them.
func (r *Router) sameText(key string) []string {
	all := []string{key}
	host, path, _ := strings.Cut(key, "/")
	mount, rest := host, "/"+path
	if below, is := strings.CutPrefix(rest, mountPrefix); is {
		if slug, tail, deeper := strings.Cut(below, "/"); deeper {
			mount, rest = host+mountPrefix+slug, "/"+tail
		}
	}
	for _, f := range r.forms {
		if id, is := strings.CutPrefix(rest, f.page); is && id != "" && !strings.Contains(id, "/") {
			all = append(all, mount+f.form+id)
		}
	}
	return all
}

// Action adds a guarded route.
func (r *Router) Action(a ActionRoute) {
	r.open(a.Room, a.Path)
	for _, act := range append([]policies.Action{a.Action}, a.Or...) {
		if class, known := act.Class(); !known || class == "X" {
			panic(fmt.Sprintf("web: route %s %s names no guarded action: %q", a.Method, a.Path, act))
		}
	}
	switch {
	case a.Tenancy != "site" && a.Tenancy != "platform":
		panic(fmt.Sprintf("web: route %s %s names no tenancy: %q", a.Method, a.Path, a.Tenancy))
	case (a.Tenancy == "site") != slices.Contains(strings.Split(a.Path, "/"), ":site"):
		panic(fmt.Sprintf("web: route %s %s: the site is in the path, or there is none", a.Method, a.Path))
	case cacheControl[a.Cache] == "":
		panic(fmt.Sprintf("web: route %s %s names no cache class: %q", a.Method, a.Path, a.Cache))
	case !slices.Contains(methods, a.Method):
		panic(fmt.Sprintf("web: route %s: method %q is none of %q", a.Path, a.Method, methods))
	case a.MaxBody < 0 || a.MaxBody > 0 && !sends(a.Method):
		panic(fmt.Sprintf("web: route %s %s takes no body", a.Method, a.Path))
	case a.Do == nil:
		panic(fmt.Sprintf("web: route %s %s has nothing to do", a.Method, a.Path))
	}
	r.routes = append(r.routes, Route{Room: a.Room, Method: a.Method, Path: a.Path, Action: a.Action, Or: a.Or, Tenancy: a.Tenancy, Cache: a.Cache, MaxBody: a.MaxBody})
	if a.MaxBody > 0 {
		r.large = append(r.large, largeRoute{strings.Split(a.Path, "/"), a.MaxBody})
	}
	if !everywhere(a.Method) {
		r.rare = append(r.rare, rareRoute{a.Method, largeRoute{path: strings.Split(a.Path, "/")}})
	}
	r.console.Add(a.Method, a.Path, r.server.action(a))
}

// Door adds a door.
func (r *Router) Door(d DoorRoute) {
	r.open(d.Room, d.Path)
	if d.Do == nil || d.Method != fiber.MethodGet && d.Method != fiber.MethodPost {
		panic(fmt.Sprintf("web: door %s %s of %s leads nowhere", d.Method, d.Path, d.Room))
	}
	if before, _, ok := strings.Cut(d.Path, ":token"); ok {
		r.tokens = append(r.tokens, before)
	}
	if d.Quiet {
		if d.SignedIn || d.Method != fiber.MethodGet {
			panic("web: quiet door " + d.Path + " asks who it is, or changes something")
		}
		r.quiet = append(r.quiet, d.Path)
	}
	action := Anybody
	if d.SignedIn {
		action = SignedIn
	}
	r.routes = append(r.routes, Route{Room: d.Room, Method: d.Method, Path: d.Path, Action: action, Tenancy: "platform", Cache: "no-store"})
	r.console.Add(d.Method, d.Path, r.server.door(d))
}

func (r *Router) open(room, path string) {
	switch {
	case r.sealed:
		panic("web: route " + path + " added while serving")
	case room == "":
		panic("web: route " + path + " belongs to no room")
	case !strings.HasPrefix(path, "/") || (len(path) > 1 && strings.HasSuffix(path, "/")):
		panic("web: route " + path + " of " + room + " must begin with a slash and not end with one")
	}
}

// Routes lists what the rooms have added.
func (r *Router) Routes() []Route { return slices.Clone(r.routes) }

// Served lists what fiber really answers, for a test that compares it with Routes: fiber adds HEAD to every GET.
func (r *Router) Served() []fiber.Route {
	return append(r.citizens.GetRoutes(), r.console.GetRoutes()...)
}
