package desk

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/media"
)

// Routes adds the screens and the acts.
func (d *Desk) Routes(r *web.Router) {
	for _, a := range []struct {
		method, path string
		any          []policies.Action
		do           fiber.Handler
	}{
		{fiber.MethodGet, "/sites/:site/articles", reads, d.showList},
		{fiber.MethodGet, "/sites/:site/articles/new", []policies.Action{"article.create"}, d.showNew},
		{fiber.MethodPost, "/sites/:site/articles", []policies.Action{"article.create"}, d.create},
		{fiber.MethodPost, "/sites/:site/articles/autosave", []policies.Action{"article.create"}, d.autosave},
		{fiber.MethodPost, "/sites/:site/articles/insert", []policies.Action{"article.create"}, d.insert},
		{fiber.MethodPost, "/sites/:site/articles/:id/insert", []policies.Action{"article.edit.draft"}, d.insert},
		{fiber.MethodPost, "/sites/:site/articles/bulk", []policies.Action{"article.edit.draft", "article.submit"}, d.bulk},
		{fiber.MethodPost, "/sites/:site/articles/views", reads, d.saveView},
		{fiber.MethodPost, "/sites/:site/articles/views/drop", reads, d.dropView},
		{fiber.MethodPost, "/sites/:site/articles/drop", []policies.Action{"article.create", "article.edit.draft"}, d.drop},
		{fiber.MethodGet, "/sites/:site/articles/:id", slices.Concat(reads, lastly), d.showArticle},
		{fiber.MethodGet, "/sites/:site/articles/:id/edit", []policies.Action{"article.edit.draft"}, d.showEdit},
		{fiber.MethodPost, "/sites/:site/articles/:id", []policies.Action{"article.edit.draft"}, d.save},
		{fiber.MethodPost, "/sites/:site/articles/:id/autosave", []policies.Action{"article.edit.draft"}, d.autosave},
		{fiber.MethodPost, "/sites/:site/articles/:id/presence", []policies.Action{"article.edit.draft"}, d.arrive},
		{fiber.MethodPost, "/sites/:site/articles/:id/merge", []policies.Action{"article.edit.draft"}, d.merge},
		{fiber.MethodGet, "/sites/:site/articles/:id/versions", reads, d.showVersions},
		{fiber.MethodPost, "/sites/:site/articles/:id/restore", []policies.Action{"article.edit.draft"}, d.restore},
		{fiber.MethodPost, "/sites/:site/articles/:id/send", []policies.Action{"article.submit"}, d.send},
		{fiber.MethodPost, "/sites/:site/articles/:id/fix", []policies.Action{"article.edit.draft"}, d.fix},
		{fiber.MethodGet, "/sites/:site/reviews", decides, d.showQueue},
		{fiber.MethodPost, "/sites/:site/articles/:id/review", []policies.Action{"review.pass", "secrecy.pass", "review.final.pass"}, d.review},
		{fiber.MethodPost, "/sites/:site/articles/:id/publish", []policies.Action{"article.publish"}, d.publish},
		{fiber.MethodGet, "/sites/:site/articles/:id/interpretation", []policies.Action{"interpretation.create"}, d.showPairs},
		{fiber.MethodPost, "/sites/:site/articles/:id/interpretation", []policies.Action{"interpretation.create"}, d.pair},
		{fiber.MethodPost, "/sites/:site/articles/:id/schedule", []policies.Action{"article.schedule"}, d.schedule},
		{fiber.MethodGet, "/sites/:site/articles/:id/preview", reads, d.showPreview},
		{fiber.MethodGet, "/sites/:site/articles/:id/preview/page", reads, d.previewPage},
		{fiber.MethodPost, "/sites/:site/articles/:id/preview", writes, d.openLink},
		{fiber.MethodPost, "/sites/:site/articles/:id/preview/close", writes, d.closeLink},
		{fiber.MethodPost, "/sites/:site/articles/:id/after", []policies.Action{"article.withdraw"}, d.afterwards},
		{fiber.MethodPost, "/sites/:site/articles/:id/urgent", []policies.Action{"article.publish.emergency"}, d.urgent},
		{fiber.MethodPost, "/sites/:site/articles/:id/settle", []policies.Action{"debt.settle"}, d.settle},
		{fiber.MethodGet, "/sites/:site/articles/:id/sheet", slices.Concat(reads, lastly), d.showSheet},
		{fiber.MethodPost, "/sites/:site/articles/:id/notes", slices.Concat(reads, lastly), d.writeNote},
		{fiber.MethodPost, "/sites/:site/articles/:id/notes/:note/done", reads, d.settleNote},
		{fiber.MethodPost, "/sites/:site/articles/:id/signed", slices.Concat(reads, lastly), d.sign},
		{fiber.MethodGet, "/sites/:site/chains", []policies.Action{"column.owner.set"}, d.showChains},
		{fiber.MethodPost, "/sites/:site/chains", []policies.Action{"column.owner.set"}, d.setChain},
		{fiber.MethodPost, "/sites/:site/chains/reasons", []policies.Action{"column.owner.set"}, d.setReasons},
		{fiber.MethodPost, "/sites/:site/articles/:id/ground", []policies.Action{"secrecy.pass"}, d.confirm},
	} {
		most := 0
		if strings.HasSuffix(a.path, "/insert") || strings.HasSuffix(a.path, "/signed") {
			most = media.UploadMost
		}
		r.Action(web.ActionRoute{MaxBody: most, Room: "tenants/desk", Method: a.method, Path: a.path, Action: a.any[0], Or: a.any[1:], Tenancy: "site", Cache: "no-store", Column: d.columnOf(a.path), Do: a.do})
	}
	scan := "/sites/:site/articles/:id/notes/:note/scan"
	r.Action(web.ActionRoute{Room: "tenants/desk", Method: fiber.MethodGet, Path: scan, Action: reads[0], Or: slices.Concat(reads[1:], lastly), Tenancy: "site", Cache: "private", Column: d.columnOf(scan), Do: d.showScan})
	r.Door(web.DoorRoute{Room: "tenants/desk", Method: fiber.MethodGet, Path: "/reviews", SignedIn: true, Do: d.showAll})
	r.Door(web.DoorRoute{Room: "tenants/desk", Method: fiber.MethodPost, Path: "/reviews", SignedIn: true, Do: d.together})
	r.Door(web.DoorRoute{Room: "tenants/desk", Method: fiber.MethodGet, Path: "/preview/:token", Do: d.byLink})
	r.Door(web.DoorRoute{Room: "tenants/desk", Method: fiber.MethodGet, Path: "/preview/:token/-/media/:id/:name", Do: d.pictureByLink})
}

