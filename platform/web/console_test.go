package web

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/policies"
)

// signedIn knows one token.
type signedIn struct{ asked atomic.Int64 }

func (s *signedIn) Session(_ context.Context, token string) (kernel.Actor, error) {
	s.asked.Add(1)
	switch token {
	case "good":
		return kernel.Actor{Account: 7, Name: "张三", Via: "console"}, nil
	case "down":
		return kernel.Actor{}, fault.New(fault.Unavailable, "没有响应。")
	}
	return kernel.Actor{}, fault.New(fault.Forbidden, "登录已经过期。")
}

// frame is a console that says who is there.
type frame struct{ looks }

func (frame) Stranger(c *fiber.Ctx) error {
	return c.Status(fiber.StatusForbidden).SendString("请登录 " + Typed(c) + string(c.Body()))
}

func (frame) Failed(c *fiber.Ctx, status int, err error, id string) []byte {
	return fmt.Appendf(nil, "控制台错误 %d %s %s", status, fault.Say(err), kernel.ActorFrom(c.UserContext()).Name)
}

// A6 (promises.md 4.2): the session's cookie is read on the console's host alone, is not a script's nor a neighbour's, and who is not
// signed in is led to the way in with what was typed. A door is open to those it is for.
func TestSessionsOnTheConsole(t *testing.T) {
	people := &signedIn{}
	f := assemble(t, Config{})
	f.ports.Sessions, f.ports.Console = people, frame{}
	whoever := func(c *fiber.Ctx) error {
		SetSession(c, c.Query("token"))
		return c.SendString("门 " + kernel.ActorFrom(c.UserContext()).Name + " " + Client(c).String() + " " + SessionToken(c))
	}
	f.router.Door(DoorRoute{Room: "x", Method: "GET", Path: "/open", Do: whoever})
	f.router.Door(DoorRoute{Room: "x", Method: "GET", Path: "/quiet", Quiet: true, Do: whoever})
	f.router.Door(DoorRoute{Room: "x", Method: "GET", Path: "/mine", SignedIn: true, Do: whoever})
	f.router.Door(DoorRoute{Room: "x", Method: "POST", Path: "/mine", SignedIn: true, Do: whoever})
	f.serve()
	for _, row := range []struct {
		method, host, path, cookie, typed string
		status                            int
		says                              string
	}{
		{"GET", consoleName, "/open", "", "", 200, "门  127.0.0.1 "},
		{"GET", consoleName, "/open", "zhanqun=good", "", 200, "门 张三 127.0.0.1 good"},
		{"GET", consoleName, "/quiet", "zhanqun=good", "", 200, "门  127.0.0.1 good"}, // the session is not asked for: that would be a use of it
		{"GET", consoleName, "/open", "zhanqun=old", "", 200, "门  "},
		{"GET", consoleName, "/open", "__Host-zhanqun=good", "", 200, "门  "}, // came without TLS, so no browser of ours sent it
		{"GET", consoleName, "/mine?a=1", "", "", 403, "请登录 /mine?a=1"},
		{"GET", consoleName, "/mine", "zhanqun=good", "", 200, "门 张三"},
		{"POST", consoleName, "/mine", "zhanqun=old", "title=甲", 403, "请登录 /minetitle=甲"},
		{"GET", consoleName, "/mine", "zhanqun=down", "", 503, "控制台错误 503 没有响应。"},
		{"GET", consoleName, "/nowhere", "zhanqun=good", "", 404, "控制台错误 404"},
		{"GET", consoleName, stylesheet, "", "", 200, "a{color"},
		{"GET", consoleName, stylesheet + "?x", "", "", 404, "控制台错误"},
		{"GET", "hanbin.gov.cn", "/a/1", "zhanqun=good", "", 200, "文章"},
	} {
		before := people.asked.Load()
		head := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nCookie: %s\r\nSec-Fetch-Site: same-origin\r\n", row.method, row.path, row.host, row.cookie)
		if row.method == "POST" {
			head += fmt.Sprintf("Content-Length: %d\r\n", len(row.typed))
		}
		res := answers(t, f.raw(head+"\r\n"+row.typed), row.method)[0]
		got := body(t, res)
		if res.StatusCode != row.status || !strings.Contains(got, row.says) {
			t.Errorf("%s %s%s %s: %d %q, want %d %q", row.method, row.host, row.path, row.cookie, res.StatusCode, got, row.status, row.says)
		}
		if row.host != consoleName && (people.asked.Load() != before || res.Header.Get("Set-Cookie") != "") {
			t.Errorf("a citizen's host looks at the cookie: %v", res.Header)
		}
		if c := res.Header.Get("Set-Cookie"); strings.HasPrefix(got, "门") && (!strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Lax") || !strings.Contains(c, "path=/") || strings.Contains(c, "omain")) {
			t.Errorf("the cookie is %q", c)
		}
	}
}

