package clocks_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/clocks"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"github.com/zhanqun/zhanqun/tenants/column"
)

type ages struct{ *column.Columns }

func (a ages) Fresh(ctx context.Context, sites []kernel.SiteID, f func(kernel.SiteID, clocks.Age)) error {
	return a.Columns.Fresh(ctx, sites, func(id kernel.SiteID, k *column.Column) {
		f(id, clocks.Age{Column: k.ID, Name: k.Name, Last: k.LastAt, Cycle: k.CycleDays, Home: k.Home != ""})
	})
}

// M1: the board of 10,000 sites with ten publications each in as many columns, and 5,000 clocks.
func BenchmarkBoard(b *testing.B) {
	const sites, each = 10_000, 10
	d := dbtest.SQLite(b, audit.Migrations(), jobs.Migrations(), pages.Migrations(), org.Migrations(), site.Migrations(), publication.Migrations(), column.Migrations(), clocks.Migrations())
	start := time.Date(2026, 11, 26, 2, 0, 0, 0, time.UTC)
	now := func() time.Time { return start }
	ctx := kernel.WithActor(context.Background(), kernel.Actor{Account: 11, Name: "测试", Via: "cli"})
	must := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	ids := kernel.NewSeededIDs(now, 3)
	log, rev := audit.New(d, now, ids), pages.NewRevisions(d)
	orgs := org.New(d, now, ids, log)
	all, err := site.New(site.Config{Domain: "localhost", Scheme: "http", Port: 8080}, d, now, ids, log, orgs, rev)
	must(err)
	var sheet strings.Builder
	sheet.WriteString("code,name,level,parent_code\n610900,安康市,city,\n")
	for c := range 99 {
		fmt.Fprintf(&sheet, "6109%02d,第%d县,county,610900\n", c+1, c+1)
		for k := range sites/99 - 1 {
			fmt.Fprintf(&sheet, "6109%02d%03d,第%d乡,township,6109%02d\n", c+1, k+1, c*1000+k, c+1)
		}
	}
	_, err = orgs.Import(ctx, strings.NewReader(sheet.String()), false)
	must(err)
	var derived strings.Builder
	must(all.DeriveCSV(ctx, &derived, "localhost"))
	report, err := all.Import(ctx, strings.NewReader(derived.String()), false)
	must(err)
	must(all.Reload(ctx))
	known, err := all.Everything(ctx)
	must(err)
	published := publication.New(d, now, ids, log, rev)
	columns := column.New(d, now, ids, all, published, rev, log, nil)
	fitted := clocks.Room{DB: d, Now: now, IDs: ids, Audit: log, Queue: jobs.New(d, now, ids), Orgs: orgs, Sites: all, Fresh: ages{columns}, Revisions: rev}
	room := clocks.New(fitted)
	must(published.OpenBatch(ctx, publication.Batch{ID: "b", Source: "旧站", Author: 11, Reviewer: 12, Review: "内容属实", Secrecy: "不涉密"}))
	var items []publication.ImportItem
	for i, k := range known {
		for n := range each {
			items = append(items, publication.ImportItem{Draft: publication.Draft{Object: publication.Object{Site: k.ID, Kind: "article", ID: ids.Next()}, Title: "旧文", Payload: []byte(`{"title":"旧文"}`)},
				Place: int64(1 + n%10), FirstPublished: start.AddDate(0, 0, -1-(i+7*n)%90)})
		}
		if len(items) > 2000 || i == len(known)-1 {
			must(published.Import(ctx, "b", items))
			items = nil
		}
	}
	for i := range 5000 {
		must(d.InTx(ctx, func(ctx context.Context) error {
			return room.Keep(ctx, clocks.ImportantActivity, clocks.Subject{Site: known[i%len(known)].ID, Kind: "article", ID: int64(i + 1), Title: "活动"}, start.Add(-time.Duration(i%30)*time.Hour))
		}))
	}
	b.Logf("%d sites", report.Created())
	look := func() {
		board, err := room.Board(ctx, clocks.Scope{}, clocks.Filter{})
		if err != nil || board.Total < sites-200 {
			b.Fatal(board.Total, err)
		}
	}
	b.Run("first", func(b *testing.B) { // after a start
		for b.Loop() {
			room = clocks.New(fitted)
			look()
		}
	})
	b.Run("platform", func(b *testing.B) { // something of the platform has changed, a site's notice, say
		look()
		for b.Loop() {
			must(d.InTx(ctx, func(ctx context.Context) error { return rev.Bump(ctx, kernel.Platform) }))
			look()
		}
	})
	look()
	b.Run("again", func(b *testing.B) { // ten sites have published since
		for n := 0; b.Loop(); n += 10 {
			must(d.InTx(ctx, func(ctx context.Context) error {
				var some []kernel.SiteID
				for i := range 10 {
					some = append(some, known[(n+i)%len(known)].ID)
				}
				return rev.Bump(ctx, some...)
			}))
			look()
		}
	})
}
