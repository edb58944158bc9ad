package web

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/policies"
)

const member = "Cookie: zhanqun=good\r\n"

// members lets in who is signed in.
type members struct{}

func (m members) MayIn(ctx context.Context, site kernel.SiteID, act policies.Action, _ int64) error {
	return m.May(ctx, site, act)
}

func (members) May(ctx context.Context, _ kernel.SiteID, _ policies.Action) error {
	if kernel.ActorFrom(ctx).Account == 0 {
		return fault.New(fault.Forbidden, "请登录。")
	}
	return nil
}

// large serves one route that takes 64 kB where forms take 4.
func large(t *testing.T, cfg Config) *fixture {
	t.Helper()
	cfg.BodyAtMost = cmp.Or(cfg.BodyAtMost, 4096)
	f := assemble(t, cfg)
	f.ports.Sessions, f.ports.Console, f.ports.Guard = &signedIn{}, frame{}, members{}
	size := func(c *fiber.Ctx) error { return c.SendString(fmt.Sprint(len(c.Body()), " ", Overflowed(c))) }
	f.Router().Action(ActionRoute{Room: "paste", Method: "POST", Path: "/sites/:site/paste", Action: "article.create", Tenancy: "site", Cache: "no-store", MaxBody: 64 << 10, Do: size})
	f.Router().Action(ActionRoute{Room: "paste", Method: "PATCH", Path: "/sites/:site/pieces/:piece", Action: "article.create", Tenancy: "site", Cache: "no-store", MaxBody: 64 << 10, Do: size})
	f.Router().Action(ActionRoute{Room: "paste", Method: "POST", Path: "/sites/:site/form", Action: "article.create", Tenancy: "site", Cache: "no-store", Do: size})
	return f.serve()
}

func upload(path, cookie, body string, chunked bool) string {
	head := "POST " + path + " HTTP/1.1\r\nHost: " + consoleName + "\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\n" + cookie
	if chunked {
		if body != "" {
			body = fmt.Sprintf("%x\r\n%s\r\n", len(body), body)
		}
		return head + "Transfer-Encoding: chunked\r\n\r\n" + body + "0\r\n\r\n"
	}
	return head + fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body)
}

// B13: a piece of an upload may be large as well, with and without being asked for.
func TestALargePiece(t *testing.T) {
	f := large(t, Config{})
	for _, header := range []string{member, member + "Expect: 100-continue\r\n"} {
		for size, says := range map[int]string{64 << 10: "65536 false", 64<<10 + 1: "4096 true"} {
			if header != member && size > 64<<10 {
				continue // is not let come
			}
			all := answers(t, f.raw(strings.Replace(upload("/sites/7/pieces/1", header, strings.Repeat("x", size), false), "POST", "PATCH", 1)), "PATCH")
			last := all[len(all)-1]
			if b := body(t, last); last.StatusCode != 200 || b != says {
				t.Errorf("%q, %d bytes: %d %.80q, want %q", header, size, last.StatusCode, b, says)
			}
		}
	}
	for cookie, status := range map[string]int{"": 413, member: 200} {
		all := answers(t, f.raw(strings.Replace(upload("/sites/7/pieces/1", cookie, strings.Repeat("x", 5000), true), "POST", "PATCH", 1)), "PATCH")
		if len(all) != 1 || all[0].StatusCode != status {
			t.Errorf("%q: %d answers, %v", cookie, len(all), all)
		}
	}
}

// B5 (promises 4.1): a route that declares a large body gets one from somebody who is signed in, and nobody else's is read; what is larger still
// reaches the handler with its beginning alone.
func TestLargeBodies(t *testing.T) {
	f := large(t, Config{})
	for _, row := range []struct {
		name, path, cookie string
		size, status       int
		says               string
	}{
		{"a form's worth", "/sites/7/paste", member, 4096, 200, "4096 false"},
		{"more than a form", "/sites/7/paste", member, 4097, 200, "4097 false"},
		{"as much as it takes", "/sites/7/paste", member, 64 << 10, 200, "65536 false"},
		{"more than it takes", "/sites/7/paste", member, 64<<10 + 1, 200, "4096 true"},
		{"much more", "/sites/7/paste", member, 400 << 10, 200, "4096 true"},
		{"beyond all patience", "/sites/7/paste", member, 600 << 10, 413, ""},
		{"a form's worth of nobody", "/sites/7/paste", "", 4096, 403, ""},
		{"more than a form of nobody", "/sites/7/paste", "", 4097, 413, ""},
		{"another route", "/sites/7/form", member, 4097, 413, ""},
		{"a longer path", "/sites/7/paste/x", member, 4097, 413, ""},
		{"nothing", "/sites/7/paste", member, 0, 200, "0 false"},
	} {
		for _, chunked := range []bool{false, true} {
			all := answers(t, f.raw(upload(row.path, row.cookie, strings.Repeat("x", row.size), chunked)), "POST")
			if len(all) != 1 {
				t.Errorf("%s (chunked %v): %d answers", row.name, chunked, len(all))
				continue
			}
			if b := body(t, all[0]); all[0].StatusCode != row.status || row.says != "" && b != row.says {
				t.Errorf("%s (chunked %v): %d %.80q, want %d %q", row.name, chunked, all[0].StatusCode, b, row.status, row.says)
			}
		}
	}
}

