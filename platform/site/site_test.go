package site_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/corpus"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

const tree = `code,name,level,parent_code,short_name
610000,陕西省,province,,
610900,安康市,city,610000,
610902,汉滨区,county,610900,
610981,旬阳市,county,610900,
610902001,老城街道,township,610902,
610902104,五里镇,township,610902,
610900-rsj,安康市人力资源和社会保障局,dept,610900,人社局
610902-jyj,汉滨区教育局,dept,610902,
`

func clock() time.Time { return time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC) }

type room struct {
	*site.Sites
	t    testing.TB
	db   *db.DB
	orgs *org.Orgs
	log  *audit.Log
	rev  *pages.Revisions

	passed time.Duration
}

func (r *room) now() time.Time       { return clock().Add(r.passed) }
func (r *room) pass(d time.Duration) { r.passed += d }

func open(t testing.TB, d *db.DB, cfg site.Config) *room {
	t.Helper()
	if cfg.Domain == "" {
		cfg.Domain, cfg.Scheme, cfg.Port, cfg.Reserved = "localhost", "http", 8080, []string{"console.localhost"}
	}
	ids := kernel.NewSeededIDs(clock, 1)
	r := &room{t: t, db: d, log: audit.New(d, clock, ids), rev: pages.NewRevisions(d)}
	r.orgs = org.New(d, clock, ids, r.log)
	var err error
	if r.Sites, err = site.New(cfg, d, r.now, ids, r.log, r.orgs, r.rev); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *room) importOrgs(csv string) {
	r.t.Helper()
	if report, err := r.orgs.Import(r.t.Context(), strings.NewReader(csv), false); err != nil {
		r.t.Fatalf("%v %v", err, report.Problems)
	}
}

// org finds an org by its code.
func (r *room) org(code string) kernel.OrgID {
	r.t.Helper()
	o, err := r.orgs.ByCode(r.t.Context(), code)
	if err != nil {
		r.t.Fatal(err)
	}
	return o.ID
}

// create opens a site for the org with the code.
func (r *room) create(code string, change ...func(*site.Spec)) site.Site {
	r.t.Helper()
	spec := site.Spec{Org: r.org(code)}
	for _, f := range change {
		f(&spec)
	}
	g, err := r.Create(r.t.Context(), spec)
	if err != nil {
		r.t.Fatalf("create %s: %v", code, err)
	}
	return g
}

func each(t *testing.T, f func(t *testing.T, r *room)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := open(t, d, site.Config{})
		r.importOrgs(tree)
		f(t, r)
	}, audit.Migrations(), pages.Migrations(), org.Migrations(), site.Migrations())
}

func lite(t testing.TB, cfg site.Config) *room {
	t.Helper()
	r := open(t, dbtest.SQLite(t, audit.Migrations(), pages.Migrations(), org.Migrations(), site.Migrations()), cfg)
	r.importOrgs(tree)
	return r
}

// A1, A3, A4, d46, d48: a city portal, a county and a city department on hosts of their own, a township and a county
// department mounted below the county's; each from its template, each in one transaction, each in its audit chain.
func TestCreateEveryKind(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		ctx := t.Context()
		for _, row := range []struct{ code, kind, level, template, theme, host, prefix, name, sponsor string }{
			{"610900", "subsite", "city", "city", "city", "ankang.localhost", "", "安康市人民政府", "安康市人民政府"},
			{"610902", "subsite", "county", "county", "city", "hanbin.ankang.localhost", "", "汉滨区人民政府", "汉滨区人民政府"},
			{"610900-rsj", "subsite", "dept", "dept", "dept", "rsj.ankang.localhost", "", "安康市人力资源和社会保障局", "安康市人力资源和社会保障局"},
			{"610902001", "channel", "township", "town", "town", "hanbin.ankang.localhost", "/z/laocheng", "老城街道办事处", "汉滨区老城街道办事处"},
			{"610902104", "channel", "township", "town", "town", "hanbin.ankang.localhost", "/z/wuli", "五里镇人民政府", "汉滨区五里镇人民政府"},
			{"610902-jyj", "channel", "dept", "dept", "dept", "hanbin.ankang.localhost", "/z/jyj", "汉滨区教育局", "汉滨区教育局"},
		} {
			before := r.rev.Known(kernel.Platform)
			g := r.create(row.code)
			if r.rev.Known(kernel.Platform) <= before {
				t.Errorf("%s: the platform's revision did not move", row.name)
			}
			p := r.Public(g.ID)
			if p == nil {
				t.Fatalf("%s is not public", row.name)
			}
			got := []string{p.Kind, p.Level, g.Template, p.Theme, p.Origin, p.Prefix, p.Name, p.Sponsor, p.State}
			want := []string{row.kind, row.level, row.template, row.theme, "http://" + row.host + ":8080", row.prefix, row.name, row.sponsor, "online"}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
			h := r.Table()[row.host]
			switch {
			case h == nil:
				t.Errorf("%s does not answer", row.host)
			case row.prefix == "" && h.Site != p, row.prefix != "" && h.Mounts[strings.TrimPrefix(row.prefix, "/z/")] != p:
				t.Errorf("%s%s leads elsewhere: %+v", row.host, row.prefix, h)
			}
			if n, err := r.log.Verify(ctx, g.ID); err != nil || n != 1 {
				t.Errorf("%s: its chain has %d entries, %v", row.name, n, err)
			}
			columns, err := r.Columns(ctx, g.ID)
			if err != nil || len(columns) < 25 {
				t.Errorf("%s has %d columns, %v", row.name, len(columns), err)
			}
		}
		if len(r.Table()) != 3 || len(r.AllPublic()) != 6 {
			t.Errorf("%d hosts, %d sites", len(r.Table()), len(r.AllPublic()))
		}
		if n, err := r.log.Verify(ctx, kernel.Platform); err != nil || n != 7 {
			t.Errorf("the platform's chain has %d entries, %v", n, err)
		}
		list, err := r.Listing(ctx, site.Filter{Level: "township"}, kernel.Page{})
		if err != nil || len(list) != 2 || list[1].URL != "http://hanbin.ankang.localhost:8080/z/wuli/" || !list[1].Ready {
			t.Errorf("listing %+v, %v", list, err)
		}
	})
}

