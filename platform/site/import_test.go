package site_test

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// A1, A3, d46, n17: the whole city. The province is an org without a site; 11 hosts and 139 mounts. The file that the
// tree derives opens them all; a dry run opens none, a second import nothing more.
func TestImportTheWholeCity(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		r := open(t, d, site.Config{})
		r.importOrgs(ankang(t))
		var file bytes.Buffer
		if err := r.DeriveCSV(ctx, &file, "localhost"); err != nil {
			t.Fatal(err)
		}
		csv := file.String()
		dry, err := r.Import(ctx, strings.NewReader(csv), true)
		if err != nil || !dry.DryRun || dry.Rows != 150 || dry.Hosts != 11 || dry.Mounts != 139 || dry.Unchanged != 0 {
			t.Fatalf("dry run %+v, %v", dry, err)
		}
		if n, err := r.Count(ctx, site.Filter{}); err != nil || n != 0 {
			t.Fatalf("a dry run opened %d, %v", n, err)
		}
		began := time.Now()
		got, err := r.Import(ctx, strings.NewReader(csv), false)
		if err != nil || got.Hosts != 11 || got.Mounts != 139 || got.Created() != 150 || len(got.Pending) != 0 {
			t.Fatalf("import %+v, %v", got, err)
		}
		t.Logf("150 sites in %v", time.Since(began))
		mounts := 0
		for host, h := range r.Table() {
			if h.Site == nil || !strings.HasSuffix(host, "ankang.localhost") {
				t.Errorf("host %s: %+v", host, h)
			}
			mounts += len(h.Mounts)
		}
		if len(r.Table()) != 11 || mounts != 139 || len(r.AllPublic()) != 150 {
			t.Errorf("%d hosts, %d mounts, %d sites", len(r.Table()), mounts, len(r.AllPublic()))
		}
		for _, want := range []string{"http://ankang.localhost:8080/", "http://hanbin.ankang.localhost:8080/z/laocheng/", "http://xunyang.ankang.localhost:8080/z/chengguan/"} {
			if p, rest, ok := r.ByAddress(want); !ok || rest != "/" || p.URL("/") != want {
				t.Errorf("%s: %+v %s %v", want, p, rest, ok)
			}
		}
		again, err := r.Import(ctx, strings.NewReader(csv), false)
		if err != nil || again.Unchanged != 150 || again.Created() != 0 {
			t.Errorf("again %+v, %v", again, err)
		}
		if specs, err := r.DeriveAll(ctx, "localhost"); err != nil || len(specs) != 0 {
			t.Errorf("%d sites still to open, %v", len(specs), err)
		}
		for _, chain := range []kernel.SiteID{kernel.Platform, r.AllPublic()[149].ID} {
			if _, err := r.log.Verify(ctx, chain); err != nil {
				t.Error(err)
			}
		}
	}, audit.Migrations(), pages.Migrations(), org.Migrations(), site.Migrations())
}

// The same with nothing but the codes: everything is derived, superiors before subordinates whatever their order.
func TestImportByCodesAlone(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		got, err := r.Import(t.Context(), strings.NewReader("org_code\n610902104\n610902-jyj\n610902\n610900-rsj\n610900\n610902001\n"), false)
		if err != nil || got.Hosts != 3 || got.Mounts != 3 {
			t.Fatalf("%+v, %v", got, err)
		}
		if p, _, ok := r.ByAddress("http://hanbin.ankang.localhost/z/jyj/"); !ok || p.Name != "汉滨区教育局" {
			t.Errorf("%+v", p)
		}
	})
}

// d48 and the rest: every bad row is named with line, column and sentence, and nothing is opened.
func TestImportNamesEveryBadRow(t *testing.T) {
	r := lite(t, site.Config{Domain: "localhost", Reserved: []string{"console.localhost"}})
	r.create("610902")
	head := "org_code,kind,host_or_slug,template,name,state,approval,code,icp\n610900,,,,,,,,\n"
	for _, row := range []struct{ name, line, where, say string }{
		{"an org nobody knows", "619999,,,,,,,,", "第 3 行第 1 列（org_code）", "没有代码为 619999 的机构"},
		{"no org", ",,x,,,,,,", "第 3 行第 1 列（org_code）", "机构代码不能为空"},
		{"an org twice", "610900,,,,,,,,", "第 3 行第 1 列（org_code）", "与第 2 行重复"},
		{"a host of its own for a township", "610902104,subsite,wuli.localhost,,,,,,", "第 3 行第 2 列（kind）", "乡镇不再单独建设网站"},
		{"a kind nobody knows", "610981,portal,,,,,,,", "第 3 行第 2 列（kind）", "站点形式“portal”不认识"},
		{"a host that is somebody's", "610981,,hanbin.ankang.localhost,,,,,,", "第 3 行第 3 列（host_or_slug）", "已经绑定到别的站点"},
		{"a host another row takes", "610981,,ankang.localhost,,,,,,", "第 3 行第 3 列（host_or_slug）", "已经绑定到别的站点"},
		{"a host that is no host", "610981,,a_b.cn,,,,,,", "第 3 行第 3 列（host_or_slug）", "不合规"},
		{"a reserved host", "610981,,console.localhost,,,,,,", "第 3 行第 3 列（host_or_slug）", "由平台自己使用"},
		{"a slug with a slash", "610902104,,a/b,,,,,,", "第 3 行第 3 列（host_or_slug）", "地址标识“a/b”"},
		{"a template nobody knows", "610981,,,castle,,,,,", "第 3 行第 4 列（template）", "没有名为“castle”的模板"},
		{"a name with markup", "610981,,,,<i>,,,,", "第 3 行第 5 列（name）", "不该出现的符号"},
		{"a state it cannot begin in", "610981,,,,,closed,,,", "第 3 行第 6 列（state）", "新站点的状态只能是"},
		{"an approval that is none", "610902104,subsite,wuli.localhost,,,,批了,,", "第 3 行第 7 列（approval）", "批准文号“批了”不对"},
		{"another region's code", "610981,,,,,,,6109020001,", "第 3 行第 8 列（code）", "区划代码 610981 开头"},
		{"an ICP record that is none", "610981,,,,,,,,备案中", "第 3 行第 9 列（icp）", "ICP 备案号“备案中”不对"},
		{"too few columns", "610981", "第 3 行：", "应有 9 列，实有 1 列"},
		{"a NUL", "610981,,,,旬\x00阳,,,,", "第 3 行第 5 列（name）", "看不见的字符 U+0000"},
	} {
		report, err := r.Import(t.Context(), strings.NewReader(head+row.line+"\n"), false)
		if !fault.Is(err, fault.Invalid) || report.Wrong != 1 || len(report.Problems) != 1 {
			t.Errorf("%s: %+v, %v", row.name, report, err)
			continue
		}
		if p := report.Problems[0].String(); !strings.HasPrefix(p, row.where) || !strings.Contains(p, row.say) {
			t.Errorf("%s: got %q, want %q … %q", row.name, p, row.where, row.say)
		}
		if n, err := r.Count(t.Context(), site.Filter{}); err != nil || n != 1 {
			t.Fatalf("%s: half done, %d sites, %v", row.name, n, err)
		}
	}
}

