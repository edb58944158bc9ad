package column

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// house is the rooms this one stands on, with two sites of different templates.
type house struct {
	*Columns
	t            *testing.T
	ctx          context.Context
	now          time.Time
	log          *audit.Log
	rev          *pages.Revisions
	pub          *publication.Publications
	jobs         *jobs.Queue
	city, county *render.Site
}

func each(t *testing.T, f func(t *testing.T, h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(t, build(t, d)) },
		audit.Migrations(), jobs.Migrations(), pages.Migrations(), org.Migrations(), site.Migrations(), publication.Migrations(), Migrations())
}

func build(t *testing.T, d *db.DB) *house {
	t.Helper()
	h := &house{t: t, now: time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)}
	h.ctx = kernel.WithActor(context.Background(), kernel.Actor{Account: 11, Name: "测试", Via: "console"})
	clock := func() time.Time { return h.now }
	ids := kernel.NewSeededIDs(clock, 7)
	h.log, h.rev = audit.New(d, clock, ids), pages.NewRevisions(d)
	orgs := org.New(d, clock, ids, h.log)
	sites, err := site.New(site.Config{Domain: "localhost", Scheme: "http", Port: 8080}, d, clock, ids, h.log, orgs, h.rev)
	h.must(err)
	h.pub = publication.New(d, clock, ids, h.log, h.rev)
	r, err := render.New(render.Config{}, map[string]fs.FS{"column": Views()}, Pages()...)
	h.must(err)
	h.Columns = New(d, clock, ids, sites, h.pub, h.rev, h.log, r)
	h.jobs = jobs.New(d, clock, ids)
	h.Jobs(h.jobs)
	_, err = orgs.Import(h.ctx, strings.NewReader("code,name,level,parent_code\n610900,安康市,city,\n610902,汉滨区,county,610900\n"), false)
	h.must(err)
	for code, to := range map[string]**render.Site{"610900": &h.city, "610902": &h.county} {
		o, err := orgs.ByCode(h.ctx, code)
		h.must(err)
		made, err := sites.Create(h.ctx, site.Spec{Org: o.ID})
		h.must(err)
		h.must(sites.Reload(h.ctx))
		*to = sites.Public(made.ID)
	}
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// fill publishes one small thing in a column of the site.
func (h *house) fill(s *render.Site, column int64) {
	h.t.Helper()
	h.now = h.now.Add(time.Minute)
	id := h.ids.Next()
	e, err := h.pub.Freeze(h.ctx, publication.Draft{Object: publication.Object{Site: s.ID, Kind: "article", ID: id}, Author: 11,
		Policy: publication.Small, Title: fmt.Sprintf("条目%d", id), Payload: []byte(`{}`)})
	h.must(err)
	h.must(h.pub.Approve(h.ctx, s.ID, e, publication.Opinion{Reviewer: 12, Verdict: publication.Approved, Review: "同意", Secrecy: "不涉密"}))
	h.must(h.pub.Publish(h.ctx, s.ID, e, publication.Placing{Place: column}))
}

func (h *house) tree(s *render.Site) *Tree {
	h.t.Helper()
	t, err := h.Tree(h.ctx, s.ID)
	h.must(err)
	return t
}
