package app

import (
	"bytes"
	"context"
	rawsql "database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/kernel/proof"
	"github.com/zhanqun/zhanqun/platform/backup"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/blob/blobtest"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"github.com/zhanqun/zhanqun/storage/index"
)

// place is where an installation keeps its rows and its blobs.
type place struct {
	name            string
	database, media string
}

// places are the two sizes of an installation, empty.
func places(t *testing.T) []place {
	t.Helper()
	return []place{
		{"sqlite and a folder", filepath.Join(t.TempDir(), "z.db"), filepath.Join(t.TempDir(), "media")},
		{"postgres and S3", dbtest.PostgresURL(t), blobtest.S3URL(t)},
	}
}

// copied is a copy of an installation on SQLite, with the same media, for a test to do harm to.
func (p place) copied(t *testing.T) place {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy.db")
	forge(t, p.database, "VACUUM INTO '"+to+"'")
	d, err := db.Open(context.Background(), to) // puts it into WAL, as serve does
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	p.database = to
	return p
}

// keyFile writes the key under which serveHouse opens its stores.
func keyFile(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(name, bytes.Repeat([]byte{71}, 32), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func (p place) flags(key string) []string {
	return []string{"--database=" + p.database, "--media=" + p.media, "--key-file=" + key, "--data=" + filepath.Dir(key)}
}

// must runs a command that has to succeed and returns its JSON in v.
func must(t *testing.T, v any, args ...string) {
	t.Helper()
	code, out, stderr := run(t, "", append(args, "--json")...)
	if code != exitOK {
		t.Fatalf("%s: exit %d: %s", args[0], code, stderr)
	}
	if err := json.Unmarshal([]byte(out), v); err != nil {
		t.Fatalf("%s: %v in %s", args[0], err, out)
	}
}

// settled is a village of four orgs and three sites with every kind of history, and some blobs.
func settled(t *testing.T, p place) (*town, []kernel.AccountID) {
	t.Helper()
	ctx := kernel.WithActor(context.Background(), identity.System("cli"))
	tw := serveHouse(t, p.database, "localhost")
	if _, err := tw.Orgs.Import(ctx, strings.NewReader(fourOrgs), false); err != nil {
		t.Fatal(err)
	}
	if _, err := tw.Sites.Import(ctx, strings.NewReader("org_code\n610900\n610902\n610902104\n"), false); err != nil {
		t.Fatal(err)
	}
	if err := tw.Revisions.Poll(ctx); err != nil {
		t.Fatal(err)
	}
	staff := tw.staff(t, ctx)
	for i, s := range tw.Sites.AllPublic() {
		tw.wander(t, s.ID, staff, uint64(i), proof.Times(250, 2500))
		for n := range 3 {
			if err := tw.Articles.Publish(ctx, s.ID, tw.approved(t, ctx, s.ID, staff, fmt.Sprintf("关于第%d件事的通知 <&>  \\'\"", n))); err != nil {
				t.Fatal(err)
			}
		}
	}
	tw.fillMedia(t, ctx, p.media)
	return tw, staff
}

// wander does steps at random with few objects, most of which the rules refuse: so every history that can be comes to be.
func (tw *town) wander(t *testing.T, site kernel.SiteID, staff []kernel.AccountID, seed uint64, times int) {
	t.Helper()
	steps := strings.Fields("freeze freeze approve approve approve approve approve publish publish publish publish emergency settle settle withdraw move")
	if seed == 1 {
		steps = append(steps, "erase")
	}
	r := rand.New(rand.NewPCG(71, seed))
	ctx := kernel.WithActor(context.Background(), kernel.Actor{Account: staff[3], Name: "工作人员", Via: "console"})
	policies := []string{publication.Ordinary, publication.Brief, publication.Small, publication.Small}
	newest := map[int64]publication.EditionID{}
	done := map[string]int{}
	for n := range times {
		o := publication.Object{Site: site, Kind: "note", ID: 1 + r.Int64N(8)}
		e := newest[o.ID]
		verdict := publication.Approved
		if r.IntN(5) == 0 {
			verdict = publication.Rejected
		}
		opinion := publication.Opinion{Reviewer: staff[1+r.IntN(3)], Verdict: verdict, Review: "同意", Secrecy: "不涉密", Reason: "不同意"}
		step := steps[r.IntN(len(steps))]
		var err error
		switch step {
		case "freeze":
			d := publication.Draft{Object: o, Author: staff[0], Policy: policies[r.IntN(4)], Title: "记事", Payload: fmt.Appendf(nil, `{"n":%d}`, n)}
			var id publication.EditionID
			if id, err = tw.Published.Freeze(ctx, d); err == nil {
				newest[o.ID] = id
			}
		case "approve":
			err = tw.Published.Approve(ctx, site, e, opinion)
		case "publish":
			err = tw.Published.Publish(ctx, site, e, publication.Placing{Place: 1 + r.Int64N(3)})
		case "emergency":
			err = tw.Published.PublishEmergency(ctx, site, e, publication.Placing{Place: 2}, staff[3])
		case "settle":
			err = tw.Published.Settle(ctx, site, e, opinion)
		case "withdraw":
			err = tw.Published.Withdraw(ctx, o, "有误")
		case "erase":
			err = tw.Published.Erase(ctx, o, publication.Erasure{Reason: "法院判决", Basis: "（2026）1号", By: staff[1], Approver: staff[2]})
		case "move":
			err = tw.Published.Move(ctx, o, publication.Placing{Place: 1 + r.Int64N(3)})
		}
		switch {
		case err == nil:
			done[step]++
		case fault.KindOf(err) == "":
			t.Fatalf("%s: %v", step, err)
		}
	}
	if len(done) < 7 {
		t.Errorf("only %v were done", done)
	}
}

// fillMedia stores blobs of every size that the stores treat differently.
func (tw *town) fillMedia(t *testing.T, ctx context.Context, media string) {
	t.Helper()
	store, err := openStore(ctx, Config{Media: media})
	if err != nil {
		t.Fatal(err)
	}
	r := rand.NewChaCha8([32]byte{71})
	for i, size := range []int{0, 1, 511, 512, 513, 300 << 10, 9 << 20} {
		b := make([]byte, size)
		_, _ = r.Read(b) // never fails
		key := fmt.Sprintf("%s/图 片/%d.png", tw.Sites.AllPublic()[i%3].ID, size)
		if _, err := store.Put(ctx, key, bytes.NewReader(b), "image/png"); err != nil {
			t.Fatal(err)
		}
	}
}

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

// Must show 5 (promises.md 5, 13): one flipped bit anywhere in an archive is found, and the part named in which it is; so is an
// archive that ends too early. Short 50 and 25, long 1,000 and 500.
func TestEveryFlippedByteIsFound(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: reading the archive for each byte takes minutes under the race detector, and starts no goroutine of its own")
	}
	p := place{"sqlite and a folder", filepath.Join(t.TempDir(), "z.db"), filepath.Join(t.TempDir(), "media")}
	_, _ = settled(t, p)
	key, file := keyFile(t), filepath.Join(t.TempDir(), "z.tar")
	var taken backup.Report
	must(t, &taken, append(p.flags(key), "backup", "--to="+file, "--with-key")...)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if found, err := inspect(t, file); err != nil || len(found) > 0 {
		t.Fatalf("the archive as it was written: %v, %v", found, err)
	}
	r := rand.New(rand.NewPCG(71, 5))
	names := map[string]int{}
	broken := filepath.Join(t.TempDir(), "broken.tar")
	for range proof.Times(50, 1000) {
		at := r.IntN(len(whole))
		if r.IntN(2) == 0 { // the big blob is most of the file: half of the flips go before it
			at = r.IntN(min(len(whole), 600<<10))
		}
		b := bytes.Clone(whole)
		b[at] ^= 1 << r.IntN(8)
		if err := os.WriteFile(broken, b, 0o600); err != nil {
			t.Fatal(err)
		}
		found, err := inspect(t, broken)
		if err != nil || len(found) != 1 || int64(at) < found[0].At {
			t.Errorf("byte %d of %d flipped: found %v, %v", at, len(whole), found, err)
			continue
		}
		names[strings.SplitN(found[0].Part, "/", 2)[0]]++
	}
	t.Logf("all found, in %v", names)
	for n := range proof.Times(25, 500) {
		size := r.IntN(len(whole))
		if n == 0 {
			size = len(whole) - 1
		}
		if err := os.WriteFile(broken, whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		if found, err := inspect(t, broken); err != nil || len(found) == 0 {
			t.Errorf("cut off at %d of %d: %v, %v", size, len(whole), found, err)
		}
	}
	code, _, stderr := run(t, "", "restore", broken, "--into="+filepath.Join(t.TempDir(), "data"), "--key-file="+key)
	if code != exitFailed || !strings.Contains(stderr, "备份已损坏") {
		t.Errorf("a damaged archive is restored: exit %d, %q", code, stderr)
	}
}

// A restore never mixes two installations and never goes on without the right key; what it refuses, it leaves as it was.
func TestWhatARestoreRefuses(t *testing.T) {
	p := place{"", filepath.Join(t.TempDir(), "z.db"), filepath.Join(t.TempDir(), "media")}
	serveHouse(t, p.database, "localhost")
	key, other, file := keyFile(t), filepath.Join(t.TempDir(), "other"), filepath.Join(t.TempDir(), "z.tar")
	if err := os.WriteFile(other, bytes.Repeat([]byte{7}, 32), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(p.media, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(p.media, "x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var taken backup.Report
	must(t, &taken, append(p.flags(key), "backup", "--to="+file)...)
	full, used, media := t.TempDir(), dbtest.PostgresURL(t), t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	serveHouse(t, used, "localhost")
	for _, c := range []struct{ name, want, args string }{
		{"a folder that is not empty", "不是空的", "--into=" + full + " --key-file=" + key},
		{"a file", "不是可以使用的目录", "--into=" + file + " --key-file=" + key},
		{"a database that is not empty", "已经有表", "--into=" + used + " --key-file=" + key + " --media=" + media},
		{"a media store that is not empty", "已经有文件", "--into=" + dbtest.PostgresURL(t) + " --key-file=" + key + " --media=" + p.media},
		{"no key", "--key-file", "--into=" + filepath.Join(full, "d") + " --key-file=" + filepath.Join(full, "none")},
		{"another key", "不是这份备份的", "--into=" + filepath.Join(full, "d") + " --key-file=" + other},
	} {
		code, _, stderr := run(t, "", append([]string{"restore", file, "--data=" + t.TempDir()}, strings.Fields(c.args)...)...)
		if code != exitFailed || !strings.Contains(stderr, c.want) {
			t.Errorf("%s: exit %d, %q", c.name, code, stderr)
		}
	}
	if left, err := os.ReadDir(full); err != nil || len(left) != 1 {
		t.Errorf("%v is left, %v", left, err)
	}
}

func inspect(t *testing.T, file string) ([]backup.Damage, error) {
	t.Helper()
	a, err := backup.Open(file)
	var d *backup.Damage
	if errors.As(err, &d) {
		return []backup.Damage{*d}, nil
	}
	if err != nil {
		return nil, err
	}
	defer a.Close()
	return a.Verify(context.Background(), nil)
}

// V4, promises.md 2.5: what was altered below the schema is not made good by a backup: verify names it, and restore refuses it.
func TestWhatWasForgedIsNotRestored(t *testing.T) {
	p := place{"sqlite and a folder", filepath.Join(t.TempDir(), "z.db"), filepath.Join(t.TempDir(), "media")}
	_, _ = settled(t, p)
	for _, c := range []struct{ name, want, sql string }{
		{"a text that is not the approved one", "editions", `DROP TRIGGER editions_frozen; UPDATE editions SET payload = '{"n":"x"}' WHERE id = (SELECT edition_id FROM publications LIMIT 1)`},
		{"a publication without its history", "publications", `DROP TRIGGER publication_history_kept; DROP TRIGGER publications_buried; DELETE FROM publication_history WHERE edition_id = (SELECT edition_id FROM publications LIMIT 1)`},
		{"an entry of a chain is altered", "audit_entries", `DROP TRIGGER audit_entries_frozen; UPDATE audit_entries SET after = after || '!' WHERE chain = 0 AND seq = 2`},
		{"an entry of a chain is missing", "audit_entries", `DROP TRIGGER audit_entries_kept; DELETE FROM audit_entries WHERE chain = 0 AND seq = 2`},
		{"the end of a chain is missing", "audit_heads", `DROP TRIGGER audit_entries_kept; DELETE FROM audit_entries WHERE chain = 0 AND seq = (SELECT max(seq) FROM audit_entries WHERE chain = 0)`},
		{"an approval of a text that is not there", "approvals", `DROP TRIGGER editions_kept; DELETE FROM editions WHERE id = (SELECT edition_id FROM approvals WHERE edition_id NOT IN (SELECT edition_id FROM publication_history) LIMIT 1)`},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := p.copied(t)
			forge(t, p.database, c.sql)
			key, file := keyFile(t), filepath.Join(t.TempDir(), "z.tar")
			var taken backup.Report
			must(t, &taken, append(p.flags(key), "backup", "--to="+file)...)
			found, err := inspect(t, file)
			if err != nil || len(found) == 0 || found[0].Part != c.want {
				t.Errorf("got %v, %v; want %s named", found, err, c.want)
			}
			if code, _, stderr := run(t, "", "restore", file, "--into="+filepath.Join(t.TempDir(), "d"), "--key-file="+key); code != exitFailed {
				t.Errorf("restored: %s", stderr)
			}
		})
	}
}

// One tenant's backup holds that tenant and nothing of another, and brings it back into a platform that lacks it, beside others.
func TestOneTenantIsBackedUpAndRestored(t *testing.T) {
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
					must(t, &r, append(to.flags(key), "restore", file, "--site")...)
					if err := there.Revisions.Poll(ctx); err != nil {
						t.Fatal(err)
					}
					g, _, ok := there.Sites.ByAddress("http://hanbin.ankang.localhost:8080/")
					if !ok {
						t.Fatal("the site is not there")
					}
					all, err := there.Published.List(ctx, g.ID, publication.Filter{Kind: "article"}, kernel.Page{Number: 1})
					if err != nil || len(all) != 3 || r.Indexed != 3 {
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

func indexQuery(sites []kernel.SiteID, text string) index.Query {
	return index.Query{Sites: sites, Text: text, Page: kernel.Page{Number: 1, Size: 10}}
}

// forge runs SQL as somebody would who has the file, without the keys that hold rows together.
func forge(t *testing.T, file, sql string) {
	t.Helper()
	d, err := rawsql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Exec(sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}
