package app

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/corpus"
	"github.com/zhanqun/zhanqun/platform/identity"
)

// wallAtMost is what the wall of 10,000 sites may weigh on the wire (LP12).
const wallAtMost = 100 << 10

// LP12, LE13: 10,000 sites with the real names of units stand on one page of at most 100 KB, cells and sums alike. How long the server takes
// is in the log: it must be read, not asserted, on a machine that does other things.
func TestTheWallOfTenThousandSites(t *testing.T) {
	if testing.Short() {
		t.Skip("10,000 sites take seconds to open")
	}
	tw := serveHouse(t, filepath.Join(t.TempDir(), "z.db"), "localhost")
	n := tw.tenThousand(t)
	o := &bureau{town: tw, t: t, dir: t.TempDir(), kept: map[string]string{}}
	po := o.seat("yunwei", "610900", "PO")
	var took []time.Duration
	var page []byte
	weight := 0
	for range 20 {
		r, err := http.NewRequest(http.MethodGet, consoleAt+"/estate", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept-Encoding", "gzip")
		began := time.Now()
		status, header, body := tw.doWith(t, po.client, r)
		took = append(took, time.Since(began))
		if status != http.StatusOK || header.Get("Content-Encoding") != "gzip" {
			t.Fatalf("the wall answers %d %q", status, header.Get("Content-Encoding"))
		}
		page, weight = body, len(body)
	}
	z, err := gzip.NewReader(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	if page, err = io.ReadAll(z); err != nil {
		t.Fatal(err)
	}
	cells := 0
	for _, m := range cellAt.FindAllStringSubmatch(string(page), -1) {
		cells += strings.Count(m[1], "<a ")
	}
	if cells != n || !strings.Contains(string(page), fmt.Sprintf("共 %d 个网站", n)) {
		t.Errorf("%d cells for %d sites", cells, n)
	}
	if weight > wallAtMost {
		t.Errorf("the wall weighs %d bytes", weight)
	}
	slices.Sort(took)
	status, packed, tv := tw.packed(t, po, "/estate/tv")
	if n := strings.Count(tv, ` title="`); status != http.StatusOK || packed > wallAtMost || n != cells || !strings.Contains(tv, `class="tv dots"`) {
		t.Errorf("the big screen answers %d, %d bytes, %d cells", status, packed, n)
	}
	t.Logf("the big screen: %d bytes packed, %d unpacked", packed, len(tv))
	t.Logf("%d sites: %d bytes packed, %d unpacked, median %v, slowest of %d %v", n, weight, len(page), took[len(took)/2], len(took), took[len(took)-1])
}

// packed asks for a screen as a browser does, and answers how much it weighs on the wire and what it says.
func (tw *town) packed(t *testing.T, w *worker, path string) (status, weight int, page string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, consoleAt+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "gzip")
	began := time.Now()
	status, _, body := tw.doWith(t, w.client, r)
	t.Logf("%s took %v", path, time.Since(began))
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return status, len(body), string(all)
}

// tenThousand opens about 10,000 sites: the real townships, counties and cities of some provinces.
func (tw *town) tenThousand(t *testing.T) int {
	t.Helper()
	ctx := kernel.WithActor(context.Background(), identity.System("cli"))
	z, err := gzip.NewReader(corpus.Open(t, "china-divisions.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	var some strings.Builder
	for i, line := range strings.SplitAfter(string(all), "\n") {
		if code := line[:min(2, len(line))]; i == 0 || slices.Contains([]string{"61", "51", "33", "43", "44"}, code) {
			some.WriteString(line)
		}
	}
	if _, err := tw.Orgs.Import(ctx, strings.NewReader(some.String()), false); err != nil {
		t.Fatal(err)
	}
	var sheet bytes.Buffer
	if err := tw.Sites.DeriveCSV(ctx, &sheet, "localhost"); err != nil {
		t.Fatal(err)
	}
	rows := strings.SplitAfter(sheet.String(), "\n")
	if len(rows) > 10_001 {
		rows = rows[:10_001] // superiors come first
	}
	r, err := tw.Sites.Import(ctx, strings.NewReader(strings.Join(rows, "")), false)
	if err != nil {
		t.Fatal(err, r.Problems[:min(3, len(r.Problems))])
	}
	if err := tw.Revisions.Poll(ctx); err != nil {
		t.Fatal(err)
	}
	return r.Created()
}
