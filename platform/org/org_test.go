package org_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/corpus"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

const ankang = `code,name,level,parent_code
610000,陕西省,province,
610900,安康市,city,610000
610902,汉滨区,county,610900
610981,旬阳市,county,610900
610922,石泉县,county,610900
610902001,老城街道,township,610902
610902104,五里镇,township,610902
`

func clock() time.Time { return time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC) }

type room struct {
	*org.Orgs
	log *audit.Log
}

func open(d *db.DB) room {
	ids := kernel.NewSeededIDs(clock, 1)
	log := audit.New(d, clock, ids)
	return room{org.New(d, clock, ids, log), log}
}

func each(t *testing.T, f func(t *testing.T, r room)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(t, open(d)) }, audit.Migrations(), org.Migrations())
}

func lite(t testing.TB) room { return open(dbtest.SQLite(t, audit.Migrations(), org.Migrations())) }

func load(t *testing.T, r room, csv string) org.Report {
	t.Helper()
	report, err := r.Import(t.Context(), strings.NewReader(csv), false)
	if err != nil {
		t.Fatalf("import: %v %+v", err, report.Problems)
	}
	return report
}

func code(t *testing.T, r room, code string) org.Org {
	t.Helper()
	g, err := r.ByCode(t.Context(), code)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// A2: the tree of orgs stands apart from the sites and knows who is above whom.
func TestImportBuildsTheTree(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		if got := load(t, r, ankang); got.Created != 7 || got.Rows != 7 || got.Renamed+got.Unchanged+got.Wrong != 0 {
			t.Fatalf("report %+v", got)
		}
		city, county, town := code(t, r, "610900"), code(t, r, "610902"), code(t, r, "610902104")
		if town.Parent != county.ID || len(town.Path) != 4 || town.Path[1] != city.ID || town.Path[3] != town.ID {
			t.Errorf("五里镇 hangs at %v below %v", town.Path, town.Parent)
		}
		facts, err := r.Facts(t.Context(), town.ID)
		if err != nil || facts.Level != "township" || len(facts.Path) != 4 || facts.ID != town.ID {
			t.Errorf("facts %+v, %v", facts, err)
		}
		kids, err := r.Children(t.Context(), county.ID)
		if err != nil || len(kids) != 2 || kids[0].Name != "老城街道" {
			t.Errorf("children %+v, %v", kids, err)
		}
		if n, err := r.log.Verify(t.Context(), kernel.Platform); err != nil || n != 1 {
			t.Errorf("audit: %d entries, %v", n, err)
		}
		if _, err := r.Get(t.Context(), 99); !fault.Is(err, fault.NotFound) {
			t.Errorf("an unknown org: %v", err)
		}
		some, err := r.Many(t.Context(), city.ID, town.ID, city.ID, 99)
		if err != nil || len(some) != 2 || some[town.ID].Name != "五里镇" {
			t.Errorf("many %+v, %v", some, err)
		}
	})
}

// A2: the same file a second time changes nothing; a new name is a rename, and the address stays.
func TestImportAgain(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		load(t, r, ankang)
		var heard []org.Rename
		r.Renamed.On("test", func(_ context.Context, e org.Rename) error { heard = append(heard, e); return nil })
		if got := load(t, r, ankang); got.Unchanged != 7 || got.Created+got.Renamed != 0 {
			t.Fatalf("again: %+v", got)
		}
		next := strings.Replace(ankang, "石泉县", "石泉市", 1) + "610902105,新设镇,township,610902\n"
		dry, err := r.Import(t.Context(), strings.NewReader(next), true)
		if err != nil || !dry.DryRun || dry.Renamed != 1 || dry.Created != 1 || dry.Unchanged != 6 {
			t.Fatalf("dry run: %+v, %v", dry, err)
		}
		if got := code(t, r, "610922"); got.Name != "石泉县" || len(heard) != 0 {
			t.Fatalf("a dry run renamed %+v", got)
		}
		load(t, r, next)
		if got := code(t, r, "610922"); got.Name != "石泉市" || got.Kind != org.KindCountyCity || got.Slug != "shiquan" || got.Official() != "石泉市人民政府" {
			t.Errorf("renamed: %+v", got)
		}
		if len(heard) != 1 || heard[0].Before.Name != "石泉县" || heard[0].After.Name != "石泉市" {
			t.Errorf("heard %+v", heard)
		}
	})
}

