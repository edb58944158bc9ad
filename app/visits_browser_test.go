package app_test

import (
	"database/sql"
	"path/filepath"
	"testing"
)

// U1 in a browser, without script: the bars with their table, what was read most, and all sites; light and dark, on a desk and on a phone.
func TestVisitsInABrowser(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	visitsOf(t, data)
	d.enter(1366, staffOf(t, data, "瀛湖镇")["IO"])
	d.press("nav.rail a", "访问统计")
	d.says("长辈版")
	eval[bool](t, b, `document.querySelector('main details').open=true`)
	d.look("visits-site")
	d.press(".tabs a", "一年")
	d.says("按月")
	d.look("visits-year")
	d.press(".tabs a", "7 天")
	d.press(`form[action="/language"] button`, "English")
	d.says("No cookie is set")
	d.look("visits-site-en")
	d.press(`form[action="/language"] button`, "中文")
	d.enter(1366, staffOf(t, data, "安康市")["PO"])
	d.press("nav.rail a", "全平台访问统计")
	d.press(".tabs a", "浏览最少")
	d.look("visits-all")
}

// visitsOf lets sixty days pass in which every site was read, some more than others.
func visitsOf(t *testing.T, data string) {
	t.Helper()
	store, err := sql.Open("sqlite", "file:"+filepath.Join(data, "zhanqun.db")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	const days = `WITH RECURSIVE d(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM d WHERE n < 59) `
	for _, q := range []string{
		days + `INSERT INTO visit_days SELECT id, date('now', '+8 hours', '-' || n || ' days'), v.variant, (300 + (n * 37 + id) % 211) / v.part, 90 / v.part
			FROM sites, d, (SELECT '' AS variant, 1 AS part UNION ALL SELECT 'elder', 9 UNION ALL SELECT 'hant', 30) v`,
		days + `INSERT INTO visit_pages SELECT site_id, date('now', '+8 hours', '-' || n || ' days'), '/a/' || object_id, 5 + (object_id + n) % 17, 2 FROM publications, d`,
		days + `INSERT INTO visit_pages SELECT id, date('now', '+8 hours', '-' || n || ' days'), p.path, p.reads + n, p.reads / 3 FROM sites, d,
			(SELECT '/' AS path, 90 AS reads UNION ALL SELECT '/c/gongkai', 40 UNION ALL SELECT '/c/tzgg', 33 UNION ALL SELECT '/search', 12 UNION ALL SELECT '/sitemap', 2) p`,
	} {
		r, err := store.Exec(q)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := r.RowsAffected(); err != nil || n < 60 {
			t.Fatalf("%d rows, %v", n, err)
		}
	}
}
