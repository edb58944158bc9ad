package app

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/identity"
)

// chrome86 is a browser as old as we serve.
const chrome86 = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/86.0.4240.198 Safari/537.36"

// reads asks for a citizens' page so many times, with the agent of a browser or of a program.
func (o *bureau) readAs(t *testing.T, address, agent string, times int) {
	t.Helper()
	for range times {
		r, err := http.NewRequest(http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("User-Agent", agent)
		if status, _, _ := o.do(t, r); status != http.StatusOK {
			t.Fatalf("%s answers %d", address, status)
		}
	}
}

// U1, d50 over HTTP on both engines: what citizens read is on the screen of their site the next day, under the names that pages have now, and on nobody
// else's; programs are not counted; files say the same; whoever may look at a site sees its numbers, and nobody else does.
func TestVisitsOfSites(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, o *bureau) {
		io, both := o.seat("io.visit", "610902100", "IO"), o.seat("both.visit", "610902100", "CL", "RV", "SR", "PB")
		stranger, po := o.seat("cl.elsewhere", "610981", "CL"), o.operator()
		at, page := o.released(io, both, "=春茶开园，欢迎品尝")
		here := io.here() + "/visits"
		io.shows(here, "这段时间还没有人浏览")
		tree, err := o.Columns.Tree(t.Context(), o.site.ID)
		if err != nil {
			t.Fatal(err)
		}
		k := tree.Get(io.article(at).Column)
		neighbour, _, _ := o.Sites.ByAddress("http://hanbin.ankang.localhost:8080/")
		o.readAs(t, page, chrome86, 7)
		o.readAs(t, page, "Mozilla/5.0 (compatible; Baiduspider/2.0)", 40)
		o.readAs(t, o.site.URL("/c/"+k.Path), chrome86, 2)
		o.readAs(t, o.site.Origin+o.site.In(kernel.Elder).Path("/"), chrome86, 3)
		o.readAs(t, neighbour.URL("/"), chrome86, 50)
		ctx := kernel.WithActor(t.Context(), identity.System("cli"))
		if err := o.Columns.Readdress(ctx, o.site.ID, k.ID, "xin-dizhi"); err != nil {
			t.Fatal(err)
		}
		if tree, err = o.Columns.Tree(ctx, o.site.ID); err != nil {
			t.Fatal(err)
		}
		o.readAs(t, o.site.URL("/c/"+tree.Get(k.ID).Path), chrome86, 4)
		if err := o.Visits.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		io.shows(here, ">16</b> 今天到现在的浏览量")
		o.pass(24 * time.Hour)
		body := io.shows(here+"?days=7", ">16</b> 浏览量", "=春茶开园，欢迎品尝", page, `</span> 7</td>`, k.Name, `</span> 6</td>`, "长辈版", "栏目", `aria-current="page">7 天`, "<rect")
		if strings.Contains(body, "50") || strings.Contains(body, "/c/"+k.Path) || strings.Contains(body, "已不公开") {
			t.Error("it shows another site's numbers, or an address that was left:", body)
		}
		io.shows(here+"?days=365", "按月")
		io.shows(here+"?days=0", "全部")
		for _, path := range []string{here, here + "/export"} {
			stranger.never(path, http.StatusForbidden, "春茶")
		}
		io.never("/visits", http.StatusForbidden, o.site.Name+"</a>")
		po.shows("/visits?days=7&by=name", o.site.Name, neighbour.Name, `</span> 16</td>`, `</span> 50</td>`, `aria-current="true">名称`)
		for _, row := range []struct {
			who        *worker
			path, want string
		}{
			{io, here + "/export?days=7", "16"},
			{io, here + "/export?days=7&of=pages", "'=春茶开园，欢迎品尝"},
			{po, "/visits/export?days=7", o.site.Name},
		} {
			_, body := row.who.get(row.path)
			rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff"))).ReadAll()
			if err != nil || len(rows) < 4 || !strings.HasPrefix(body, "\ufeff") || !strings.Contains(body, row.want) {
				t.Errorf("%s is %q, %v", row.path, body, err)
			}
		}
		if strings.HasSuffix(t.Name(), "sqlite") { // the other engine's screens are the same
			o.cleanHTML(t)
		}
	})
}