func TestImportTakesWhatSpreadsheetsWrite(t *testing.T) {
	for name, file := range map[string]string{
		"a byte order mark and CRLF":   "\ufeff" + strings.ReplaceAll(ankang, "\n", "\r\n"),
		"gzip":                         gz(ankang),
		"quoted fields and spaces":     strings.ReplaceAll(strings.Replace(ankang, "安康市,", `" 安康市 ",`, 1), ",city", ", city "),
		"children before parents":      reversed(ankang),
		"blank lines and an empty row": ankang + "\n,,,\n\n",
		"columns in another order, in capitals": "NAME,Code,parent_code,LEVEL\n陕西省,610000,,province\n安康市,610900,610000,city\n汉滨区,610902,610900,county\n" +
			"旬阳市,610981,610900,county\n石泉县,610922,610900,county\n老城街道,610902001,610902,township\n五里镇,610902104,610902,township\n",
	} {
		t.Run(name, func(t *testing.T) {
			if got := load(t, lite(t), file); got.Created != 7 {
				t.Errorf("report %+v", got)
			}
		})
	}
}

func reversed(csv string) string {
	lines := strings.Split(strings.TrimSpace(csv), "\n")
	out := lines[:1:1]
	for i := len(lines) - 1; i > 0; i-- {
		out = append(out, lines[i])
	}
	return strings.Join(out, "\n")
}

func gz(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	fmt.Fprint(z, s)
	z.Close()
	return b.String()
}

func TestImportNamesEveryBadRow(t *testing.T) {
	for _, row := range []struct{ name, line, where, say string }{
		{"a level that does not exist", "610903,某县,shire,610900", "第 9 行第 3 列（level）", "层级“shire”不认识"},
		{"no code", ",某县,county,610900", "第 9 行第 1 列（code）", "代码不能为空。"},
		{"a code of five digits", "61090,某县,county,610900", "第 9 行第 1 列（code）", "应为 6 位数字"},
		{"a township with six digits", "610903,某镇,township,610902", "第 9 行第 1 列（code）", "应为 9 位"},
		{"a code a spreadsheet has spoiled", "6.10902E+08,某镇,township,610902", "第 9 行第 1 列（code）", "科学计数"},
		{"no name", "610903,,county,610900", "第 9 行第 2 列（name）", "机构名称不能为空。"},
		{"a name with markup", "610903,<b>某县,county,610900", "第 9 行第 2 列（name）", "不该出现的符号"},
		{"a name with a zero-width space", "610903,某\u200b县,county,610900", "第 9 行第 2 列（name）", "看不见的字符 U+200B"},
		{"a NUL", "610903,某\x00县,county,610900", "第 9 行第 2 列（name）", "看不见的字符 U+0000"},
		{"a name in GBK", "610903,\xc4\xb3\xcf\xd8,county,610900", "第 9 行第 2 列（name）", "不是 UTF-8 编码"},
		{"a parent nobody knows", "610903,某县,county,619999", "第 9 行第 4 列（parent_code）", "上级 619999 既不在文件里"},
		{"a county below a township", "610903,某县,county,610902104", "第 9 行第 4 列（parent_code）", "不能挂在 township 之下"},
		{"a county below itself", "610903,某县,county,610903", "第 9 行第 4 列（parent_code）", "不能挂在 county 之下"},
		{"a township without a parent", "610902105,某镇,township,", "第 9 行第 4 列（parent_code）", "必须写明上级机构"},
		{"a code used twice", "610902,汉滨区,county,610900", "第 9 行第 1 列（code）", "与第 4 行重复"},
		{"too few columns", "610903,某县,county", "第 9 行：", "应有 4 列，实有 3 列。"},
		{"too many columns", "610903,某县,county,610900,x", "第 9 行：", "应有 4 列，实有 5 列。"},
		{"a stray quote", `610903,某"县,county,610900`, "第 9 行：", "引号用得不对"},
		{"a quote that never ends", `610903,"某县,county,610900`, "第 ", "引号用得不对"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := lite(t)
			report, err := r.Import(t.Context(), strings.NewReader(ankang+row.line+"\n"), false)
			if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Say(err), "没有写入任何内容") {
				t.Fatalf("error %v", err)
			}
			if report.Wrong != 1 || len(report.Problems) != 1 {
				t.Fatalf("problems %v", report.Problems)
			}
			got := report.Problems[0].String()
			if !strings.HasPrefix(got, row.where) || !strings.Contains(got, row.say) {
				t.Errorf("got %q, want %q … %q", got, row.where, row.say)
			}
			if all, err := r.All(t.Context()); err != nil || len(all) != 0 {
				t.Errorf("half done: %d orgs, %v", len(all), err)
			}
		})
	}
}

