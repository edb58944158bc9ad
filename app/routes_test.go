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
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// Every route that fiber answers was declared with its room, its guard, its tenancy and its cache class.
func TestEveryRouteIsDeclared(t *testing.T) {
	tw := serveHouse(t, filepath.Join(t.TempDir(), "z.db"), "localhost")
	var declared, served []string
	for _, r := range tw.Server.Router().Routes() {
		declared = append(declared, r.Method+" "+r.Path)
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
	if served = slices.Compact(served); !slices.Equal(declared, served) {
		t.Errorf("declared %q, served %q", declared, served)
	}
	if len(declared) < 4 {
		t.Errorf("only %q", declared)
	}
}

// canary is an article whose words must not appear outside its own site, or not at all.
type canary struct {
	site   *render.Site
	id     article.ID
	word   string
	public bool
}

// A1, A12 (I17): no page of a site holds another site's words, and no page at all holds words that are not
// published, wherever the foreign id is put: path, query, header, host.
func TestNoSiteShowsWhatIsNotItsOwn(t *testing.T) {
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
			asked := 0
			for _, s := range tw.sample(t) {
				for _, path := range tw.paths(t, ctx, s, canaries) {
					for _, header := range []string{"", "X-Forwarded-Host", "X-Site", "X-Original-URL", "Cookie"} {
						asked++
						tw.ask(t, s, path, header, canaries)
					}
				}
			}
			t.Logf("%d requests over %d canaries", asked, len(canaries))
			if asked < 1000 {
				t.Errorf("only %d requests were made", asked)
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

// release writes four articles on every site of the sample: published, withdrawn, approved but unpublished, draft.
func (tw *town) release(t *testing.T, ctx context.Context) (all []canary) {
	t.Helper()
	staff := tw.staff(t, ctx)
	for i, s := range tw.sample(t) {
		for _, state := range []string{"published", "withdrawn", "approved", "draft"} {
			word := fmt.Sprintf("金丝雀%d%s", i, state)
			var id article.ID
			if state == "draft" {
				var err error
				as := kernel.WithActor(ctx, kernel.Actor{Account: staff[0], Via: "console"})
				if id, err = tw.Articles.Create(as, s.ID, 2, publication.Ordinary, article.Payload{Title: word, Body: "<p>" + word + "</p>"}); err != nil {
					t.Fatal(err)
				}
			} else {
				id = tw.approved(t, ctx, s.ID, staff, word)
			}
			if state == "published" || state == "withdrawn" {
				if err := tw.Articles.Publish(ctx, s.ID, id); err != nil {
					t.Fatal(err)
				}
			}
			if state == "withdrawn" {
				if err := tw.Articles.Withdraw(ctx, s.ID, id, "内容有误"); err != nil {
					t.Fatal(err)
				}
			}
			all = append(all, canary{s, id, word, state == "published"})
		}
	}
	return all
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
		case strings.HasSuffix(r.Path, "*"):
			tree, err := tw.Columns.Tree(ctx, s.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range tree.All() {
				all = append(all, strings.TrimSuffix(r.Path, "*")+k.Path)
			}
		default:
			all = append(all, r.Path, r.Path+"?site_id="+canaries[0].site.ID.String())
		}
	}
	return all
}

func (tw *town) ask(t *testing.T, s *render.Site, path, header string, canaries []canary) {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, s.URL(path), nil)
	if err != nil {
		t.Fatal(err)
	}
	other := canaries[0].site
	if other.ID == s.ID {
		other = canaries[4].site
	}
	if header != "" {
		r.Header.Set(header, map[string]string{"X-Forwarded-Host": strings.TrimPrefix(other.Origin, "http://"), "X-Site": other.ID.String(),
			"X-Original-URL": other.Path(path), "Cookie": "site=" + other.ID.String()}[header])
	}
	status, head, body := tw.do(t, r)
	all := string(body) + fmt.Sprint(head)
	for _, c := range canaries {
		mine := c.site.ID == s.ID || s.Level == "city" && path == "/" // the portal's home shows what counties published
		if strings.Contains(all, c.word) && !(c.public && mine) {
			t.Errorf("%s with %q answers %d and holds %s", s.URL(path), header, status, c.word)
		}
	}
}