// byAction lets everybody do one action everywhere.
type byAction policies.Action

func (b byAction) May(_ context.Context, _ kernel.SiteID, act policies.Action) error {
	if act == policies.Action(b) {
		return nil
	}
	return fault.New(fault.Forbidden, "不能 %s。", act)
}

// MayIn answers for the columns as May does for the site.
func (b byAction) MayIn(ctx context.Context, site kernel.SiteID, act policies.Action, _ int64) error {
	return b.May(ctx, site, act)
}

// inColumn lets somebody who is signed in do one action in column 2, or in some column or other.
type inColumn struct{ byAction }

// May refuses everything on the whole site.
func (inColumn) May(context.Context, kernel.SiteID, policies.Action) error {
	return fault.New(fault.Forbidden, "不能在全站办理。")
}

// MayIn knows the column.
func (b inColumn) MayIn(ctx context.Context, site kernel.SiteID, act policies.Action, column int64) error {
	if column != 2 && column != AnyColumn {
		return fault.New(fault.Forbidden, "不在这个栏目。")
	}
	return b.byAction.May(ctx, site, act)
}

// Session knows one person.
func (inColumn) Session(context.Context, string) (kernel.Actor, error) {
	return kernel.Actor{Account: 7, Via: "console"}, nil
}

// A6, domain.md 4 (in_scope): an appointment to a column opens a route that tells where its object stands, there and nowhere else; a route
// that tells nothing stays shut, and what is not there answers like what is in another column.
func TestAColumnOpensItsRoutes(t *testing.T) {
	at := func(column int64, err error) func(*fiber.Ctx) (int64, error) {
		return func(*fiber.Ctx) (int64, error) { return column, err }
	}
	for _, row := range []struct {
		name   string
		column func(*fiber.Ctx) (int64, error)
		may    policies.Action
		nobody bool
		status int
	}{
		{"the column", at(2, nil), "article.submit", false, 200}, {"by the other action", at(2, nil), "review.pass", false, 200},
		{"no object yet", at(AnyColumn, nil), "article.submit", false, 200}, {"another action", at(2, nil), "article.publish", false, 403},
		{"another column", at(3, nil), "article.submit", false, 403}, {"nothing told", nil, "article.submit", false, 403},
		{"not there", at(0, fault.New(fault.NotFound, "没有。")), "article.submit", false, 403}, {"nobody", at(2, nil), "article.submit", true, 403},
		{"no answer", at(0, fault.New(fault.Unavailable, "数据库不在。")), "article.submit", false, 503},
	} {
		f := assemble(t, Config{})
		g := inColumn{byAction(row.may)}
		f.ports.Guard = g
		if !row.nobody {
			f.ports.Sessions = g
		}
		f.router.Action(ActionRoute{Room: "x", Method: "GET", Path: "/sites/:site/x", Action: "article.submit", Or: []policies.Action{"review.pass"},
			Tenancy: "site", Cache: "no-store", Column: row.column, Do: func(c *fiber.Ctx) error { return c.SendString("开") }})
		f.serve()
		if res := f.ask("GET", consoleName, "/sites/1/x", "Cookie: zhanqun=x"); res.StatusCode != row.status {
			t.Errorf("%s: %d, want %d", row.name, res.StatusCode, row.status)
		}
	}
}

// A6: a route opens by any of its actions and by no other; whoever may none of them reads what the first would take. Without a console there
// is no way in, and what is for signed-in people is for nobody.
func TestAnyOfItsActionsOpensARoute(t *testing.T) {
	for _, row := range []struct {
		may    policies.Action
		status int
	}{{"article.submit", 200}, {"review.pass", 200}, {"secrecy.pass", 200}, {"article.publish", 403}} {
		f := assemble(t, Config{})
		f.ports.Guard = byAction(row.may)
		f.router.Action(ActionRoute{Room: "x", Method: "GET", Path: "/sites/:site/x", Action: "article.submit", Or: []policies.Action{"review.pass", "secrecy.pass"},
			Tenancy: "site", Cache: "no-store", Do: func(c *fiber.Ctx) error { return c.SendString("开") }})
		f.router.Door(DoorRoute{Room: "x", Method: "GET", Path: "/mine", SignedIn: true, Do: func(c *fiber.Ctx) error { return c.SendString("开") }})
		f.serve()
		res := f.ask("GET", consoleName, "/sites/1/x")
		if got := body(t, res); res.StatusCode != row.status || row.status == 403 && !strings.Contains(got, "不能 article.submit。") {
			t.Errorf("who may %s gets %d: %s", row.may, res.StatusCode, got)
		}
		if res := f.ask("GET", consoleName, "/mine"); res.StatusCode != 403 {
			t.Errorf("nobody gets %d", res.StatusCode)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a route that also opens by an action nobody knows was added")
		}
	}()
	assemble(t, Config{}).router.Action(ActionRoute{Room: "x", Method: "GET", Path: "/sites/:site/x", Action: "article.submit", Or: []policies.Action{"nonsense"}, Tenancy: "site", Cache: "no-store"})
}