// columnOf tells where the object of a route stands: the article of the path in its column; a route without one may be about any. The chains
// of a site are nobody's who has one column of it.
func (d *Desk) columnOf(path string) func(c *fiber.Ctx) (int64, error) {
	switch {
	case strings.Contains(path, "/chains"):
		return nil
	case !strings.Contains(path, ":id"):
		return func(*fiber.Ctx) (int64, error) { return web.AnyColumn, nil }
	}
	return func(c *fiber.Ctx) (int64, error) {
		id, ok := kernel.ParseID[article.ID](c.Params("id"))
		if !ok {
			return 0, fault.New(fault.NotFound, "没有这篇稿件。")
		}
		a, err := d.Articles.Get(c.UserContext(), at(c), id)
		if err != nil {
			return 0, err
		}
		return a.Column, nil
	}
}

// at is the site of the path, which the guard has read.
func at(c *fiber.Ctx) kernel.SiteID {
	id, _ := kernel.ParseID[kernel.SiteID](c.Params("site"))
	return id
}

// found is the article of the path.
func (d *Desk) found(c *fiber.Ctx) (*article.Draft, error) {
	id, ok := kernel.ParseID[article.ID](c.Params("id"))
	if !ok {
		return nil, fault.New(fault.NotFound, "没有这篇稿件。")
	}
	a, err := d.Articles.Get(c.UserContext(), at(c), id)
	if err != nil || d.offers(c.UserContext(), a.Site, a.ID, reads...) {
		return a, err
	}
	ends, err := d.Reviews.EndsWithActor(c.UserContext(), publication.Object{Site: a.Site, Kind: article.Kind, ID: a.ID})
	if err == nil && (!ends || a.State != article.Submitted) { // a superior's office sees what was sent to it, and no draft (domain.md 4)
		return nil, fault.New(fault.NotFound, "没有这篇稿件。")
	}
	return a, err
}

// address is a screen of the site; done names a sentence of the next screen.
func address(site kernel.SiteID, id article.ID, done string) string {
	to := "/sites/" + site.String() + "/articles/" + strconv.FormatInt(id, 10)
	if done != "" {
		to += "?done=" + done
	}
	return to
}

func see(c *fiber.Ctx, to string) error { return c.Redirect(to, fiber.StatusSeeOther) }

// typed is a field of a form, kept beyond the request, with the line ends of this system.
func typed(c *fiber.Ctx, name string) string {
	return strings.ReplaceAll(strings.Clone(c.FormValue(name)), "\r\n", "\n")
}

// wrong reports whether an error is the person's to put right on the same screen, and which field it is about.
func wrong(err error) (field string, is bool) {
	var f *fault.Fault
	if !errors.As(err, &f) {
		return "", false
	}
	switch f.Kind {
	case fault.Invalid, fault.Conflict, fault.TooLarge, fault.Forbidden:
		return f.Field, true
	}
	return "", false
}

// statuses of the faults that are shown on the same screen.
var statuses = map[fault.Kind]int{fault.Invalid: 422, fault.Conflict: 409, fault.TooLarge: 413, fault.Forbidden: 403}

func say(c *fiber.Ctx, zh string) string { return console.Say(console.Language(c), zh) }
