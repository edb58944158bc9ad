package app

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// bureau is a town whose people sit at their desks: each has a browser that is signed in.
type bureau struct {
	*town
	t    *testing.T
	site *render.Site
	dir  string // where every screen is kept for the HTML checker; "" keeps none
	mu   sync.Mutex
	kept map[string]string // what a file shows
}

// worker is somebody at the desk.
type worker struct {
	*bureau
	account identity.Account
	client  *http.Client
	cookie  string
}

const deskPassword = "hanjiang-春茶-老街"

// openBureau opens the city and sits at a township's desk, of a small office: two people are enough for a publication.
func openBureau(t *testing.T, url string) *bureau {
	ctx := kernel.WithActor(context.Background(), identity.System("cli"))
	tw := serveHouse(t, url, "localhost")
	tw.openCity(t, ctx)
	s, _, ok := tw.Sites.ByAddress("http://hanbin.ankang.localhost:8080/z/guanmiao/")
	if !ok {
		t.Fatal("关庙镇 has no site")
	}
	return &bureau{town: tw, t: t, site: s, dir: t.TempDir(), kept: map[string]string{}}
}

// eachBureau runs f on each engine, over a bureau of its own. Under -short, as with the race detector, PostgreSQL's is enough where there
// is one: the rooms' own tests show both engines to it.
func eachBureau(t *testing.T, f func(t *testing.T, o *bureau)) {
	if !testing.Short() || os.Getenv("ZHANQUN_TEST_POSTGRES") == "" {
		t.Run("sqlite", func(t *testing.T) { f(t, openBureau(t, filepath.Join(t.TempDir(), "z.db"))) })
	}
	t.Run("postgres", func(t *testing.T) { f(t, openBureau(t, dbtest.PostgresURL(t))) })
}

// cleanHTML holds every screen that was shown so far to the W3C's checker.
func (o *bureau) cleanHTML(t *testing.T) {
	t.Run("clean HTML", func(t *testing.T) {
		for _, m := range check(t, checker(t), o.dir) {
			t.Errorf("%s line %d: %s %s: %s %q", o.kept[m.file], m.LastLine, m.Type, m.SubType, m.Message, m.Extract)
		}
		t.Logf("%d screens checked", len(o.kept))
	})
}

// hire appoints somebody at the township and signs them in.
func (o *bureau) hire(login string, roles ...policies.Role) *worker {
	o.t.Helper()
	return o.hireAt("610902100", login, roles...)
}

// hireAt appoints somebody at the unit of a code.
func (o *bureau) hireAt(code, login string, roles ...policies.Role) *worker {
	o.t.Helper()
	ctx := kernel.WithActor(context.Background(), identity.System("cli"))
	org := o.org(o.t, ctx, code)
	a, err := o.Accounts.Create(ctx, identity.Account{Login: login, Name: "干部" + login, Org: org})
	if err != nil {
		o.t.Fatal(err)
	}
	for _, role := range roles {
		if _, err := o.Accounts.Appoint(ctx, identity.Appointment{Account: a.ID, Role: role, Org: org, Document: "关政任〔2026〕1号"}); err != nil {
			o.t.Fatal(err)
		}
	}
	if err := o.Accounts.SetPassword(ctx, a.ID, deskPassword); err != nil {
		o.t.Fatal(err)
	}
	w := &worker{bureau: o, account: a, client: o.enter(o.t, kernel.Actor{})}
	w.signIn()
	return w
}

// signIn presses the button of the sign-in page.
func (w *worker) signIn() {
	w.t.Helper()
	status, header, body := w.post("/signin", url.Values{"login": {w.account.Login}, "password": {deskPassword}, "to": {"/"}})
	if status != http.StatusSeeOther {
		w.t.Fatalf("signing in answers %d: %s", status, body)
	}
	w.cookie = strings.Split(header.Get("Set-Cookie"), ";")[0]
}

func (w *worker) send(r *http.Request) (int, http.Header, string) {
	w.t.Helper()
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if w.cookie != "" {
		r.Header.Set("Cookie", w.cookie)
	}
	status, header, body := w.doWith(w.t, w.client, r)
	if w.dir != "" && strings.HasPrefix(header.Get("Content-Type"), "text/html") {
		w.mu.Lock()
		defer w.mu.Unlock()
		name := filepath.Join(w.dir, fmt.Sprintf("%04d.html", len(w.kept)))
		if err := os.WriteFile(name, body, 0o600); err != nil {
			w.t.Fatal(err)
		}
		w.kept[name] = fmt.Sprintf("%s %s (%d)", r.Method, r.URL.Path, status)
	}
	return status, header, string(body)
}

const consoleAt = "http://console.localhost:8080"

func (w *worker) get(path string) (int, string) {
	w.t.Helper()
	r, err := http.NewRequest(http.MethodGet, consoleAt+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	status, _, body := w.send(r)
	return status, body
}

func (w *worker) post(path string, form url.Values) (int, http.Header, string) {
	w.t.Helper()
	r, err := http.NewRequest(http.MethodPost, consoleAt+path, strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.send(r)
}

func (w *worker) base() string { return "/sites/" + w.site.ID.String() + "/articles" }

// leaflet is a filled-in form.
func leaflet(title string) url.Values {
	return url.Values{"title": {title}, "column": {"2"}, "body": {"请大家注意。\r\n\r\n<b>不是标记</b> & 也不是"}, "do": {"save"}}
}

var articleAt = regexp.MustCompile(`^/sites/\d+/articles/\d+`)

// write saves a new notice and answers its address.
func (w *worker) write(title string) string {
	w.t.Helper()
	status, header, body := w.post(w.base(), leaflet(title))
	at := articleAt.FindString(header.Get("Location"))
	if status != http.StatusSeeOther || at == "" {
		w.t.Fatalf("writing answers %d: %s", status, body)
	}
	return at
}

func (w *worker) article(at string) *article.Draft {
	w.t.Helper()
	id, _ := kernel.ParseID[article.ID](at[strings.LastIndexByte(at, '/')+1:])
	d, err := w.Articles.Get(context.Background(), w.site.ID, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// editionOf is the form of somebody who has the article before the eyes as it is now.
func (w *worker) editionOf(at string, more ...string) url.Values {
	w.t.Helper()
	form := url.Values{"edition": {w.article(at).Edition.String()}, "opinion": {"内容属实。"}, "secrecy": {"不涉密。"}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

// wants posts a form, expects a status and, in the answer or the address it leads to, some words.
func (w *worker) wants(path string, form url.Values, status int, words string) {
	w.t.Helper()
	got, header, body := w.post(path, form)
	if got != status || !strings.Contains(html.UnescapeString(body)+header.Get("Location"), words) {
		w.t.Errorf("%s: %s answers %d %s, want %d and %q:\n%s", w.account.Login, path, got, header.Get("Location"), status, words, body)
	}
}

func (o *bureau) public(title string) bool {
	o.t.Helper()
	_, _, body := o.get(o.t, o.site.URL("/c/gonggao"))
	return strings.Contains(string(body), title)
}