// d53: a channel shows the records and the code of the site that carries it, and its own unit as 主办.
func TestChannelShowsItsCarriersRecords(t *testing.T) {
	r := lite(t, site.Config{})
	r.create("610902", func(s *site.Spec) {
		s.Marks = site.Marks{Code: "6109020001", ICP: "陕ICP备12345678号-1", Police: "陕公网安备 61090202000001号", Phone: "0915-1234567"}
	})
	p := r.Public(r.create("610902104").ID)
	if p.Code != "6109020001" || p.ICP != "陕ICP备12345678号-1" || p.CarrierName != "汉滨区人民政府" || p.CarrierURL != "http://hanbin.ankang.localhost:8080/" {
		t.Errorf("the channel shows %+v", p)
	}
	if p.Sponsor != "汉滨区五里镇人民政府" || p.Phone != "" {
		t.Errorf("the channel says 主办 %s, phone %q", p.Sponsor, p.Phone)
	}
}

// A7, d48, n17 and every other refusal of an opening, with its sentence.
func TestCreateRefuses(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		city, county := r.create("610900"), r.create("610902")
		town := r.create("610902104")
		before := r.rev.Known(kernel.Platform)
		for _, row := range []struct {
			name string
			code string
			spec site.Spec
			kind fault.Kind
			say  string
		}{
			{"a host of its own for a sub-district", "610902001", site.Spec{Kind: site.Subsite, Host: "laocheng.localhost"}, fault.Invalid, "“老城街道办事处”不能开设单独的网站（安政办发〔2015〕71号 四(三)：县级部门、乡镇不再单独建设网站）"},
			{"a host of its own for a county department", "610902-jyj", site.Spec{Kind: site.Subsite, Host: "jyj.hanbin.localhost"}, fault.Invalid, "“汉滨区教育局”不能开设单独的网站"},
			{"an exception without a proper document number", "610902001", site.Spec{Kind: site.Subsite, Approval: "领导同意"}, fault.Invalid, "批准文号“领导同意”不对"},
			{"an org nobody knows", "", site.Spec{Org: 42}, fault.NotFound, "没有这个机构。"},
			{"a second site of an org", "610902", site.Spec{Host: "second.localhost"}, fault.Conflict, "“汉滨区人民政府”已经开设了“汉滨区人民政府”（国办发〔2017〕47号：一个单位原则上最多开设一个网站）"},
			{"a host that is somebody's", "610981", site.Spec{Host: "Ankang.localhost"}, fault.Conflict, "域名 ankang.localhost 已经绑定到别的站点。"},
			{"a reserved host", "610981", site.Spec{Host: "console.localhost"}, fault.Conflict, "域名 console.localhost 由平台自己使用"},
			{"a host that is no host", "610981", site.Spec{Host: "http://xunyang.gov.cn/"}, fault.Invalid, "不是域名"},
			{"a slug that is somebody's", "610902001", site.Spec{Slug: "wuli"}, fault.Conflict, "“汉滨区人民政府”之下已经有 /z/wuli。"},
			{"a slug with capitals", "610902001", site.Spec{Slug: "Wuli"}, fault.Invalid, "地址标识“Wuli”"},
			{"a slug that climbs", "610902001", site.Spec{Slug: "../x"}, fault.Invalid, "地址标识“../x”"},
			{"a carrier nobody knows", "610902001", site.Spec{Carrier: 42}, fault.NotFound, "没有编号为 42 的承载站点。"},
			{"a carrier that is a channel", "610902104", site.Spec{Kind: site.Column, Carrier: town.ID}, fault.Invalid, "自己就是频道或栏目"},
			{"a channel of the city below its county", "610900", site.Spec{Kind: site.Channel, Carrier: county.ID, Approval: "安政办函〔2016〕12号"}, fault.Invalid, "不是“安康市人民政府”的上级网站"},
			{"a template nobody knows", "610981", site.Spec{Template: "village"}, fault.NotFound, "没有名为“village”的模板，可用的模板：city、county、dept、town。"},
			{"a template for another level", "610981", site.Spec{Template: "town"}, fault.Invalid, "模板“town”（镇办频道）不适用于“旬阳市人民政府”"},
			{"a verification that says nothing", "610981", site.Spec{Host: "www.xunyang.gov.cn", Evidence: "好"}, fault.Invalid, "核验说明应为 4 至 200 个字"},
			{"a kind nobody knows", "610981", site.Spec{Kind: "portal"}, fault.Invalid, "站点形式“portal”不认识"},
			{"a name with markup", "610981", site.Spec{Name: "<script>"}, fault.Invalid, "站点名称含有不该出现的符号"},
			{"a name with a NUL", "610981", site.Spec{Name: "旬阳\x00市"}, fault.Invalid, "看不见的字符 U+0000"},
			{"keywords with markup", "610981", site.Spec{Keywords: "\"><"}, fault.Invalid, "站点说明或关键词"},
			{"a state it cannot begin in", "610981", site.Spec{State: site.Closed}, fault.Invalid, "新站点的状态只能是"},
			{"a theme that is a path", "610981", site.Spec{Theme: "../city"}, fault.Invalid, "主题名称只能用"},
			{"a colour nobody can read", "610981", site.Spec{Overrides: site.Overrides{Tokens: map[string]string{"brand": "#ffff00"}}}, fault.Invalid, "对比度"},
			{"marks that are wrong", "610981", site.Spec{Marks: site.Marks{Code: "123"}}, fault.Invalid, "网站标识码“123”不对"},
			{"a code on a channel", "610902001", site.Spec{Marks: site.Marks{Code: "6109020001"}}, fault.Invalid, "频道和栏目没有自己的网站标识码"},
		} {
			spec := row.spec
			if row.code != "" {
				spec.Org = r.org(row.code)
			}
			_, err := r.Create(t.Context(), spec)
			if !fault.Is(err, row.kind) || !strings.Contains(fault.Say(err), row.say) {
				t.Errorf("%s: got %v, want %s %q", row.name, err, row.kind, row.say)
			}
		}
		if n, err := r.Count(t.Context(), site.Filter{}); err != nil || n != 3 || r.rev.Known(kernel.Platform) != before {
			t.Errorf("refusals left %d sites (%v) and moved the revision to %d", n, err, r.rev.Known(kernel.Platform))
		}
		_ = city
	})
}

