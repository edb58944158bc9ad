package app

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// withKey writes a key file of its own for a node over PostgreSQL.
func withKey(t *testing.T, b byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(name, bytes.Repeat([]byte{b}, keySize), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// Design.md 4 (V4, Y5): a node whose database is away goes on from its mirror, also over a restart, says on every page
// that it may be old, and becomes a node like the others when the database is back.
func TestANodeStartsWithoutItsDatabase(t *testing.T) {
	server := dbtest.NewServer(t)
	data, key := t.TempDir(), withKey(t, 9)
	args := []string{"--data=" + data, "--database=" + server.URL(), "--key-file=" + key}
	for _, c := range []struct{ stdin, args string }{{fourOrgs, "org import -"}, {"org_code\n610900\n610902\n", "site import -"}} {
		if code, _, stderr := run(t, c.stdin, append(strings.Fields(c.args), args...)...); code != exitOK {
			t.Fatal(stderr)
		}
	}
	address, ops, _, stop := serving(t, args...)
	hosts := []string{"ankang.localhost", "hanbin.ankang.localhost"}
	paths := []string{"/", "/sitemap"}
	pages := map[string]string{}
	for _, h := range hosts {
		for _, p := range paths {
			status, body, header := fetch(t, address, h, p)
			if status != http.StatusOK || header.Get("X-Stale") != "" {
				t.Fatalf("%s%s: %d, stale %q", h, p, status, header.Get("X-Stale"))
			}
			pages[h+p] = body
		}
	}
	// away is what citizens and operators see of a node without its database.
	away := func(t *testing.T, address, ops string) {
		t.Helper()
		for known := false; !known; { // from the second missed poll on
			status, body, _ := fetch(t, ops, "127.0.0.1", "/readyz")
			if known = strings.Contains(body, `"database":false`); status != http.StatusOK {
				t.Fatalf("readyz: %d %s", status, body)
			}
		}
		for at, want := range pages {
			host, path, _ := strings.Cut(at, "/")
			status, body, header := fetch(t, address, host, "/"+path)
			if status != http.StatusOK || header.Get("X-Stale") == "" || body != want {
				t.Errorf("%s: %d, stale %q, %d bytes of %d", at, status, header.Get("X-Stale"), len(body), len(want))
			}
		}
		if status, _, _ := fetch(t, address, hosts[0], "/a/1"); status != http.StatusServiceUnavailable {
			t.Errorf("a page that nobody has seen: %d", status)
		}
		if status, _, _ := fetch(t, address, "nobody.localhost", "/"); status != http.StatusMisdirectedRequest {
			t.Errorf("a host that is none: %d", status)
		}
	}
	server.Stop("immediate")
	t.Run("a running node", func(t *testing.T) { away(t, address, ops) })
	if code := stop(); code != exitOK {
		t.Errorf("stopped without the database: exit %d", code)
	}
	address, ops, out, stop := serving(t, args...)
	t.Run("a node started without it", func(t *testing.T) { away(t, address, ops) })
	if !strings.Contains(out.String(), "镜像") {
		t.Errorf("the start does not say what it serves: %s", out)
	}
	server.Start()
	for stale := true; stale; {
		_, _, header := fetch(t, address, hosts[1], "/")
		stale = header.Get("X-Stale") != ""
	}
	if code, _, stderr := run(t, "", append(strings.Fields("site suspend hanbin.ankang.localhost --reason 演练 --notice 网站维护中"), args...)...); code != exitOK {
		t.Fatal(stderr)
	}
	for status := http.StatusOK; status == http.StatusOK; {
		status, _, _ = fetch(t, address, hosts[1], "/")
	}
	stop()
}

// What is not there to serve is not served: a first start, another database's key, a store in another's place.
func TestAMirrorDoesNotExcuseMistakes(t *testing.T) {
	server := dbtest.NewServer(t)
	data, key := t.TempDir(), withKey(t, 9)
	args := []string{"serve", "--listen=127.0.0.1:0", "--ops-listen=127.0.0.1:0", "--data=" + data, "--database=" + server.URL(), "--key-file="}
	if code, _, stderr := run(t, fourOrgs, "org", "import", "-", args[3], args[4], args[5]+key); code != exitOK {
		t.Fatal(stderr)
	}
	code, _, stderr := run(t, "", append(args[:5:5], args[5]+withKey(t, 8))...)
	if code != exitFailed || !strings.Contains(stderr, "指纹") {
		t.Errorf("another key: exit %d, %s", code, stderr)
	}
	server.Stop("fast")
	if code, _, stderr = run(t, "", append(args[:5:5], args[5]+key)...); code != exitFailed || !strings.Contains(stderr, "连不上 PostgreSQL") {
		t.Errorf("nothing mirrored: exit %d, %s", code, stderr)
	}
}

// The snapshot of sites is written behind every change and once more at the end.
func TestSitesAreKept(t *testing.T) {
	cfg, err := Config{Data: t.TempDir()}.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return demoStart }
	h, err := openHouse(t.Context(), cfg, now, kernel.NewSeededIDs(now, 1), false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	ctx, end := context.WithCancel(t.Context())
	end()
	changed := make(chan struct{}, 1)
	changed <- struct{}{}
	if err := h.keepSites(ctx, changed); err != nil {
		t.Fatal(err)
	}
	want, err := h.Sites.Snapshot()
	if got, ok := h.Cache.Kept(keptSites); err != nil || !ok || !bytes.Equal(got, want) {
		t.Errorf("kept %q, %v; want %q, %v", got, ok, want, err)
	}
}
