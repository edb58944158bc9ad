package app

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/corpus"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/blob"
	"github.com/zhanqun/zhanqun/storage/blob/blobtest"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"github.com/zhanqun/zhanqun/tenants/article"
	"golang.org/x/text/unicode/norm"
)

// source is a document as the corpus holds it.
type source struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	Number    string `json:"number"`
	Issuer    string `json:"issuer"`
	Date      string `json:"date"`
	Effective string `json:"effective"`
	Published string `json:"published"`
	Status    string `json:"status"`
	Body      string `json:"body_html"`
}

func sources(t *testing.T) map[string]source {
	t.Helper()
	z, err := gzip.NewReader(corpus.Open(t, "policies.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]source{}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var s source
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			t.Fatal(err)
		}
		all[s.ID] = s
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

var asciiSpace = regexp.MustCompile(`[ \t\n\f\r]+`)

// same is what may differ between source and page: NFC and runs of ASCII white space.
func same(s string) string {
	return strings.Trim(asciiSpace.ReplaceAllString(norm.NFC.String(s), " "), " ")
}

// textOf is the text of some HTML, with the white space between blocks normalised away.
func textOf(t *testing.T, html string) string {
	t.Helper()
	d, err := goquery.NewDocumentFromReader(strings.NewReader(html))
	if err != nil {
		t.Fatal(err)
	}
	return same(d.Text())
}

// Must show 2 and 3 (A1, A2, A3, A4, B6, B12, C4, R1, R2, Y1, Y2): the city's 150 sites serve the 3,000 real
// documents; every published address answers 200 with the source's words; both installations give the same bytes.
func TestRealCity(t *testing.T) {
	t.Parallel()
	want := sources(t)
	digests := map[string]string{}
	for _, c := range []struct {
		name       string
		url, media func(t *testing.T) string
	}{
		{"sqlite and a folder", func(t *testing.T) string { return filepath.Join(t.TempDir(), "city.db") }, func(t *testing.T) string { return t.TempDir() }},
		{"postgres and S3", func(t *testing.T) string { return dbtest.PostgresURL(t) }, func(t *testing.T) string { return blobtest.S3URL(t) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			if testing.Short() {
				t.Skip("-short: the whole city takes minutes under the race detector")
			}
			ctx := kernel.WithActor(context.Background(), identity.System("import"))
			tw := serveHouse(t, c.url(t), "localhost")
			store, err := openStore(ctx, Config{Media: c.media(t)})
			if err != nil {
				t.Fatal(err)
			}
			tw.openCity(t, ctx)
			tw.countSites(t, ctx)
			tw.importCorpus(t, ctx, len(want), "corpus")
			pages := tw.crawl(t)
			keep(t, ctx, store, pages)
			tw.compare(t, ctx, pages, want)
			inOrder(t, pages)
			digests[c.name] = digest(pages)
			t.Logf("%s: %d pages, digest %s", c.name, len(pages), digests[c.name][:16])
		})
	}
	if a, b := digests["sqlite and a folder"], digests["postgres and S3"]; a != "" && b != "" && a != b {
		t.Errorf("SQLite's pages %s differ from PostgreSQL's %s", a, b)
	}
}

func (tw *town) countSites(t *testing.T, ctx context.Context) {
	t.Helper()
	all, err := tw.Sites.Listing(ctx, site.Filter{}, kernel.Page{})
	if err != nil {
		t.Fatal(err)
	}
	hosts, mounts := 0, 0
	for _, s := range all {
		if s.Prefix == "" {
			hosts++
		} else {
			mounts++
		}
	}
	if len(all) != 150 || hosts != 11 || mounts != 139 {
		t.Errorf("%d sites, %d hosts, %d mounts; want 150, 11, 139", len(all), hosts, mounts)
	}
}

func (tw *town) importCorpus(t *testing.T, ctx context.Context, want int, batches ...string) {
	t.Helper()
	author, reviewer := tw.people(t, ctx)
	for _, batch := range batches {
		began := time.Now()
		report, err := tw.Articles.ImportDocuments(ctx, corpus.Open(t, "policies.jsonl.gz"), article.ImportOptions{
			Batch: publication.Batch{ID: batch, Source: "法规文件迁移", Author: author, Reviewer: reviewer,
				Review: "与原文一致", Secrecy: "均为已公开文件"},
			Targets: tw.targets(),
		})
		if err != nil {
			t.Fatal(err)
		}
		took := time.Since(began)
		t.Logf("imported %d documents, %.1f MB, in %v: %.0f a second", report.Imported, float64(report.Bytes)/1e6, took.Round(time.Millisecond), float64(report.Imported)/took.Seconds())
		if report.Imported != want || len(report.Bad) != 0 {
			t.Errorf("imported %d of %d; bad rows: %v", report.Imported, want, report.Bad)
		}
	}
	if err := tw.Revisions.Poll(ctx); err != nil {
		t.Fatal(err)
	}
}

// crawl follows every link that a crawler may from every home page, within the city, and refuses any answer but 200. Of the elder and traditional pages it takes
// those of the first site: what makes them is the same for all.
func (tw *town) crawl(t *testing.T) map[string][]byte {
	t.Helper()
	pages := map[string][]byte{}
	var queue []string
	own := map[string]bool{}
	for _, s := range tw.Sites.AllPublic() {
		queue = append(queue, s.URL("/"))
		own[s.Origin] = true
	}
	first := queue[0]
	for len(queue) > 0 {
		url := queue[0]
		queue = queue[1:]
		if _, done := pages[url]; done {
			continue
		}
		status, header, body := tw.get(t, url)
		if status != http.StatusOK {
			t.Errorf("%s answers %d, Location %q", url, status, header.Get("Location"))
		}
		if header.Get("Set-Cookie") != "" {
			t.Errorf("%s sets a cookie", url)
		}
		pages[url] = body
		if !strings.HasPrefix(header.Get("Content-Type"), "text/html") {
			continue
		}
		d, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		origin := url[:strings.Index(url[8:], "/")+8]
		d.Find("a[href]:not([rel~=nofollow]), link[href]").Each(func(_ int, a *goquery.Selection) {
			to := absolute(origin, a.AttrOr("href", ""))
			variant := strings.Contains(to, kernel.Elder.Prefix()+"/") || strings.Contains(to, kernel.Hant.Prefix()+"/")
			if own[originOf(to)] && (!variant || strings.HasPrefix(to, first)) {
				queue = append(queue, to)
			}
		})
	}
	return pages
}

func absolute(origin, href string) string {
	href, _, _ = strings.Cut(href, "#")
	if strings.HasPrefix(href, "/") {
		return origin + href
	}
	return href
}

func originOf(url string) string {
	i := strings.Index(url, "://")
	if i < 0 {
		return ""
	}
	j := strings.IndexByte(url[i+3:], '/')
	if j < 0 {
		return ""
	}
	return url[:i+3+j]
}

// compare finds each source on its page and each page's words in its source.
func (tw *town) compare(t *testing.T, ctx context.Context, pages map[string][]byte, want map[string]source) {
	t.Helper()
	var rows []struct {
		SiteID    int64
		ArticleID int64
		SourceID  string
	}
	if err := tw.DB.Conn(ctx).NewRaw("SELECT site_id, article_id, source_id FROM article_imports").Scan(ctx, &rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(want) {
		t.Fatalf("%d articles for %d sources", len(rows), len(want))
	}
	wrong := 0
	for _, r := range rows {
		src := want[r.SourceID]
		url := tw.Sites.Public(kernel.SiteID(r.SiteID)).URL(fmt.Sprintf("/a/%d", r.ArticleID))
		body, ok := pages[url]
		if !ok {
			t.Errorf("%s (%s) was not reached by any link", url, src.Title)
			continue
		}
		if diff := differs(t, body, src); diff != "" && wrong < 20 {
			wrong++
			t.Errorf("%s: %s", url, diff)
		}
	}
}

func differs(t *testing.T, page []byte, src source) string {
	t.Helper()
	d, err := goquery.NewDocumentFromReader(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	facts := map[string]string{}
	d.Find(".facts div").Each(func(_ int, s *goquery.Selection) {
		facts[s.Find("dt").Text()] = s.Find("dd").Text()
	})
	shown := src.Date
	if src.Published != "" {
		shown = src.Published
	}
	if shown == "" {
		shown = "日期不详（2026-11-23 迁移入库）"
	}
	for _, c := range []struct{ what, got, want string }{
		{"title", d.Find("h1").Text(), src.Title},
		{"number", facts["发文字号"], src.Number},
		{"issuer", facts["发文机关"], src.Issuer},
		{"day of issue", facts["公布日期"] + facts["成文日期"], src.Date},
		{"effective day", facts["施行日期"], src.Effective},
		{"day of publication", facts["发布日期"], shown},
		{"text", d.Find(".prose").Text(), textOf(t, src.Body)},
	} {
		if got, want := same(c.got), same(c.want); got != want {
			return fmt.Sprintf("%s is %.120q, want %.120q", c.what, got, want)
		}
	}
	if abolished := d.Find(".validity").Length() > 0; abolished != (src.Status == "已废止") {
		return fmt.Sprintf("validity banner %v for status %s", abolished, src.Status)
	}
	return ""
}

// inOrder holds every column's list, over all its pages, to the order of the original days, newest first.
func inOrder(t *testing.T, pages map[string][]byte) {
	t.Helper()
	lists, longest := 0, 0
	for url, body := range pages {
		if !strings.Contains(url, "/c/") || strings.Contains(url, "?") {
			continue
		}
		lists++
		var days []string
		for n := 2; body != nil; n++ {
			d, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			d.Find("ul.entries time, ul.documents time").Each(func(_ int, s *goquery.Selection) {
				days = append(days, s.AttrOr("datetime", ""))
			})
			body = pages[fmt.Sprintf("%s?p=%d", url, n)]
		}
		longest = max(longest, len(days))
		if !slices.IsSortedFunc(days, func(a, b string) int { return strings.Compare(b, a) }) {
			t.Errorf("%s: not in the order of the days: %q", url, days)
		}
	}
	t.Logf("%d lists in order, the longest of %d articles", lists, longest)
	if lists < 100 || longest < 20 {
		t.Errorf("only %d lists, the longest of %d, were looked at", lists, longest)
	}
}

// keep stores the home pages in the installation's blob store and reads them back: nothing else uses it yet.
func keep(t *testing.T, ctx context.Context, store blob.Store, pages map[string][]byte) {
	t.Helper()
	for url, body := range pages {
		if !strings.HasSuffix(url, ".localhost:8080/") {
			continue
		}
		key := "proof/" + hex.EncodeToString([]byte(url))
		if _, err := store.Put(ctx, key, bytes.NewReader(body), "text/html"); err != nil {
			t.Fatal(err)
		}
		r, err := store.Open(ctx, key, blob.Range{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil || !bytes.Equal(got, body) {
			t.Errorf("%s came back from the store as %d of %d bytes, %v", url, len(got), len(body), err)
		}
	}
}

// digest is one number for all pages of an installation.
func digest(pages map[string][]byte) string {
	h := sha256.New()
	for _, url := range slices.Sorted(maps.Keys(pages)) {
		sum := sha256.Sum256(pages[url])
		fmt.Fprintf(h, "%s %x\n", url, sum)
	}
	return hex.EncodeToString(h.Sum(nil))
}