func TestChannelNeedsACarrier(t *testing.T) {
	r := lite(t, site.Config{})
	_, err := r.Create(t.Context(), site.Spec{Org: r.org("610902104")})
	if !fault.Is(err, fault.Conflict) || fault.Say(err) != "“五里镇人民政府”的上级还没有网站，请先开设上级网站。" {
		t.Errorf("got %v", err)
	}
	city := r.create("610900")
	if g := r.create("610902104"); g.Parent != city.ID {
		t.Errorf("below a county without a site the city carries: %+v", g)
	}
}

// A7: an exception needs the approval's document number, and is listed.
func TestExceptionIsListed(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		r.create("610902")
		g := r.create("610902001", func(s *site.Spec) { s.Kind, s.Approval = site.Subsite, "安政办函〔2016〕12号" })
		if g.Kind != site.Subsite || r.Public(g.ID).Origin != "http://laocheng.ankang.localhost:8080" {
			t.Errorf("%+v", r.Public(g.ID))
		}
		list, err := r.Exceptions(t.Context())
		if err != nil || len(list) != 1 || list[0].ID != g.ID || list[0].Approval != "安政办函〔2016〕12号" {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

// A7 once more, below our own rules: the schema itself refuses a township with a host and without an approval.
func TestSchemaRefusesAStandAloneTownship(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		r.create("610902")
		town := r.create("610902104")
		err := r.db.InTx(t.Context(), func(ctx context.Context) error {
			_, err := r.db.Conn(ctx).NewRaw("UPDATE sites SET kind = 'subsite', parent_id = NULL, slug = '' WHERE id = ?", int64(town.ID)).Exec(ctx)
			return err
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("got %v", err)
		}
	})
}

// A4: all of an opening or nothing. The last step of the transaction fails; no row, host or audit entry stays.
func TestCreateIsOneTransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ids := kernel.NewSeededIDs(clock, 1)
		log := audit.New(d, clock, ids)
		orgs := org.New(d, clock, ids, log)
		sites, err := site.New(site.Config{Domain: "localhost"}, d, clock, ids, log, orgs, failing{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := orgs.Import(t.Context(), strings.NewReader(tree), false); err != nil {
			t.Fatal(err)
		}
		city, err := orgs.ByCode(t.Context(), "610900")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sites.Create(t.Context(), site.Spec{Org: city.ID}); !errors.Is(err, errBump) {
			t.Fatalf("got %v", err)
		}
		for table, want := range map[string]int{"sites": 0, "site_domains": 0, "audit_entries": 1} {
			var n int
			if err := d.Conn(t.Context()).NewRaw("SELECT count(*) FROM "+table).Scan(t.Context(), &n); err != nil || n != want {
				t.Errorf("%s has %d rows, want %d: %v", table, n, want, err)
			}
		}
	}, audit.Migrations(), org.Migrations(), site.Migrations())
}