func TestImportRefusesWhatIsNoSheet(t *testing.T) {
	r := lite(t)
	for _, row := range []struct{ name, file, say string }{
		{"nothing", "", "文件是空的"},
		{"a header without level", "code,name,parent_code\n", "表头缺少 level 列"},
		{"a header with an unknown column", "code,name,levle,parent_code\n", "表头第 3 列“levle”不认识"},
		{"a header with a column twice", "code,name,level,parent_code,code\n", "code 列出现了两次"},
		{"semicolons", "code;name;level;parent_code\n", "表头第 1 列“code;name;level;parent_c"},
		{"a broken gzip", "\x1f\x8b\x08garbage", "压缩包已损坏"},
		{"a gzip cut off", gz(ankang)[:60], "压缩包已损坏"},
		{"a gzip bomb", gz("code,name,level,parent_code\n" + strings.Repeat("\n", 65<<20)), "超过 64 MB"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := r.Import(t.Context(), strings.NewReader(row.file), false)
			if fault.KindOf(err) == "" || !strings.Contains(fault.Say(err), row.say) {
				t.Errorf("got %v, want %q", err, row.say)
			}
		})
	}
}

// An existing org keeps its level and its superior, whatever a file says.
func TestImportMovesNobody(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		load(t, r, ankang)
		for _, row := range []struct{ name, from, to, say string }{
			{"another superior", "610902104,五里镇,township,610902", "610902104,五里镇,township,610922", "上级不能通过导入改变"},
			{"another level", "610922,石泉县,county,610900", "610922,石泉县,city,610000", "不能通过导入改变层级"},
		} {
			_, err := r.Import(t.Context(), strings.NewReader(strings.Replace(ankang, row.from, row.to, 1)), false)
			if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Say(err), row.say) {
				t.Errorf("%s: %v", row.name, err)
			}
		}
	})
}

// A2: departments stand in no list of divisions; they are created one by one or imported with level dept.
func TestCreateDepartment(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		load(t, r, ankang)
		city, town := code(t, r, "610900"), code(t, r, "610902104")
		made, err := r.Create(t.Context(), org.Spec{Code: "610900-rsj", Name: "安康市人力资源和社会保障局", ShortName: "人社局", Level: org.Dept, Parent: city.ID})
		if err != nil || made.Kind != org.KindDepartment || made.Slug != "rsj" || made.Official() != made.Name || made.RegionCode() != "610900" {
			t.Fatalf("made %+v, %v", made, err)
		}
		if got := code(t, r, "610900-rsj"); got.ShortName != "人社局" || got.Parent != city.ID {
			t.Errorf("kept %+v", got)
		}
		for _, row := range []struct {
			name string
			spec org.Spec
			kind fault.Kind
			say  string
		}{
			{"a code in use", org.Spec{Code: "610900-rsj", Name: "另一个局", Level: org.Dept, Parent: city.ID}, fault.Conflict, "已经有机构在用"},
			{"below a department", org.Spec{Code: "610900-x1", Name: "某科室", Level: org.Dept, Parent: made.ID}, fault.Invalid, "部门之下不能再设机构"},
			{"without a superior", org.Spec{Code: "610900-x2", Name: "某局", Level: org.Dept}, fault.Invalid, "必须写明上级机构"},
			{"a superior nobody knows", org.Spec{Code: "610900-x3", Name: "某局", Level: org.Dept, Parent: 42}, fault.NotFound, "没有这个机构"},
			{"a county below a township", org.Spec{Code: "610999", Name: "某县", Level: org.County, Parent: town.ID}, fault.Invalid, "不能挂在"},
			{"a code with a slash", org.Spec{Code: "61/rsj", Name: "某局", Level: org.Dept, Parent: city.ID}, fault.Invalid, "部门代码"},
			{"a bad slug", org.Spec{Code: "610900-x4", Name: "某局", Slug: "A_b", Level: org.Dept, Parent: city.ID}, fault.Invalid, "拼音标识"},
			{"a kind nobody knows", org.Spec{Code: "610900-x5", Name: "某局", Kind: "duchy", Level: org.Dept, Parent: city.ID}, fault.Invalid, "机构类型“duchy”不认识"},
			{"a very long name", org.Spec{Code: "610900-x6", Name: strings.Repeat("长", 61), Level: org.Dept, Parent: city.ID}, fault.Invalid, "现在是 61 个"},
		} {
			if _, err := r.Create(t.Context(), row.spec); !fault.Is(err, row.kind) || !strings.Contains(fault.Say(err), row.say) {
				t.Errorf("%s: %v, want %q", row.name, err, row.say)
			}
		}
		if err := r.SetSlug(t.Context(), made.ID, "hrss"); err != nil || code(t, r, "610900-rsj").Slug != "hrss" {
			t.Errorf("slug: %v", err)
		}
		if err := r.SetSlug(t.Context(), made.ID, "-"); !fault.Is(err, fault.Invalid) {
			t.Errorf("a bad slug: %v", err)
		}
	})
}

