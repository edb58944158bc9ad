package app

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/hant"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// Every route that fiber answers was declared with its room, its guard, its tenancy and its cache class.
func TestEveryRouteIsDeclared(t *testing.T) {
	tw := serveHouse(t, filepath.Join(t.TempDir(), "z.db"), "localhost")
	var declared, served []string
	for _, r := range tw.Server.Router().Routes() {
		if r.Method != http.MethodHead { // fiber adds one to every citizens' page
			declared = append(declared, r.Method+" "+r.Path)
		}
		if r.Room == "" || r.Tenancy == "" || r.Cache == "" || r.Action == "" {
			t.Errorf("%s %s leaves something unsaid: %+v", r.Method, r.Path, r)
		}
	}
	for _, r := range tw.Server.Router().Served() {
		if r.Method != http.MethodHead && r.Method != "USE" && r.Path != "" {
			served = append(served, r.Method+" "+r.Path)
		}
	}
	slices.Sort(declared)
	slices.Sort(served)
	declared = slices.Compact(declared) // the first page of a site and of the console have one pattern
	if served = slices.Compact(served); !slices.Equal(declared, served) {
		t.Errorf("declared %q, served %q", declared, served)
	}
	if len(declared) < 4 {
		t.Errorf("only %q", declared)
	}
}

// The routes of the console that no permission guards, each with why it needs none.
var ways = map[string]string{
	"GET /signin":                           "the way in",
	"POST /signin":                          "the way in",
	"POST /signout":                         "ends what only its own cookie names",
	"POST /language":                        "keeps a choice in the own browser",
	"POST /appearance":                      "likewise",
	"GET /palette":                          "lists for the person who asks where they may go",
	"GET /reviews":                          "shows what waits for the person who asks, on each site where it does",
	"POST /reviews":                         "publishes what the person may publish: the room asks about each article",
	"GET /":                                 "shows what the rooms answer for the person who asks, site by site",
	"POST /setup":                           "makes the first administrator, with a code that is on the server's disk",
	"GET /link/:token":                      "shows whom a one-time link is for, to whoever holds it",
	"POST /link/:token":                     "sets the password of a one-time link's account, once",
	"GET /me":                               "the own account",
	"POST /me/password":                     "the own password, which is asked for",
	"POST /me/sessions":                     "ends own sessions",
	"GET /signin/code":                      "the way in: asks for the second step, or for a phone",
	"POST /signin/code":                     "the way in: takes a code, once",
	"GET /me/factor":                        "the own second factor",
	"POST /me/factor":                       "the own second factor",
	"POST /me/codes":                        "own recovery codes, against a code",
	"POST /me/phone":                        "changes the own second factor, against a code",
	"GET /estate/apply":                     "whoever leads the content of a unit asks for its first site: there is no site yet to be guarded; the room asks the same table",
	"POST /estate/apply":                    "likewise; anybody else is told who may",
	"GET /preview/:token":                   "a link of 256 random bits that expires, to one text, for people without an account",
	"GET /preview/:token/-/media/:id/:name": "a picture of that one text",
	"POST /signin/passkey":                  "the way in: takes a passkey in the place of a code",
	"GET /me/passkey":                       "makes an own passkey",
	"POST /me/passkey":                      "makes an own passkey",
	"POST /me/passkey/remove":               "removes an own passkey",
	"GET /signin/oidc":                      "the way in: leads to the identity provider",
	"GET /signin/oidc/back":                 "the way in: comes back from it",
	"GET /me/oidc":                          "links the own account",
	"POST /me/oidc/remove":                  "unlinks the own account",
	"GET /notices":                          "what the person who asks was told, as far as the rooms let that person know it now",
	"POST /notices/open":                    "leads on and marks the own notice as read",
	"POST /notices/read":                    "marks the own notices as read",
	"POST /notices/kinds":                   "which of the own notices are mailed",
	"POST /notices/mail":                    "the own mail address",
	"GET /notices/mail/:token":              "shows the own address that a link of 256 bits confirms",
	"POST /notices/mail/:token":             "confirms the own address, once",
	"GET /session/left":                     "says how long the session lasts that its own cookie names, which is no use of it",
	"POST /session":                         "goes on with the own session",
}