// promises 1.1: who uploads has more time than who sends a form, and not for ever.
func TestAnUploadHasItsTime(t *testing.T) {
	f := large(t, Config{ReadWithin: 300 * time.Millisecond, HandleWithin: 300 * time.Millisecond, UploadWithin: 3 * time.Second})
	for _, row := range []struct {
		name, path string
		parts      int // of a kilobyte, with a pause after each
		status     string
	}{{"an upload", "/sites/7/paste", 8, "200"}, {"a form", "/sites/7/form", 3, ""}} {
		c, err := net.Dial("tcp", f.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		request := upload(row.path, member, strings.Repeat("x", row.parts<<10), false)
		at := strings.Index(request, "\r\n\r\n") + 4
		_, err = io.WriteString(c, request[:at])
		for i := at; i < len(request) && err == nil; i += 1 << 10 {
			time.Sleep(150 * time.Millisecond)
			_, err = io.WriteString(c, request[i:min(i+1<<10, len(request))])
		}
		answer, _ := io.ReadAll(c) // what came before a connection was cut off
		if got := strings.HasPrefix(string(answer), "HTTP/1.1 200"); got != (row.status == "200") {
			t.Errorf("%s of %d parts: %.100q", row.name, row.parts, answer)
		}
	}
}

// promises 1.1: a few large bodies are in memory at once; the next waits its turn, and is served.
func TestLargeBodiesWaitTheirTurn(t *testing.T) {
	f := assemble(t, Config{BodyAtMost: 4096, HandleWithin: patience})
	f.ports.Sessions, f.ports.Guard = &signedIn{}, members{}
	var inside, most atomic.Int64
	open := make(chan struct{})
	f.Router().Action(ActionRoute{Room: "paste", Method: "POST", Path: "/sites/:site/paste", Action: "article.create", Tenancy: "site", Cache: "no-store", MaxBody: 64 << 10, Do: func(c *fiber.Ctx) error {
		if n := inside.Add(1); n > most.Load() {
			most.Store(n)
		}
		<-open
		inside.Add(-1)
		return nil
	}})
	f.serve()
	var all sync.WaitGroup
	var served atomic.Int64
	for range largeAtOnce + 3 {
		all.Go(func() {
			if strings.HasPrefix(f.raw(upload("/sites/7/paste", member, strings.Repeat("x", 5000), false)), "HTTP/1.1 200") {
				served.Add(1)
			}
		})
	}
	for deadline := time.Now().Add(patience); inside.Load() < largeAtOnce && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(50 * time.Millisecond) // for one too many to come in
	close(open)
	all.Wait()
	if most.Load() != largeAtOnce || served.Load() != largeAtOnce+3 {
		t.Errorf("%d at once, want %d; %d were served, want all", most.Load(), largeAtOnce, served.Load())
	}
}

// promises 1.1 and 2.7: long forms of strangers share a few seats; short ones, and long ones of people who are signed in, do not wait for them.
func TestLongFormsOfStrangersShareSeats(t *testing.T) {
	f := large(t, Config{LongForms: 2, BodyAtMost: 64 << 10, HandleWithin: time.Second, ReadWithin: patience})
	form := func(cookie string, size int) string {
		return upload("/sites/7/form", cookie, strings.Repeat("x", size), false)
	}
	ask := func(cookie string, size int) string { return f.raw(form(cookie, size))[len("HTTP/1.1 "):][:3] }
	if got := ask("", 40_000); got != "403" {
		t.Fatalf("a long form of nobody: %s, want 403 of the guard", got)
	}
	var slow []net.Conn
	for range 2 { // half of a long form each, and no more
		c, err := net.Dial("tcp", f.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		whole := form("", 40_000)
		if _, err := io.WriteString(c, whole[:len(whole)-20_000]); err != nil {
			t.Fatal(err)
		}
		slow = append(slow, c)
	}
	until := func(status string) {
		t.Helper()
		got := ""
		for deadline := time.Now().Add(patience); got != status && time.Now().Before(deadline); {
			got = ask("", 40_000)
		}
		if got != status {
			t.Errorf("a long form of nobody: %s, want %s", got, status)
		}
	}
	until("503")
	if got := ask("", 200); got != "403" {
		t.Errorf("a short form of nobody: %s, want 403", got)
	}
	if got := ask(member, 40_000); got != "200" {
		t.Errorf("a long form of somebody: %s, want 200", got)
	}
	for _, c := range slow {
		_ = c.Close()
	}
	until("403")
}
