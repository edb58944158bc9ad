package app

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/backup"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/site"
)

// One tenant's backup holds that tenant and nothing of another, and brings it back into a platform that lacks it, beside others.
func TestOneTenantIsBackedUpAndRestored(t *testing.T) {
	t.Parallel()
	for _, from := range places(t) {
		t.Run("from "+from.name, func(t *testing.T) {
			ctx := kernel.WithActor(context.Background(), identity.System("cli"))
			tw, _ := settled(t, from)
			key := keyFile(t)
			file := filepath.Join(t.TempDir(), "z.tar")
			var taken backup.Report
			must(t, &taken, append(from.flags(key), "backup", "--to="+file, "--site=hanbin.ankang.localhost")...)
			if found, err := inspect(t, file); err != nil || len(found) > 0 {
				t.Fatalf("%v, %v", found, err)
			}
			if code, _, stderr := run(t, "", append(from.flags(key), "restore", file, "--site")...); code != exitFailed || !strings.Contains(stderr, "已经有数据") {
				t.Errorf("beside itself: exit %d, %q", code, stderr)
			}
			if code, _, stderr := run(t, "", "restore", file, "--into="+filepath.Join(t.TempDir(), "d"), "--key-file="+key); code != exitFailed || !strings.Contains(stderr, "--site") {
				t.Errorf("into an empty place: exit %d, %q", code, stderr)
			}
			other := place{"", filepath.Join(t.TempDir(), "other.db"), t.TempDir()}
			if _, err := serveHouse(t, other.database, "localhost").Orgs.Import(ctx, strings.NewReader("code,name,level,parent_code\n610100,西安市,city,\n"), false); err != nil {
				t.Fatal(err)
			}
			if code, _, stderr := run(t, "", append(other.flags(key), "restore", file, "--site")...); code != exitFailed || !strings.Contains(stderr, "不是同一个平台") {
				t.Errorf("into another platform: exit %d, %q", code, stderr)
			}
			for _, to := range places(t) {
				t.Run("to "+to.name, func(t *testing.T) {
					there := serveHouse(t, to.database, "localhost") // as it was before the county had a site
					if _, err := there.Orgs.Import(ctx, strings.NewReader(fourOrgs), false); err != nil {
						t.Fatal(err)
					}
					if _, err := there.Sites.Import(ctx, strings.NewReader("org_code\n610900\n"), false); err != nil {
						t.Fatal(err)
					}
					var r restored
					must(t, &r, append(to.flags(key), "restore", file, "--site", "--search-later")...)
					workers := jobs.New(there.DB, kernel.SystemClock, kernel.NewIDs(kernel.SystemClock)) // the town's clock stands still
					there.Articles.Jobs(workers)
					if err := workers.Drain(ctx); err != nil {
						t.Fatal(err)
					}
					if err := there.Revisions.Poll(ctx); err != nil {
						t.Fatal(err)
					}
					g, _, ok := there.Sites.ByAddress("http://hanbin.ankang.localhost:8080/")
					if !ok {
						t.Fatal("the site is not there")
					}
					all, err := there.Published.List(ctx, g.ID, publication.Filter{Kind: "article"}, kernel.Page{Number: 1})
					if err != nil || len(all) != 3 || r.Indexed != 0 || searched(t, there) != 3 {
						t.Fatalf("%d articles, %d indexed, %v", len(all), r.Indexed, err)
					}
					for _, a := range all {
						url := g.URL(fmt.Sprintf("/a/%d", a.ID))
						_, _, want := tw.get(t, url)
						if status, _, got := there.get(t, url); status != http.StatusOK || !bytes.Contains(got, []byte(a.Title[:12])) || len(want) == 0 {
							t.Errorf("%s answers %d", url, status)
						}
					}
					if n, err := there.Audit.Verify(ctx, g.ID); err != nil || n == 0 {
						t.Errorf("its chain: %d, %v", n, err)
					}
					there.shows(t, g.ID, to.media)
					for key := range blobsOf(t, to.media) {
						if !strings.HasPrefix(key, g.ID.String()+"/") {
							t.Errorf("blob %s is another's", key)
						}
					}
					if n, err := there.Sites.Count(ctx, site.Filter{}); err != nil || n != 2 {
						t.Errorf("%d sites, %v", n, err)
					}
				})
			}
		})
	}
}