func TestImportRefusesOtherSheets(t *testing.T) {
	r := lite(t, site.Config{})
	for file, say := range map[string]string{"": "文件是空的", "org_code,owner\n": "表头第 2 列“owner”不认识", "template\n": "表头缺少 org_code 列"} {
		if _, err := r.Import(t.Context(), strings.NewReader(file), true); !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Say(err), say) {
			t.Errorf("%q: %v", file, err)
		}
	}
}

// Hosts that no name below the platform's domain vouches for wait for their verification, and the report says so.
func TestImportOfForeignHosts(t *testing.T) {
	r := lite(t, site.Config{})
	got, err := r.Import(t.Context(), strings.NewReader("org_code,host_or_slug,evidence\n610900,www.ankang.gov.cn,\n610902,www.hanbin.gov.cn,已核对域名证书\n"), false)
	if err != nil || len(got.Pending) != 1 || got.Pending[0] != "www.ankang.gov.cn" || len(r.Table()) != 1 || r.Table()["www.hanbin.gov.cn"] == nil {
		t.Errorf("%+v, %v, %v", got, err, r.Table())
	}
}

// Two towns that read alike get two addresses; a city below its own domain gets www.
func TestDerivedAddresses(t *testing.T) {
	r := lite(t, site.Config{Domain: "ankang.gov.cn"})
	r.importOrgs("code,name,level,parent_code\n610902201,五力镇,township,610902\n610902202,五里乡,township,610902\n610902203,五里乡,township,610902\n")
	specs, err := r.DeriveAll(t.Context(), "ankang.gov.cn")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range specs {
		got = append(got, s.Host+s.Slug)
	}
	want := "www.ankang.gov.cn rsj.ankang.gov.cn hanbin.ankang.gov.cn xunyang.ankang.gov.cn jyj laocheng wuli wulizhen wulixiang wuli-203"
	if strings.Join(got, " ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, " "), want)
	}
}

// FuzzImport: whatever a file holds, it is read whole or refused with a sentence.
func FuzzImport(f *testing.F) {
	r := lite(f, site.Config{})
	r.create("610902")
	for _, seed := range []string{"org_code\n610900\n", "org_code,kind,host_or_slug\n610902104,channel,../x\n610981,subsite,a b\n", "org_code,name\n610900,\"<\"\n", "org_code,code,icp,police,mark\n610981,1,2,3,4\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		report, err := r.Import(t.Context(), bytes.NewReader(file), true)
		switch {
		case err != nil && fault.KindOf(err) == "":
			t.Fatal(err)
		case err == nil && report.Created()+report.Unchanged != report.Rows:
			t.Fatalf("rows do not add up: %+v", report)
		}
		for _, p := range report.Problems {
			if p.Line < 2 || p.Say == "" {
				t.Fatalf("problem %+v", p)
			}
		}
	})
}

// A1, A4: 2,021 sites at once, and what they weigh in memory. The figures are in the log; the bounds are generous.
func TestManySites(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		r := open(t, d, site.Config{})
		r.importOrgs(manyOrgs(20, 100))
		var file bytes.Buffer
		if err := r.DeriveCSV(ctx, &file, "localhost"); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		got, err := r.Import(ctx, &file, false)
		if err != nil || got.Created() != 2021 {
			t.Fatalf("%+v, %v", got, err)
		}
		took := time.Since(began)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		began = time.Now()
		other := open(t, d, site.Config{})
		if err := other.Reload(ctx); err != nil {
			t.Fatal(err)
		}
		reload := time.Since(began)
		runtime.GC()
		runtime.ReadMemStats(&after)
		each := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / 2021
		t.Logf("2,021 sites opened in %v, read into memory in %v, %d bytes each", took, reload, each)
		if took > time.Minute || each > 8<<10 {
			t.Errorf("opening took %v, a site weighs %d bytes", took, each)
		}
		if len(other.AllPublic()) != 2021 || fmt.Sprint(len(other.Table())) != "21" {
			t.Errorf("%d sites, %d hosts", len(other.AllPublic()), len(other.Table()))
		}
	}, audit.Migrations(), pages.Migrations(), org.Migrations(), site.Migrations())
}
