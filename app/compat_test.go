package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// tomorrow is the next version of the program: this one with one migration more, which gives every table a column that this
// one does not know.
func tomorrow(t *testing.T) string {
	t.Helper()
	var tables []string
	err := dbtest.SQLite(t, Migrations()...).Conn(t.Context()).NewRaw(`SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'
		AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'bun_%' AND name NOT LIKE 'search_%' ORDER BY name`).Scan(t.Context(), &tables)
	if err != nil || len(tables) < 20 {
		t.Fatalf("%d tables, %v", len(tables), err)
	}
	alter := make([]string, len(tables))
	for i, table := range tables {
		alter[i] = fmt.Sprintf("ALTER TABLE %s ADD COLUMN of_tomorrow text;\n", table)
	}
	dir := t.TempDir()
	text, overlay, name := filepath.Join(dir, "next.sql"), filepath.Join(dir, "overlay.json"), filepath.Join(dir, "zhanqun")
	at, err := filepath.Abs(filepath.Join("migrations", "20991231000000_expand_everything.tx.up.sql"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(map[string]map[string]string{"Replace": {at: text}})
	if err != nil {
		t.Fatal(err)
	}
	for file, b := range map[string][]byte{text: []byte(strings.Join(alter, "--bun:split\n")), overlay: b} {
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("go", "build", "-overlay="+overlay, "-o", name, "..").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	t.Logf("the next version adds a column to %d tables", len(tables))
	return name
}

// promises.md 2.8, 5 #10 (Y6): the N-1 matrix with processes. A node of this version serves, and its rooms write, while a node
// of the next version migrates the schema under them; it starts again on the newer schema; on both engines.
func TestThisVersionAndTheNext(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("-short: builds another program and runs processes without the race detector")
	}
	next := tomorrow(t)
	for _, engine := range []struct {
		name string
		url  func(t *testing.T) string
	}{
		{"sqlite", func(t *testing.T) string { return filepath.Join(t.TempDir(), "z.db") }},
		{"postgres", func(t *testing.T) string { return dbtest.PostgresURL(t) }},
	} {
		t.Run(engine.name, func(t *testing.T) {
			c := newCluster(t, 2, program(t), engine.url(t), fewSites)
			works := func(program, schema string, nodes ...int) {
				t.Helper()
				c.allRooms(t, nodes...)
				if !t.Failed() {
					t.Logf("%s on %s: works", program, schema)
				}
			}
			again := func(node int, program string) {
				c.nodes[node].stop()
				c.start(t, node, program, c.nodes[node].address, c.nodes[node].ops)
				c.nodes[node].ready(t)
			}
			works("this version", "this schema", 0, 1)
			again(1, next)
			if n := c.columns(t); n == 0 {
				t.Fatal("the next version has not migrated")
			}
			works("next version", "this schema, which it brings up", 1)
			works("this version", "next schema, which came while it ran", 0)
			again(0, program(t))
			works("this version", "next schema", 0)
			again(1, next)
			works("next version", "next schema", 1)
		})
	}
}

// columns counts the columns of the next version.
func (c *cluster) columns(t *testing.T) (n int) {
	t.Helper()
	query := `SELECT count(*) FROM information_schema.columns WHERE column_name = 'of_tomorrow'`
	if !c.DB.Postgres() {
		query = `SELECT count(*) FROM sqlite_master WHERE sql LIKE '%of_tomorrow%'`
	}
	if err := c.DB.Conn(c.ctx).NewRaw(query).Scan(c.ctx, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// allRooms has every room of this version write and every page of these nodes be read.
func (c *cluster) allRooms(t *testing.T, nodes ...int) {
	t.Helper()
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	for _, s := range c.Sites.AllPublic() {
		var ids []string
		for i := range 2 {
			id, err := c.write(s.ID, fmt.Sprintf("第%06d号通知", i))
			must("write", err)
			must("publish", c.Articles.Publish(c.ctx, s.ID, id))
			ids = append(ids, s.URL("/a/"+strconv.FormatInt(id, 10)))
			if i == 1 {
				must("withdraw", c.Articles.Withdraw(c.ctx, s.ID, id, "内容有误"))
			}
		}
		for _, node := range nodes {
			for url, want := range map[string]int{s.URL("/"): 200, s.URL("/sitemap"): 200, s.URL("/c/gonggao"): 200, ids[0]: 200, ids[1]: 410} {
				c.until(t, node, url, want)
			}
		}
		_, err := c.Audit.Verify(c.ctx, s.ID)
		must("verify the chain", err)
	}
	person, err := c.Accounts.Get(c.ctx, c.staff[0])
	must("find a person", err)
	must("set a password", c.Accounts.SetPassword(c.ctx, person.ID, "汉江两岸的早晨有雾吗"))
	_, _, err = c.Accounts.SignIn(c.ctx, person.Login, "猜错了的密码", identity.Visit{})
	if !fault.Is(err, fault.Forbidden) {
		t.Fatalf("a wrong password: %v", err)
	}
	token, _, err := c.Accounts.SignIn(c.ctx, person.Login, "汉江两岸的早晨有雾吗", identity.Visit{})
	must("sign in", err)
	_, err = c.Accounts.Session(c.ctx, token)
	must("be signed in", err)
	must("sign out", c.Accounts.SignOut(c.ctx, token))
	last := c.Sites.AllPublic()[len(c.Sites.AllPublic())-1]
	must("suspend", c.Sites.Suspend(c.ctx, last.ID, "演练", "本站维护升级。"))
	must("resume", c.Sites.Resume(c.ctx, last.ID, "演练"))
	_, err = c.Orgs.Import(c.ctx, strings.NewReader(fourOrgs), false)
	must("import orgs", err)
	_, err = c.Orgs.All(c.ctx)
	must("list orgs", err)
	c.batches++
	_, err = c.Articles.ImportDocuments(c.ctx, strings.NewReader(oneDocument), article.ImportOptions{Targets: []article.Target{{Site: last.ID, Name: "wuli", Level: last.Level}},
		Batch: publication.Batch{ID: fmt.Sprint("batch", c.batches), Source: "旧站", Author: c.staff[0], Reviewer: c.staff[1], Review: "与原文一致", Secrecy: "已公开"}})
	must("import", err)
	must("work off the queue", c.Queue.Drain(c.ctx))
}

const oneDocument = `{"id":"a1","title":"关于甲的通知","number":"甲发〔2020〕1号","issuer":"甲","date":"2020-03-01","effective":"","status":"有效","level":"国务院文件","category":"","region":"","source":"x","licence":"y","body_html":"<p>正文</p>"}`

// until asks a node until it answers so.
func (c *cluster) until(t *testing.T, node int, url string, want int) {
	t.Helper()
	for {
		g, err := c.get(node, url)
		if err != nil {
			t.Fatal(err)
		}
		if g.status == want && !g.stale {
			return
		}
		if g.status == http.StatusInternalServerError {
			t.Fatalf("node %d: %s answers %d\n%s", node, url, g.status, c.nodes[node].said.failures())
		}
	}
}
