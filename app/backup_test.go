package app

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/backup"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/storage/index"
)

func blobsOf(t *testing.T, media string) map[string]string {
	t.Helper()
	store, err := openStore(context.Background(), Config{Media: media})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for info, err := range store.List(context.Background(), "") {
		if err == nil {
			info, err = store.Stat(context.Background(), info.Key)
		}
		if err != nil {
			t.Fatal(err)
		}
		all[info.Key] = fmt.Sprint(info.Size, info.SHA256, info.ContentType)
	}
	return all
}

// publishing publishes until stopped and remembers, for each state that was committed, the digest of all pages.
type publishing struct {
	stop    chan struct{}
	done    sync.WaitGroup
	digests map[int]string // by how many publications there were; read after done
	enough  chan struct{}  // closed when a few have been published
}

func (tw *town) publishing(t *testing.T, ctx context.Context, staff []kernel.AccountID) *publishing {
	p := &publishing{stop: make(chan struct{}), digests: map[int]string{}, enough: make(chan struct{})}
	look := func() {
		if err := tw.Revisions.Poll(ctx); err != nil {
			t.Error(err)
		}
		p.digests[tw.count(t, ctx)] = digest(tw.crawl(t))
	}
	look()
	all := tw.Sites.AllPublic()
	p.done.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-p.stop:
				return
			default:
			}
			s := all[n%len(all)]
			id := tw.approved(t, ctx, s.ID, staff, fmt.Sprintf("备份期间的第%d条通知", n))
			if err := tw.Articles.Publish(ctx, s.ID, id); err != nil {
				t.Error(err)
				return
			}
			if look(); n == 2 {
				close(p.enough)
			}
		}
	})
	return p
}

func (tw *town) count(t *testing.T, ctx context.Context) (n int) {
	t.Helper()
	if err := tw.DB.Conn(ctx).NewRaw("SELECT count(*) FROM publication_history").Scan(ctx, &n); err != nil {
		t.Error(err)
	}
	return n
}

// Must show 5 (Q10, Y2, promises.md 2.9): a backup that is taken while people publish restores, on either engine and either media
// store, to the pages of one moment, byte for byte, with every row, every blob and every chain; the clock of the backup is the RPO,
// that of the restore the RTO.
func TestBackupUnderLoadRestoresToTheSamePages(t *testing.T) {
	t.Parallel()
	for _, from := range places(t) {
		t.Run("from "+from.name, func(t *testing.T) {
			ctx := kernel.WithActor(context.Background(), identity.System("cli"))
			tw, staff := settled(t, from)
			key := keyFile(t)
			load := tw.publishing(t, ctx, staff)
			<-load.enough
			file := filepath.Join(t.TempDir(), "z.tar")
			var taken backup.Report
			must(t, &taken, append(from.flags(key), "backup", "--to="+file)...)
			close(load.stop)
			load.done.Wait()
			t.Logf("backed up %d rows and %d blobs, %d bytes, in %v", taken.Totals.Rows, taken.Totals.Blobs, taken.Size, taken.Took.Round(time.Millisecond))
			if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the archive is %v, %v", info.Mode(), err)
			}
			for _, to := range places(t) {
				t.Run("to "+to.name, func(t *testing.T) { restoreAndCompare(t, ctx, file, to, key, load, blobsOf(t, from.media), taken) })
			}
		})
	}
}

func restoreAndCompare(t *testing.T, ctx context.Context, file string, to place, key string, load *publishing, blobs map[string]string, taken backup.Report) {
	var r restored
	if strings.Contains(to.database, "://") {
		must(t, &r, "restore", file, "--into="+to.database, "--media="+to.media, "--key-file="+key, "--data="+t.TempDir())
	} else {
		into := filepath.Join(t.TempDir(), "data")
		must(t, &r, "restore", file, "--into="+into, "--key-file="+key, "--data="+filepath.Dir(key))
		to.database, to.media = filepath.Join(into, "zhanqun.db"), filepath.Join(into, "media")
	}
	t.Logf("restored %d rows and %d blobs in %v, indexed %d", r.Rows, r.Blobs, r.Took.Round(time.Millisecond), r.Indexed)
	tw := serveHouse(t, to.database, "localhost")
	n := tw.count(t, ctx)
	want, ok := load.digests[n]
	if !ok || n == 0 {
		t.Fatalf("the restored house has %d publications, which was never committed", n)
	}
	if got := digest(tw.crawl(t)); got != want {
		t.Errorf("the pages' digest is %.16s, was %.16s at that moment", got, want)
	}
	for key, want := range blobs {
		if got := blobsOf(t, to.media)[key]; got != want {
			t.Errorf("blob %s is %q, was %q", key, got, want)
		}
	}
	if found := searched(t, tw); found == 0 {
		t.Error("nothing is found in the restored house")
	}
	again := filepath.Join(t.TempDir(), "again.tar")
	var second backup.Report
	must(t, &second, append(to.flags(key), "backup", "--to="+again)...)
	for i, total := range second.Totals.Tables {
		switch was := taken.Totals.Tables[i]; total.Table {
		case "site_revisions": // moved on, so that no node keeps a page of the time after the backup
		case "audit_heads", "audit_entries": // the restore itself is in the chain
			if total.Rows-was.Rows != map[string]int64{"audit_entries": 1}[total.Table] {
				t.Errorf("%s has %d rows, had %d", total.Table, total.Rows, was.Rows)
			}
		default:
			if total != was {
				t.Errorf("%s is %v, was %v", total.Table, total, was)
			}
		}
	}
	for chain := range chainsOf(t, tw) {
		if _, err := tw.Audit.Verify(ctx, kernel.SiteID(chain)); err != nil {
			t.Error(err)
		}
	}
	// The restored house goes on: its guards, its chains and its ids.
	s := tw.Sites.AllPublic()[0]
	id := tw.approved(t, ctx, s.ID, accountsOf(t, tw), "恢复以后的第一条通知")
	if err := tw.Articles.Publish(ctx, s.ID, id); err != nil {
		t.Fatal(err)
	}
	if status, _, _ := tw.get(t, s.URL(fmt.Sprintf("/a/%d", id))); status != http.StatusOK {
		t.Errorf("published after the restore: %d", status)
	}
}

func chainsOf(t *testing.T, tw *town) map[int64]bool {
	t.Helper()
	chains, err := tw.Audit.Chains(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	all := map[int64]bool{}
	for _, c := range chains {
		all[int64(c)] = true
	}
	return all
}

func accountsOf(t *testing.T, tw *town) (ids []kernel.AccountID) {
	t.Helper()
	if err := tw.DB.Conn(context.Background()).NewRaw("SELECT id FROM accounts ORDER BY id").Scan(context.Background(), &ids); err != nil {
		t.Fatal(err)
	}
	return ids
}

func searched(t *testing.T, tw *town) int64 {
	t.Helper()
	var sites []kernel.SiteID
	for _, s := range tw.Sites.AllPublic() {
		sites = append(sites, s.ID)
	}
	r, err := tw.Index.Search(context.Background(), indexQuery(sites, "通知"))
	if err != nil {
		t.Fatal(err)
	}
	return r.Total
}

func indexQuery(sites []kernel.SiteID, text string) index.Query {
	return index.Query{Sites: sites, Text: text, Page: kernel.Page{Number: 1, Size: 10}}
}
