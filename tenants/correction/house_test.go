package correction

import (
	"context"
	"io/fs"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// desk is the room with what stands around it: two sites, and clocks that keep what they are told.
type desk struct {
	*Corrections
	t     *testing.T
	ctx   context.Context
	now   time.Time
	owed  map[int64]time.Time
	town  *render.Site
	other *render.Site
	queue *jobs.Queue
}

func (d *desk) Nav(context.Context, *render.Site) ([]render.Link, error) { return nil, nil }

func (d *desk) Start(_ context.Context, r Report) error {
	d.owed[r.ID] = r.ReceivedAt.AddDate(0, 0, 3)
	return nil
}

func (d *desk) Stop(_ context.Context, r Report) error { delete(d.owed, r.ID); return nil }

func (d *desk) Due(_ context.Context, _ kernel.SiteID, ids []int64) (map[int64]time.Time, error) {
	due := map[int64]time.Time{}
	for _, id := range ids {
		due[id] = d.owed[id]
	}
	return due, nil
}

func (d *desk) Days() int { return 3 }

func (d *desk) Public(id kernel.SiteID) *render.Site {
	return map[kernel.SiteID]*render.Site{1: d.town, 2: d.other}[id]
}

func each(t *testing.T, f func(t *testing.T, d *desk)) {
	dbtest.Each(t, func(t *testing.T, store *db.DB) {
		f(t, open(t, store, []byte("the installation's key")))
	}, audit.Migrations(), jobs.Migrations(), Migrations())
}

func open(t *testing.T, store *db.DB, key []byte) *desk {
	t.Helper()
	d := &desk{t: t, now: time.Date(2026, 11, 27, 2, 0, 0, 0, time.UTC), owed: map[int64]time.Time{},
		town:  &render.Site{ID: 1, Name: "五里镇人民政府", Theme: "town", Origin: "https://a.gov.cn", Prefix: "/z/wuli"},
		other: &render.Site{ID: 2, Name: "乙站", Theme: "dept", Origin: "https://b.gov.cn"}}
	d.ctx = kernel.WithActor(t.Context(), kernel.Actor{Account: 7, Name: "王敏", Via: "console"})
	clock := func() time.Time { return d.now }
	ids := kernel.NewSeededIDs(clock, 1)
	r, err := render.New(render.Config{}, map[string]fs.FS{"correction": Views()}, Pages()...)
	if err != nil {
		t.Fatal(err)
	}
	d.queue = jobs.New(store, clock, ids)
	units := func(_ context.Context, site kernel.SiteID) ([]string, error) {
		return []string{"民政所", "财政所"}, nil
	}
	if d.Corrections, err = New(Room{DB: store, Now: clock, IDs: ids, Audit: audit.New(store, clock, ids), Queue: d.queue, Key: key, Clocks: d, Nav: d, Sites: d, Units: units, Render: r}); err != nil {
		t.Fatal(err)
	}
	return d
}

// take keeps a report and answers its code and number.
func (d *desk) take(site kernel.SiteID, words string) (code string, id int64) {
	d.t.Helper()
	code, err := d.Take(d.ctx, site, Draft{Kind: Typo, Words: words, Contact: "13812345678", Page: "/a/12"})
	if err != nil {
		d.t.Fatal(err)
	}
	r, err := d.byCode(d.ctx, site, digest(code))
	if err != nil || r.Words != words {
		d.t.Fatalf("%+v, %v", r, err)
	}
	return code, r.ID
}

// row is one column of a report as the store has it.
func (d *desk) row(site kernel.SiteID, id int64, column string) (value string) {
	d.t.Helper()
	if err := d.DB.Conn(d.ctx).NewRaw("SELECT "+column+" FROM corrections WHERE site_id = ? AND id = ?", site, id).Scan(d.ctx, &value); err != nil {
		d.t.Fatal(err)
	}
	return value
}

func (d *desk) actions() (all []string) {
	d.t.Helper()
	if err := d.DB.Conn(d.ctx).NewRaw("SELECT action FROM audit_entries WHERE chain = 1 ORDER BY seq").Scan(d.ctx, &all); err != nil {
		d.t.Fatal(err)
	}
	return all
}
