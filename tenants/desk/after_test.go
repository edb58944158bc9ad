package desk

import (
	"context"
	"io/fs"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"github.com/zhanqun/zhanqun/storage/index"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/column"
	"github.com/zhanqun/zhanqun/tenants/review"
)

// posts is who holds what in the article's column.
type posts map[kernel.AccountID]policies.Role

func (p posts) Standing(ctx context.Context, _ publication.Object) (s review.Standing, err error) {
	if role, ok := p[kernel.ActorFrom(ctx).Account]; ok {
		s.Held = []policies.Held{{Role: role, Relation: policies.Own, InScope: true}}
	}
	return s, nil
}

// The people of the test.
const (
	writer    kernel.AccountID = 11
	reviewer  kernel.AccountID = 12
	publisher kernel.AccountID = 13
)

func signed(who kernel.AccountID) context.Context {
	return kernel.WithActor(context.Background(), kernel.Actor{Account: who, Name: who.String(), Via: "console"})
}

// openDesk is the room over real neighbours, with one public article.
func openDesk(t *testing.T, d *db.DB) (*Desk, *article.Draft) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	at := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	now, ctx := func() time.Time { return at }, signed(writer)
	ids := kernel.NewSeededIDs(now, 7)
	log, rev := audit.New(d, now, ids), pages.NewRevisions(d)
	orgs := org.New(d, now, ids, log)
	sites, err := site.New(site.Config{Domain: "localhost", Scheme: "http", Port: 8080}, d, now, ids, log, orgs, rev)
	must(err)
	_, err = orgs.Import(ctx, strings.NewReader("code,name,level,parent_code\n610900,安康市,city,\n"), false)
	must(err)
	o, err := orgs.ByCode(ctx, "610900")
	must(err)
	made, err := sites.Create(ctx, site.Spec{Org: o.ID})
	must(err)
	must(sites.Reload(ctx))
	r, err := render.New(render.Config{}, map[string]fs.FS{"article": article.Views(), "column": column.Views()}, append(article.Pages(), column.Pages()...)...)
	must(err)
	pub := publication.New(d, now, ids, log, rev)
	desk := New(Room{Sites: sites, Published: pub, Articles: article.New(article.Room{DB: d, Now: now, IDs: ids, Columns: column.New(d, now, ids, sites, pub, rev, log, r),
		Published: pub, Revisions: rev, Audit: log, Index: index.New(d), Queue: jobs.New(d, now, ids), Render: r}),
		Reviews: review.New(review.Room{DB: d, Now: now, IDs: ids, Audit: log, Published: pub, People: posts{writer: "IO", reviewer: "RV", publisher: "PB"}})})
	id, err := desk.Articles.Create(ctx, made.ID, 2, publication.Small, article.Payload{Title: "停水的通知", Source: "办公室", Body: "<p>一</p>"})
	must(err)
	e, err := desk.Articles.Submit(ctx, made.ID, id, 1)
	must(err)
	must(pub.Approve(ctx, made.ID, e, publication.Opinion{Reviewer: reviewer, Verdict: publication.Approved, Review: "同意", Secrecy: "不涉密"}))
	must(desk.Articles.Publish(ctx, made.ID, id))
	at = at.Add(time.Hour)
	a, err := desk.Articles.Get(ctx, made.ID, id)
	must(err)
	return desk, a
}

// C12, B7, d42: whatever the form after a publication asks for, the article itself is asked whether it is this person's to do, whoever let
// the request in; what was refused has changed nothing, and is the publisher's to do and to undo.
func TestWhatComesAfterIsThePublishers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *db.DB) {
		d, a := openDesk(t, s)
		deal := func(who kernel.AccountID, form url.Values) (err error) {
			t.Helper()
			form.Set("reason", "理由")
			app := fiber.New()
			app.Post("/", func(c *fiber.Ctx) error {
				c.SetUserContext(signed(who))
				_, err = d.deal(c.UserContext(), c, a)
				return nil
			})
			r := httptest.NewRequest(fiber.MethodPost, "/", strings.NewReader(form.Encode()))
			r.Header.Set(fiber.HeaderContentType, fiber.MIMEApplicationForm)
			if _, failed := app.Test(r, -1); failed != nil {
				t.Fatal(failed)
			}
			return err
		}
		for _, row := range []struct {
			what string
			form url.Values
		}{
			{"it is abolished", url.Values{"how": {"validity"}, "validity": {"abolished"}, "since": {"2026-11-20"}}},
			{"and is not", url.Values{"how": {"undo"}}},
			{"its address ends", url.Values{"how": {publication.GoneForGood}}},
			{"and does not", url.Values{"how": {"undo"}}},
		} {
			for _, who := range []kernel.AccountID{writer, reviewer, 99} {
				if err := deal(who, row.form); !fault.Is(err, fault.Forbidden) {
					t.Errorf("%s, says %d: %v", row.what, who, err)
				}
			}
			if err := deal(publisher, row.form); err != nil {
				t.Errorf("%s, says the publisher: %v", row.what, err)
			}
		}
	}, audit.Migrations(), jobs.Migrations(), pages.Migrations(), org.Migrations(), site.Migrations(), publication.Migrations(), column.Migrations(),
		article.Migrations(), index.Migrations(), review.Migrations())
}