var errBump = errors.New("the revision does not move")

type failing struct{}

func (failing) Bump(context.Context, ...kernel.SiteID) error { return errBump }

// A1: two who open the same host, or the same mount, at the same time: one of them has it.
func TestCreateAtTheSameTime(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		r.create("610902")
		for _, row := range []struct {
			name  string
			specs [2]site.Spec
		}{
			{"one host", [2]site.Spec{{Org: r.org("610900"), Host: "same.localhost"}, {Org: r.org("610981"), Host: "same.localhost"}}},
			{"one mount", [2]site.Spec{{Org: r.org("610902001"), Slug: "same"}, {Org: r.org("610902104"), Slug: "same"}}},
		} {
			before, err := r.Count(t.Context(), site.Filter{})
			if err != nil {
				t.Fatal(err)
			}
			var errs [2]error
			var wg sync.WaitGroup
			for i, spec := range row.specs {
				wg.Go(func() { _, errs[i] = r.Create(t.Context(), spec) })
			}
			wg.Wait()
			if (errs[0] == nil) == (errs[1] == nil) {
				t.Errorf("%s: %v and %v", row.name, errs[0], errs[1])
			}
			for _, err := range errs {
				if err != nil && !fault.Is(err, fault.Conflict) {
					t.Errorf("%s: %v", row.name, err)
				}
			}
			if after, err := r.Count(t.Context(), site.Filter{}); err != nil || after != before+1 {
				t.Errorf("%s: %d sites after %d, %v", row.name, after, before, err)
			}
		}
	})
}

// A4: from nothing to public, measured; the bar is 300 ms.
func BenchmarkCreate(b *testing.B) {
	for _, engine := range []struct {
		name string
		open func(testing.TB, ...fs.FS) *db.DB
	}{{"sqlite", dbtest.SQLite}, {"postgres", dbtest.Postgres}} {
		b.Run(engine.name, func(b *testing.B) {
			r := open(b, engine.open(b, audit.Migrations(), pages.Migrations(), org.Migrations(), site.Migrations()), site.Config{})
			r.importOrgs(manyOrgs(1, 1))
			r.create("100000")
			r.create("100001")
			n := 0
			for b.Loop() {
				n++
				slug := fmt.Sprintf("t%d", n)
				r.create("100001001", func(s *site.Spec) { s.Kind, s.Slug = site.Column, slug })
			}
		})
	}
}

// manyOrgs is a city, counties and the townships of each as a file.
func manyOrgs(counties, townships int) string {
	var b strings.Builder
	b.WriteString("code,name,level,parent_code,slug\n100000,某某市,city,,moumou\n")
	for c := 1; c <= counties; c++ {
		fmt.Fprintf(&b, "1%05d,第%d县,county,100000,x%d\n", c, c, c)
		for w := 1; w <= townships; w++ {
			fmt.Fprintf(&b, "1%05d%03d,第%d镇,township,1%05d,z%d\n", c, w, w, c, w)
		}
	}
	return b.String()
}

func ankang(t testing.TB) string {
	t.Helper()
	b, err := os.ReadFile(corpus.Path(t, "ankang-divisions.csv"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
