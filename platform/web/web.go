// Package web is the edge: the one way from the network to the rooms and back.
//
// 安政办发〔2015〕71号 二(三) has the higher level keep the sites safe and running. So hosts, addresses, methods,
// bodies, headers and errors are decided here, once, before any room sees a request: the raw host is looked up in
// an exact table, one spelling of an address answers, citizens' hosts know no cookie, and a page comes from memory
// while it is fresh. Rooms register routes and answer with pages; they never see a host, a header or an address.
// What web needs of later rooms it declares as ports, which app plugs. It holds no content and asks no store.
package web

import (
	"context"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/policies"
)

// Request is what a citizen's page may depend on: nothing else of the request reaches a room.
type Request struct {
	Site   *render.Site
	Path   string            // within the site, begins with "/"
	Params map[string]string // of the route's pattern, decoded; "*" is the rest
	Query  map[string]string // declared names only
	asked  string            // the same as it stands in the address
}

// PageFunc makes a public page. It may be called at any time by any node and depends on nothing but its request
// and the store; the error's kind is the answer's status.
type PageFunc func(ctx context.Context, r *Request) (*pages.Page, error)

// HTML is an ordinary page.
func HTML(body []byte) *pages.Page {
	return &pages.Page{Status: 200, ContentType: "text/html; charset=utf-8", Body: body}
}

// MovedPermanently leads to another address of the same site; rest begins with "/".
func MovedPermanently(rest string) *pages.Page { return &pages.Page{Status: 301, Location: rest} }

// Host is one name citizens use. An alias has only Redirect.
type Host struct {
	Site     *render.Site
	Mounts   map[string]*render.Site // by slug: the channels below /z/<slug>/
	Redirect string                  // the primary origin, "https://hanbin.ankang.gov.cn", when this host is an alias
}

// HostTable is every name this server answers to, lower case, without a port.
type HostTable map[string]*Host

// Hosts is filled by platform/site; the table is replaced whole and never changed.
type Hosts interface{ Table() HostTable }

// Nav is filled by tenants/column: the navigation of the tenant's own error pages.
type Nav interface {
	Nav(ctx context.Context, s *render.Site) ([]render.Link, error)
}

// Warnings is filled by tenants/emergency: what stands at the head of every page of a site while it is in force. It is asked for each page that is
// made, and answers from memory while nothing has changed.
type Warnings interface {
	Strips(ctx context.Context, s *render.Site) ([]render.Strip, error)
}

// ErrorPages is filled by platform/render.
type ErrorPages interface {
	Error(s *render.Site, nav []render.Link, status int, requestID string) []byte
	// Gone is the page for 410 with what its publisher says to citizens.
	Gone(s *render.Site, nav []render.Link, say, requestID string) []byte
	Notice(s *render.Site) []byte
}

// Assets is filled by platform/render: files of themes by their hashed address.
type Assets interface {
	Asset(path string) (body []byte, contentType string, ok bool)
}

// Sessions is filled by platform/identity: who is signed in with the token of the console's cookie. A Forbidden fault says that
// nobody is.
type Sessions interface {
	Session(ctx context.Context, token string) (kernel.Actor, error)
}

// Console is filled by platform/console: what the console's host says beside the rooms' routes.
type Console interface {
	// Stranger answers a person who is not signed in and asked for what only people may see or do; what was typed must not be lost.
	Stranger(c *fiber.Ctx) error
	// Failed is the page of an error: its sentence in the person's language, and the number by which the log names the request.
	Failed(c *fiber.Ctx, status int, err error, id string) []byte
	Assets
}

// Guard decides whether the actor in ctx may do an action; site is kernel.Platform for the platform's own.
type Guard interface {
	May(ctx context.Context, site kernel.SiteID, act policies.Action) error
	// MayIn is May about what stands in a column of the site, or in AnyColumn.
	MayIn(ctx context.Context, site kernel.SiteID, act policies.Action, column int64) error
}
