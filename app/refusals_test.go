package app

import (
	"encoding/csv"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/identity"
)

// d51 (design.md 6): what people were refused is counted, by the guard and by a room; the audit administrator finds it by person, site and day
// with the sign-ins beside it, and takes it away as a table. Nobody else sees it, and a stranger's request is none.
func TestRefusals(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, o *bureau) {
		io, aa := o.hire("xinxi", "IO"), o.seat("shenji", "610900", "AA")
		at := io.write("关于清明防火的通知")
		for range 3 {
			io.wants(at+"/after", url.Values{"how": {"withdraw"}, "reason": {"想撤"}}, http.StatusForbidden, "")
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

// Q11: the security administrator limits technical posts to networks, without shutting the own address out; from elsewhere the console is not
// there for them, and for editors it is.
func TestNetworksOfTechnicalPosts(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, o *bureau) {
		io, sa := o.hire("xinxi", "IO"), o.seat("anquan", "610900", "SA")
		sa.wants("/networks", url.Values{"networks": {"10.0.0.0/8\ncity.gov.cn"}}, http.StatusUnprocessableEntity, "city.gov.cn”不是地址")
		sa.wants("/networks", url.Values{"networks": {"10.0.0.0/8"}}, http.StatusUnprocessableEntity, "不在里面")
		sa.wants("/networks", url.Values{"networks": {"10.0.0.0/8\n127.0.0.1"}}, http.StatusSeeOther, "done=1")
		if status, body := sa.get("/networks?done=1"); status != http.StatusOK || !strings.Contains(body, "127.0.0.1/32\n") || !strings.Contains(body, "马上生效") {
			t.Errorf("the list answers %d %s", status, body)
		}
		sv := o.hireAt("610900", "jiandu") // who gets the post when the session is there: the second factor is tried elsewhere
		system := kernel.WithActor(t.Context(), identity.System("cli"))
		if _, err := o.Accounts.Appoint(system, identity.Appointment{Account: sv.account.ID, Role: "SV", Org: sv.account.Org, Document: "安政任〔2026〕2号"}); err != nil {
			t.Fatal(err)
		}
		if status, _ := sv.get("/"); status != http.StatusOK {
			t.Errorf("from the list a technical post is answered %d", status)
		}
		elsewhere, err := identity.ParseNetworks("203.0.113.0/24")
		if err == nil {
			err = o.Accounts.SetNetworks(system, elsewhere, netip.Addr{})
		}
		if err != nil {
			t.Fatal(err)
		}
		if status, body := sv.get("/"); status != http.StatusNotFound || !strings.Contains(body, "没有可以访问的页面") {
			t.Errorf("from elsewhere a technical post is answered %d", status)
		}
		if status, _ := io.get("/"); status != http.StatusOK {
			t.Errorf("an editor is answered %d", status)
		}
		o.cleanHTML(t)
	})
}