// A6: nothing on the console is open to somebody who is not signed in but the way in, and no door is added unseen.
func TestTheDoorsAreKnown(t *testing.T) {
	tw := serveHouse(t, filepath.Join(t.TempDir(), "z.db"), "localhost")
	seen := 0
	for _, r := range tw.Server.Router().Routes() {
		if r.Action != web.Anybody && r.Action != web.SignedIn {
			continue
		}
		seen++
		if ways[r.Method+" "+r.Path] == "" {
			t.Errorf("%s %s has no guard, and nobody says why", r.Method, r.Path)
		}
		if strings.HasPrefix(r.Path, "/sites/") {
			t.Errorf("%s %s is a site's and has no guard", r.Method, r.Path)
		}
	}
	if seen != len(ways) {
		t.Errorf("%d doors, %d are known", seen, len(ways))
	}
}

// canary is an article whose words must not appear outside its own site, or not at all.
type canary struct {
	site   *render.Site
	id     article.ID
	word   string
	public bool
	gone   bool // it was public and was withdrawn
}

// at is what the article's own address answers on a site.
func (c canary) at(s *render.Site) int {
	switch {
	case c.site.ID == s.ID && c.public:
		return http.StatusOK
	case c.site.ID == s.ID && c.gone:
		return http.StatusGone
	}
	return http.StatusNotFound
}

// A1, A12 (I17): no page of a site holds another site's words, and no page at all holds words that are not
// published, wherever the foreign id is put: path, query, header, host.
func TestNoSiteShowsWhatIsNotItsOwn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		url  func(t *testing.T) string
	}{
		{"sqlite", func(t *testing.T) string { return filepath.Join(t.TempDir(), "z.db") }},
		{"postgres", func(t *testing.T) string { return dbtest.PostgresURL(t) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx := kernel.WithActor(context.Background(), identity.System("cli"))
			tw := serveHouse(t, c.url(t), "localhost")
			tw.openCity(t, ctx)
			canaries := tw.release(t, ctx)
			asked, found, own := 0, 0, 0
			for _, s := range tw.sample(t) {
				for _, path := range inVariants(tw.paths(t, ctx, s, canaries)) {
					v, _ := kernel.CutVariant(path)
					for _, header := range []string{"", "X-Forwarded-Host", "X-Site", "X-Original-URL", "Cookie", "POST"} {
						if v != "" && header != "" {
							continue // what a header can do is the same in every variant
						}
						asked++
						foreign, mine := tw.ask(t, s, path, header, canaries)
						found, own = found+foreign, own+mine
					}
				}
				for _, c := range canaries {
					for _, path := range inVariants([]string{fmt.Sprintf("/a/%d", c.id)}) {
						if status, _, _ := tw.get(t, s.URL(path)); status != c.at(s) {
							t.Errorf("%s at %s answers %d, want %d", c.word, s.URL(path), status, c.at(s))
						}
					}
				}
			}
			held, _, notice := tw.get(t, "http://hanyin.ankang.localhost:8080/a/"+fmt.Sprint(canaries[len(canaries)-1].id))
			if held == http.StatusOK || strings.Contains(string(notice), "金丝雀") {
				t.Errorf("an article of a suspended site answers %d: %s", held, notice)
			}
			t.Logf("%d requests over %d canaries: seen %d times where they belong, %d times elsewhere", asked, len(canaries), own, found)
			if asked < 1000 || own < 50 {
				t.Errorf("only %d requests were made, the site's own words seen %d times", asked, own)
			}
		})
	}
}

// sample is one site of each relation: the portal, a county, its township, a township of another county.
func (tw *town) sample(t *testing.T) (all []*render.Site) {
	t.Helper()
	for _, a := range []string{"http://ankang.localhost:8080/", "http://hanbin.ankang.localhost:8080/", "http://hanbin.ankang.localhost:8080/z/guanmiao/",
		"http://xunyang.ankang.localhost:8080/", "http://xunyang.ankang.localhost:8080/z/shuhe/"} {
		s, _, ok := tw.Sites.ByAddress(a)
		if !ok {
			t.Fatalf("no site at %s", a)
		}
		all = append(all, s)
	}
	return all
}

// release writes an article of each state on every site of the sample, and one on a site that is then suspended.
func (tw *town) release(t *testing.T, ctx context.Context) (all []canary) {
	t.Helper()
	staff := tw.staff(t, ctx)
	for i, s := range tw.sample(t) {
		for _, state := range []string{"published", "withdrawn", "approved", "review", "draft"} {
			all = append(all, tw.write(t, ctx, staff, s, state, fmt.Sprintf("金丝雀%d%s", i, state)))
		}
	}
	s, _, ok := tw.Sites.ByAddress("http://hanyin.ankang.localhost:8080/")
	if !ok {
		t.Fatal("汉阴县 has no site")
	}
	all = append(all, tw.write(t, ctx, staff, s, "published", "金丝雀暂停"))
	if err := tw.Sites.Suspend(ctx, s.ID, "安全检查", "本网站暂停服务。"); err != nil {
		t.Fatal(err)
	}
	all[len(all)-1].public = false
	return all
}

