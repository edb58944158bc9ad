package app

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/index"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/column"
)

// ground is what the proofs of durability stand on: one city with one county, an author and three who sign.
type ground struct {
	City, County kernel.OrgID
	Site         kernel.SiteID
	Places       [2]int64 // columns
	Author       kernel.AccountID
	Signers      [3]kernel.AccountID
}

// works is a house without windows: every room that writes, over one store, under a clock that goes on a second each
// time somebody looks at it. It has no views and no server, so that it opens in a moment.
type works struct {
	*House
	ground
	ctx context.Context
	at  *atomic.Int64 // the clock, in seconds
	n   int           // of the last thing that was made
}

var dawn = time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)

// clockAt is a clock that stands at so many seconds.
func clockAt(at int64) *atomic.Int64 {
	c := new(atomic.Int64)
	c.Store(at)
	return c
}

// newWorks opens the rooms over d, whose schema is there. The clock must be after all that d holds.
func newWorks(d *db.DB, at *atomic.Int64, g ground, n int) (*works, error) {
	w := &works{ground: g, n: n, at: at, ctx: kernel.WithActor(context.Background(), identity.System("cli"))}
	now := func() time.Time { return time.Unix(w.at.Add(1), 0).UTC() }
	ids := kernel.NewIDs(now)
	h := &House{DB: d, Index: index.New(d), Audit: audit.New(d, now, ids), Queue: jobs.New(d, now, ids), Revisions: pages.NewRevisions(d)}
	h.Orgs = org.New(d, now, ids, h.Audit)
	h.Published = publication.New(d, now, ids, h.Audit, h.Revisions)
	cfg, err := Config{}.Resolve()
	if err != nil {
		return nil, err
	}
	if h.Sites, err = site.New(cfg.sites(), d, now, ids, h.Audit, h.Orgs, h.Revisions); err != nil {
		return nil, err
	}
	h.Accounts = identity.New(d, now, ids, h.Audit, h.Sites)
	h.Columns = column.New(d, now, ids, h.Sites, h.Published, h.Revisions, h.Audit, nil)
	h.Articles = article.New(article.Room{DB: d, Now: now, IDs: ids, Columns: h.Columns, Published: h.Published,
		Revisions: h.Revisions, Audit: h.Audit, Index: h.Index, Queue: h.Queue})
	h.Articles.Jobs(h.Queue)
	jobs.Handle(h.Queue, func(ctx context.Context, id kernel.SiteID, e errand) error {
		return d.InTx(ctx, func(ctx context.Context) error {
			return h.Audit.Record(ctx, audit.Entry{Site: id, Action: "errand", Object: fmt.Sprintf("errand/%d", e.N)})
		})
	})
	w.House = h
	return w, nil
}

// errand is a job that leaves a trace.
type errand struct{ N int }

func (errand) Kind() string { return "proof.errand" }

// settle makes the ground in an empty store.
func settle(d *db.DB) (*works, error) {
	ctx := context.Background()
	if _, err := d.Migrate(ctx, Migrations()...); err != nil {
		return nil, err
	}
	w, err := newWorks(d, clockAt(dawn.Unix()), ground{}, 0)
	if err != nil {
		return nil, err
	}
	if _, err := w.Orgs.Import(w.ctx, strings.NewReader("code,name,level,parent_code\n610900,安康市,city,\n610902,汉滨区,county,610900\n"), false); err != nil {
		return nil, err
	}
	city, err1 := w.Orgs.ByCode(w.ctx, "610900")
	county, err2 := w.Orgs.ByCode(w.ctx, "610902")
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	w.City, w.County = city.ID, county.ID
	if _, err := w.Sites.Create(w.ctx, site.Spec{Org: w.City}); err != nil {
		return nil, err
	}
	made, err := w.Sites.Create(w.ctx, site.Spec{Org: w.County})
	if err != nil {
		return nil, err
	}
	w.Site = made.ID
	tree, err := w.Columns.Tree(w.ctx, w.Site)
	if err != nil {
		return nil, err
	}
	w.Places = [2]int64{tree.All()[0].ID, tree.All()[1].ID}
	ids := []*kernel.AccountID{&w.Author, &w.Signers[0], &w.Signers[1], &w.Signers[2]}
	for i, id := range ids {
		a, err := w.Accounts.Create(w.ctx, identity.Account{Login: fmt.Sprintf("proof.%d", i), Name: "王敏", Org: w.County})
		if err != nil {
			return nil, err
		}
		*id = a.ID
	}
	return w, nil
}

func (w *works) next() int { w.n++; return w.n }

func (w *works) by(who kernel.AccountID) context.Context {
	return kernel.WithActor(context.Background(), kernel.Actor{Account: who, Org: w.County, Name: "王敏", Via: "console"})
}

// draft, submitted and approved make an article that has come so far.
func (w *works) draft() (article.ID, error) {
	return w.Articles.Create(w.by(w.Author), w.Site, w.Places[0], "", payload(w.next()))
}

func payload(n int) article.Payload {
	title := fmt.Sprintf("汉滨区第%d号通知", n)
	return article.Payload{Title: title, Body: "<p>" + strings.Repeat(title+"，请各单位遵照执行。", 10) + "</p>"}
}

func (w *works) submitted() (article.ID, publication.EditionID, error) {
	id, err := w.draft()
	if err != nil {
		return 0, 0, err
	}
	e, err := w.Articles.Submit(w.by(w.Author), w.Site, id, 1)
	return id, e, err
}

func (w *works) sign(e publication.EditionID, step int) error {
	return w.Published.Approve(w.by(w.Signers[step]), w.Site, e, publication.Opinion{Reviewer: w.Signers[step], Verdict: publication.Approved, Review: "同意", Secrecy: "不涉密"})
}

func (w *works) approved() (article.ID, error) {
	id, e, err := w.submitted()
	for step := range 3 {
		if err == nil {
			err = w.sign(e, step)
		}
	}
	return id, err
}

func (w *works) published() (article.ID, error) {
	id, err := w.approved()
	if err != nil {
		return 0, err
	}
	return id, w.Articles.Publish(w.by(w.Signers[2]), w.Site, id)
}

func (w *works) object(id article.ID) publication.Object {
	return publication.Object{Site: w.Site, Kind: article.Kind, ID: id}
}

// holds checks the store as a whole: pages, keys and, chain by chain, what the audit remembers.
func holds(ctx context.Context, d *db.DB, log *audit.Log) error {
	if !d.Postgres() {
		var said []string
		if err := d.Conn(ctx).NewRaw("PRAGMA integrity_check").Scan(ctx, &said); err != nil {
			return fmt.Errorf("check the file: %w", err)
		}
		if len(said) != 1 || said[0] != "ok" {
			return fmt.Errorf("integrity_check says %q", said)
		}
		var broken string
		if err := d.Conn(ctx).NewRaw(`SELECT "table" FROM pragma_foreign_key_check`).Scan(ctx, &broken); !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("foreign_key_check names %q, %w", broken, err)
		}
	}
	var chains []kernel.SiteID
	if err := d.Conn(ctx).NewRaw("SELECT chain FROM audit_heads").Scan(ctx, &chains); err != nil {
		return fmt.Errorf("read the chains: %w", err)
	}
	for _, c := range chains {
		if _, err := log.Verify(ctx, c); err != nil {
			return err
		}
	}
	return nil
}
