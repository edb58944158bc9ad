package site_test

import (
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/themes"
)

func templates(t testing.TB) map[string]*site.Template {
	t.Helper()
	all, err := site.LoadTemplates(site.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// A4, B3, d03, d07, d08, d19, n03: what every site is opened with.
func TestBuiltinTemplates(t *testing.T) {
	all := templates(t)
	if got := slices.Sorted(maps.Keys(all)); !slices.Equal(got, []string{"city", "county", "dept", "town"}) {
		t.Fatalf("templates %v", got)
	}
	for name, about := range map[string][2]int{"city": {40, 48}, "county": {40, 48}, "dept": {28, 38}, "town": {22, 30}} {
		tpl := all[name]
		if n := len(tpl.Columns); n < about[0] || n > about[1] {
			t.Errorf("%s has %d columns", name, n)
		}
		if _, err := fs.Stat(themes.FS, tpl.Theme+"/theme.toml"); err != nil {
			t.Errorf("%s wants theme %s: %v", name, tpl.Theme, err)
		}
		kinds, nav := map[string]bool{}, 0
		for _, c := range tpl.Columns {
			kinds[c.Kind] = true
			if c.Nav {
				nav++
				if c.Parent != 0 {
					t.Errorf("%s: %s stands in the navigation and below another", name, c.Name)
				}
			}
			if c.Statutory != slices.Contains(site.Statutory, c.No) {
				t.Errorf("%s: %s statutory %v", name, c.Name, c.Statutory)
			}
			if c.CycleDays > 59 || (c.CycleDays == 0) != (site.Static[c.Kind] != "") {
				t.Errorf("%s: %s (%s) has a cycle of %d days", name, c.Name, c.Kind, c.CycleDays)
			}
			if c.Description == "" || c.Keywords == "" {
				t.Errorf("%s: %s lacks description or keywords (R2)", name, c.Name)
			}
		}
		for _, k := range site.Interaction {
			if !kinds[k] {
				t.Errorf("%s has no %s (d19)", name, k)
			}
		}
		if nav < 5 || nav > 7 {
			t.Errorf("%s has %d entries in its navigation", name, nav)
		}
		for _, w := range tpl.Home {
			if !slices.Contains(strings.Fields("lead side main third tiles doors directory"), w.Slot) ||
				!slices.Contains(strings.Fields("list readings pictures doors tiles tabs directory contact"), w.Kind) {
				t.Errorf("%s: widget %+v", name, w)
			}
		}
	}
}

// One number, one meaning, in every template: a column's id is its number on every site.
func TestNumbersKeepTheirMeaning(t *testing.T) {
	meaning := map[int64]site.TemplateColumn{}
	for name, tpl := range templates(t) {
		for _, c := range tpl.Columns {
			c.CycleDays, c.Nav, c.Home = 0, false, ""
			if had, ok := meaning[c.No]; ok && had != c {
				t.Errorf("%s: column %d is %+v and %+v", name, c.No, had, c)
			}
			meaning[c.No] = c
		}
	}
	for no, want := range map[int64]string{1: "news dongtai", 2: "notice gonggao", 3: "pictures tupian", 10: "group gongkai", 11: "page gongkai/zhinan",
		12: "page gongkai/zhidu", 13: "disclosure gongkai/fading", 14: "annual gongkai/nianbao", 15: "page gongkai/yishenqing", 20: "policy zhengce",
		21: "policy zhengce/guifan", 22: "interpretation jiedu", 23: "policy zhengce/fagui", 24: "annual zhengce/baogao", 30: "org jigou",
		31: "leaders jigou/lingdao", 32: "org jigou/zhineng", 40: "service fuwu", 50: "interact hudong", 51: "consultation hudong/zhengji",
		52: "response hudong/huiying", 60: "about gaikuang", 70: "special zhuanti", 80: "village cunwu", 81: "convenience bianmin"} {
		if got := meaning[no].Kind + " " + meaning[no].Slug; got != want {
			t.Errorf("column %d is %s, want %s", no, got, want)
		}
	}
}

// B3, d08: 3 months are refused, and so is every other template that breaks a rule.
func TestLoadTemplatesRefuses(t *testing.T) {
	change := func(file, from, to string) fs.FS {
		out := fstest.MapFS{}
		names, err := fs.Glob(site.Builtin(), "*.toml")
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range names {
			b, err := fs.ReadFile(site.Builtin(), n)
			if err != nil {
				t.Fatal(err)
			}
			if n == file {
				if !strings.Contains(string(b), from) {
					t.Fatalf("%s does not contain %q", file, from)
				}
				b = []byte(strings.Replace(string(b), from, to, 1))
			}
			out[n] = &fstest.MapFile{Data: b}
		}
		return out
	}
	for _, row := range []struct{ name, file, from, to, say string }{
		{"a cycle of three months", "columns.toml", "cycledays = 14", "cycledays = 90", "a cycle of 90 days"},
		{"a cycle of sixty days", "town.toml", "1 = 30", "1 = 60", "a cycle of 60 days"},
		{"news without a cycle", "columns.toml", "cycledays = 14\n", "", "a cycle of 0 days does not fit kind news"},
		{"a single page with a cycle", "town.toml", "1 = 30", "1 = 30\n11 = 30", "a cycle of 30 days does not fit kind page"},
		{"a statutory column left out", "town.toml", "12, 13, 14, 15,", "12, 13, 14,", "statutory column 15 is missing"},
		{"no mailbox", "town.toml", "50, 53, 54,", "50, 54,", "kind mailbox is missing"},
		{"no survey", "town.toml", "51, 55,", "51,", "kind survey is missing"},
		{"a parent that is not there", "town.toml", "30, 31,", "31,", "its parent 30 does not stand before it"},
		{"a column twice", "town.toml", "1, 2, 10,", "1, 2, 2, 10,", "used twice"},
		{"a column nobody knows", "town.toml", "1, 2, 10,", "1, 2, 999, 10,", "999 is not in the catalogue"},
		{"a slug twice", "columns.toml", `slug = "tupian"`, `slug = "gonggao"`, "shares its slug"},
		{"a slug that climbs", "columns.toml", `slug = "tupian"`, `slug = "../x"`, `slug "../x"`},
		{"a child beside its parent", "columns.toml", `slug = "gongkai/zhinan"`, `slug = "zhinan"`, "does not lie below"},
		{"a widget of a column it lacks", "town.toml", "columns = [81, 42, 43, 82]", "columns = [81, 42, 43, 70]", "the home page shows column 70"},
		{"no quota", "town.toml", "storage_mb = 5120", "storage_mb = 0", "quota"},
		{"no files", "town.toml", "files = 50000", "files = 0", "quota"},
		{"a key nobody knows", "town.toml", "theme =", "colour = 1\ntheme =", "unknown key colour"},
	} {
		if _, err := site.LoadTemplates(change(row.file, row.from, row.to)); err == nil || !strings.Contains(err.Error(), row.say) {
			t.Errorf("%s: got %v, want %q", row.name, err, row.say)
		}
	}
}

// domain.md 4: column words follow the org's kind.
func TestColumnWordsFollowTheKind(t *testing.T) {
	all := templates(t)
	for _, row := range []struct {
		template string
		kind     org.Kind
		short    string
		no       int64
		want     string
	}{
		{"city", org.KindCity, "安康", 60, "走进安康"}, {"county", org.KindCountyCity, "旬阳", 60, "走进旬阳"},
		{"town", org.KindSubdistrict, "老城", 80, "居务公开"}, {"town", org.KindTown, "五里", 80, "村务公开"},
		{"town", org.KindTown, "五里", 60, "镇情概况"}, {"town", org.KindZone, "恒口", 60, "地方概况"}, {"dept", org.KindDepartment, "人社局", 60, "单位概况"},
	} {
		c, ok := all[row.template].For(row.kind, row.short).Column(row.no)
		if !ok || c.Name != row.want {
			t.Errorf("column %d of a %s is %s, want %s", row.no, row.kind, c.Name, row.want)
		}
	}
}

// A5: a better template reaches the sites that are open, and their differences stay.
func TestTemplateEvolves(t *testing.T) {
	r := lite(t, site.Config{})
	r.create("610900")
	plain, own := r.create("610902"), r.create("610981")
	if err := r.SetTheme(t.Context(), own.ID, "dept"); err != nil {
		t.Fatal(err)
	}
	if err := r.SetTokens(t.Context(), own.ID, map[string]string{"brand": "靛蓝"}); err != nil {
		t.Fatal(err)
	}
	if err := r.SetQuota(t.Context(), own.ID, site.Quota{Editors: 7, Files: 300}); err != nil {
		t.Fatal(err)
	}
	next := fstest.MapFS{}
	for _, n := range []string{"columns.toml", "county.toml"} {
		b, err := fs.ReadFile(site.Builtin(), n)
		if err != nil {
			t.Fatal(err)
		}
		s := strings.Replace(string(b), `theme = "city"`, `theme = "town"`, 1)
		s = strings.Replace(s, "editors = 100\n", "editors = 150\n", 1)
		s = strings.Replace(s, `name = "通知公告"`, `name = "公示公告"`, 1)
		next[n] = &fstest.MapFile{Data: []byte(s)}
	}
	later := open(t, r.db, site.Config{Domain: "localhost", Templates: next})
	if err := later.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		id      site.Site
		theme   string
		tokens  int
		editors int
		files   int64
	}{{plain, "town", 0, 150, 200_000}, {own, "dept", 1, 7, 300}} {
		p := later.Public(row.id.ID)
		q, err := later.QuotaOf(t.Context(), row.id.ID)
		if err != nil || p.Theme != row.theme || len(p.Tokens) != row.tokens || q.Editors != row.editors || q.StorageMB != 51200 || q.Files != row.files {
			t.Errorf("%s: theme %s, tokens %v, quota %+v, %v", p.Name, p.Theme, p.Tokens, q, err)
		}
		columns, err := later.Columns(t.Context(), row.id.ID)
		if err != nil || columns[1].Name != "公示公告" {
			t.Errorf("%s: %v, %v", p.Name, columns, err)
		}
	}
	if _, err := later.Template("dept"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a template that is gone: %v", err)
	}
}

// A renamed org changes the words of its site at once: 老城街道 becomes a town.
func TestRenamedOrgChangesTheWords(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		r.create("610902")
		g := r.create("610902001")
		word := func() string {
			t.Helper()
			tpl, err := r.TemplateOf(t.Context(), g.ID)
			if err != nil {
				t.Fatal(err)
			}
			c, _ := tpl.Column(80)
			return c.Name
		}
		if got := word(); got != "居务公开" {
			t.Errorf("a sub-district has %s", got)
		}
		r.importOrgs(strings.Replace(tree, "老城街道", "老城镇", 1))
		if got := word(); got != "村务公开" {
			t.Errorf("a town has %s", got)
		}
	})
}