// A2: all 151 divisions of Ankang, with the pinyin their people use.
func TestImportRealDivisions(t *testing.T) {
	file, err := os.ReadFile(corpus.Path(t, "ankang-divisions.csv"))
	if err != nil {
		t.Fatal(err)
	}
	each(t, func(t *testing.T, r room) {
		began := time.Now()
		if got := load(t, r, string(file)); got.Created != 151 {
			t.Fatalf("report %+v", got)
		}
		t.Logf("151 orgs in %v", time.Since(began))
		all, err := r.All(t.Context())
		if err != nil || len(all) != 151 || all[0].Level != org.Province || all[1].Level != org.City {
			t.Fatalf("%d orgs, %v", len(all), err)
		}
		slugs := map[string]string{}
		for _, g := range all {
			if !org.ValidSlug(g.Slug) {
				t.Errorf("%s has slug %q", g.Name, g.Slug)
			}
			slugs[g.Name] = g.Slug
		}
		for name, want := range map[string]string{"汉滨区": "hanbin", "汉阴县": "hanyin", "石泉县": "shiquan", "宁陕县": "ningshan", "紫阳县": "ziyang",
			"岚皋县": "langao", "平利县": "pingli", "镇坪县": "zhenping", "白河县": "baihe", "旬阳市": "xunyang", "陕西省": "shaanxi", "安康市": "ankang",
			"老城街道": "laocheng", "五里镇": "wuli", "长安镇": "changan", "曾家镇": "zengjia", "曾溪镇": "zengxi"} {
			if slugs[name] != want {
				t.Errorf("%s reads %s, want %s", name, slugs[name], want)
			}
		}
	})
}

// FuzzImport: whatever a file holds, an import either answers a fault and writes nothing, or is repeatable.
func FuzzImport(f *testing.F) {
	r := lite(f)
	for _, seed := range []string{ankang, "", "code,name,level,parent_code\n\"", gz(ankang), "\ufeffcode,name,level,parent_code\r\n1,2,3,4,5\r\n",
		"code,name,level,parent_code,short_name,slug,kind\n610900,安康市,city,,,a--b,县\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		report, err := r.Import(t.Context(), bytes.NewReader(file), true)
		if err != nil {
			if fault.KindOf(err) == "" || report.Created > 0 && report.Wrong == 0 {
				t.Fatalf("%v %+v", err, report)
			}
			for _, p := range report.Problems {
				if p.Line < 2 || p.Say == "" {
					t.Fatalf("problem %+v", p)
				}
			}
			return
		}
		if report.Created+report.Renamed+report.Unchanged != report.Rows {
			t.Fatalf("rows do not add up: %+v", report)
		}
	})
}
