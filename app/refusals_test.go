package app

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
)

// d51 (design.md 6): what people were refused is counted, by the guard and by a room; the audit administrator finds it by person, site and day
// with the sign-ins beside it, and takes it away as a table. Nobody else sees it, and a stranger's request is none.
func TestRefusals(t *testing.T) {
	eachBureau(t, func(t *testing.T, o *bureau) {
		io, aa := o.hire("xinxi", "IO"), o.seat("shenji", "610900", "AA")
		at := io.write("关于清明防火的通知")
		for range 3 {
			io.wants(at+"/withdraw", url.Values{}, http.StatusForbidden, "")
		}
		if status, _ := io.get("/people"); status != http.StatusForbidden {
			t.Errorf("everybody's list answers %d", status)
		}
		(&worker{bureau: o, account: io.account, client: o.enter(t, kernel.Actor{})}).get("/people")
		o.pass(time.Second)
		if err := o.Refusals.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name, query string
			says        []string
			not         string
		}{
			{"all", "", []string{"article.withdraw", "user.disable", ">3</td>", "登录记录", "干部xinxi", "导出为表格"}, ""},
			{"one person", "?login=xinxi", []string{"article.withdraw", "登录记录"}, "没有被拒绝的记录"},
			{"another person", "?login=shenji", []string{"没有被拒绝的记录"}, "article.withdraw"},
			{"nobody", "?login=niemand", []string{"没有这个登录名", `value="niemand"`}, "article.withdraw"},
			{"one site", "?site=" + o.site.ID.String(), []string{"article.withdraw", o.site.Name}, "user.disable"},
			{"another day", "?day=2020-01-01", []string{"没有被拒绝的记录"}, "article.withdraw"},
			{"no day, no page", "?day=x&p=-1&site=y", []string{"article.withdraw"}, "value=\"x\""},
		} {
			status, body := aa.get("/refusals" + c.query)
			for _, says := range c.says {
				if status != http.StatusOK || !strings.Contains(body, says) {
					t.Errorf("%s: %d without %q", c.name, status, says)
				}
			}
			if c.not != "" && strings.Contains(body[strings.Index(body, "<main"):], c.not) {
				t.Errorf("%s: shows %q", c.name, c.not)
			}
		}
		status, body := aa.get("/refusals/export?site=" + o.site.ID.String())
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\uFEFF"))).ReadAll()
		if status != http.StatusOK || err != nil || len(rows) != 2 || !slices.Contains(rows[1], "article.withdraw") || !slices.Contains(rows[1], "3") {
			t.Errorf("the table is %q, %d, %v", body, status, err)
		}
		for _, path := range []string{"/refusals", "/refusals/export"} {
			if status, _ := io.get(path); status != http.StatusForbidden {
				t.Errorf("an editor is answered %d at %s", status, path)
			}
		}
		o.cleanHTML(t)
	})
}