// write makes one article that has come as far as state.
func (tw *town) write(t *testing.T, ctx context.Context, staff []kernel.AccountID, s *render.Site, state, word string) canary {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	c := canary{site: s, word: word, public: state == "published", gone: state == "withdrawn"}
	switch state {
	case "draft", "review":
		var err error
		as := kernel.WithActor(ctx, kernel.Actor{Account: staff[0], Via: "console"})
		c.id, err = tw.Articles.Create(as, s.ID, 2, publication.Ordinary, article.Payload{Title: word, Body: "<p>" + word + "</p>"})
		must(err)
		if state == "review" {
			e, err := tw.Articles.Submit(as, s.ID, c.id, 1)
			must(err)
			must(tw.Published.Approve(ctx, s.ID, e, publication.Opinion{Reviewer: staff[1], Verdict: publication.Approved, Review: "同意"}))
		}
	default:
		c.id = tw.approved(t, ctx, s.ID, staff, word)
		if state != "approved" {
			must(tw.Articles.Publish(ctx, s.ID, c.id))
		}
		if state == "withdrawn" {
			must(tw.Articles.Withdraw(ctx, s.ID, c.id, "内容有误"))
		}
	}
	return c
}

// paths are the addresses of every public route, with every id and every column of the sample.
func (tw *town) paths(t *testing.T, ctx context.Context, s *render.Site, canaries []canary) (all []string) {
	t.Helper()
	for _, r := range tw.Server.Router().Routes() {
		switch {
		case !r.Public:
		case strings.Contains(r.Path, ":id"):
			for _, c := range canaries {
				all = append(all, strings.Replace(r.Path, ":id", fmt.Sprint(c.id), 1), strings.Replace(r.Path, ":id", fmt.Sprint(c.id), 1)+"?site="+c.site.ID.String())
			}
		case strings.Contains(r.Path, ":part"):
			for _, part := range []string{"columns", tw.Now().In(kernel.Beijing).Format("2006-01")} {
				all = append(all, strings.Replace(r.Path, ":part", part, 1))
			}
		case strings.Contains(r.Path, "*"):
			tree, err := tw.Columns.Tree(ctx, s.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range tree.All() {
				all = append(all, strings.Replace(r.Path, "*", k.Path, 1))
			}
		default:
			all = append(all, r.Path, r.Path+"?site_id="+canaries[0].site.ID.String())
		}
	}
	return all
}

// inVariants are paths within a site, and the same ones in each variant.
func inVariants(paths []string) (all []string) {
	for _, path := range paths {
		all = append(all, path)
		for _, v := range kernel.Variants {
			all = append(all, v.Prefix()+path)
		}
	}
	return all
}

// ask requests one address as a citizen who also names another site in a header or a body, and counts the canaries that are
// not the site's own and those that are.
func (tw *town) ask(t *testing.T, s *render.Site, path, header string, canaries []canary) (foreign, mine int) {
	t.Helper()
	other := canaries[0]
	if other.site.ID == s.ID {
		other = canaries[5]
	}
	r, err := http.NewRequest(http.MethodGet, s.URL(path), nil)
	if header == "POST" {
		r, err = http.NewRequest(http.MethodPost, s.URL(path), strings.NewReader(fmt.Sprintf("site=%d&site_id=%d&id=%d", other.site.ID, other.site.ID, other.id)))
	}
	if err != nil {
		t.Fatal(err)
	}
	if header != "" {
		r.Header.Set(header, map[string]string{"X-Forwarded-Host": strings.TrimPrefix(other.site.Origin, "http://"), "X-Site": other.site.ID.String(),
			"X-Original-URL": other.site.Path(path), "Cookie": "site=" + other.site.ID.String(), "POST": "1"}[header])
	}
	status, head, body := tw.do(t, r)
	all := string(body) + fmt.Sprint(head)
	_, rest := kernel.CutVariant(path)
	for _, c := range canaries {
		switch own := c.site.ID == s.ID || s.Level == "city" && rest == "/"; { // the portal's home shows what counties published
		case !strings.Contains(all, c.word) && !strings.Contains(all, hant.Traditional(c.word)):
		case c.public && own:
			mine++
		default:
			foreign++
			t.Errorf("%s with %q answers %d and holds %s", s.URL(path), header, status, c.word)
		}
	}
	return foreign, mine
}