// A6 (promises.md 4.2): where there is TLS, nobody signs in without it.
func TestTheConsoleIsForTLS(t *testing.T) {
	f := assemble(t, Config{RedirectHTTPS: true, ConsoleOrigin: "https://" + consoleName})
	f.router.Door(DoorRoute{Room: "x", Method: "GET", Path: "/signin", Do: func(c *fiber.Ctx) error { return c.SendString("登录") }})
	f.router.Door(DoorRoute{Room: "x", Method: "POST", Path: "/signin", Do: func(c *fiber.Ctx) error { return c.SendString("登录") }})
	f.serve()
	if res := f.ask("GET", consoleName, "/signin?to=/x"); res.StatusCode != 301 || res.Header.Get("Location") != "https://"+consoleName+"/signin" {
		t.Errorf("in the clear: %d, %q", res.StatusCode, res.Header.Get("Location"))
	}
	if res := f.ask("POST", consoleName, "/signin", "Sec-Fetch-Site: same-origin"); res.StatusCode != 403 {
		t.Errorf("a password in the clear: %d", res.StatusCode)
	}
}

// Q2: what opens an account stands in no line of the log, however it is asked for.
func TestNoLogKeepsAToken(t *testing.T) {
	for _, clear := range []bool{false, true} {
		f := assemble(t, Config{RedirectHTTPS: clear, ConsoleOrigin: "https://" + consoleName})
		f.router.Door(DoorRoute{Room: "x", Method: "GET", Path: "/link/:token", Do: func(c *fiber.Ctx) error { return c.SendString("开 " + c.Params("token")) }})
		f.serve()
		if res := f.ask("GET", consoleName, "/link/geheim"); !clear && body(t, res) != "开 geheim" {
			t.Errorf("the door answers %d", res.StatusCode)
		}
		f.ask("GET", consoleName, "/link/geheim?x=1")
		f.ask("POST", consoleName, "/link/geheim", "Sec-Fetch-Site: cross-site")
		f.ask("PUT", consoleName, "/link/geheim")
		f.ask("GET", consoleName, "/link/geheim/more")
		if err := f.stop(); err != nil {
			t.Fatal(err)
		}
		if log := f.logs.String(); strings.Contains(log, "geheim") || strings.Count(log, "/link/:token") != 5 {
			t.Errorf("the log says %s", log)
		}
	}
}

// Q3: while the set-up must answer, it answers every address of the console to whoever is not signed in, and nobody else; when it cannot
// tell, nothing is opened.
func TestTheSetUpComesFirst(t *testing.T) {
	f := assemble(t, Config{})
	answered, failure := true, error(nil)
	f.ports.Sessions, f.ports.Console = &signedIn{}, frame{}
	f.ports.First = func(c *fiber.Ctx) (bool, error) {
		if !answered || failure != nil {
			return false, failure
		}
		return true, c.SendString("首次设置")
	}
	f.router.Door(DoorRoute{Room: "x", Method: "GET", Path: "/open", Do: func(c *fiber.Ctx) error { return c.SendString("门") }})
	f.serve()
	ask := func(path, cookie string) (int, string) {
		t.Helper()
		res := answers(t, f.raw(fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nCookie: %s\r\nSec-Fetch-Site: same-origin\r\n\r\n", path, consoleName, cookie)), "GET")[0]
		return res.StatusCode, body(t, res)
	}
	for _, row := range []struct {
		answered bool
		failure  error
		path     string
		cookie   string
		status   int
		says     string
	}{
		{true, nil, "/open", "", 200, "首次设置"}, {true, nil, "/nowhere", "", 200, "首次设置"}, {true, nil, "/open", "zhanqun=good", 200, "门"},
		{false, nil, "/open", "", 200, "门"}, {false, fault.New(fault.Unavailable, "没有响应。"), "/open", "", 503, "控制台错误 503"},
	} {
		answered, failure = row.answered, row.failure
		if status, body := ask(row.path, row.cookie); status != row.status || !strings.Contains(body, row.says) {
			t.Errorf("%+v: %d %s", row, status, body)
		}
	}
}
