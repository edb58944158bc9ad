package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/blob"
	"github.com/zhanqun/zhanqun/storage/db"
)

const (
	// skewAtMost is how far this machine's clock may be from those it shares times with.
	skewAtMost = 2 * time.Second
	// overdueAfter is how late a job may be: workers look each second, and a lease ends after a minute.
	overdueAfter = 10 * time.Minute
	// behindAfter is how long a mirrored page may be older than what citizens get; the filler walks the mirror all the time.
	behindAfter = 2 * time.Hour
	// leftAfter is when a file that was never finished is nobody's any more.
	leftAfter = 24 * time.Hour
)

// doctor looks at what is around the data.
type doctor struct {
	inspection
	s     *session
	fix   bool
	least int64 // bytes that should be free
}

// examine goes on when one thing cannot be looked at: that is a finding too.
func (d *doctor) examine() {
	d.cfg = d.s.cfg
	d.diskSpace()
	d.key()
	d.temporary()
	d.domain()
	d.openMedia()
	store := d.database()
	if store == nil {
		return
	}
	defer store.Close()
	d.clock(store)
	d.rows(store)
}

// did notes that the last finding was put right.
func (d *doctor) did(err error) {
	last := &d.found[len(d.found)-1]
	if last.Fixed = err == nil; err != nil {
		last.Do += "（没有成功：" + err.Error() + "）"
	}
}

func (d *doctor) diskSpace() {
	folders := []string{d.cfg.Data}
	if !d.cfg.Postgres() {
		folders = append(folders, filepath.Dir(d.cfg.Database))
	}
	if at, err := blob.ParseURL(d.cfg.Media); err == nil && at.Folder != "" {
		folders = append(folders, at.Folder)
	}
	seen := map[string]bool{}
	for _, f := range folders {
		free, network, err := diskSpace(f)
		if err != nil || seen[f] {
			continue // not made yet
		}
		seen[f] = true
		if free < d.least {
			d.add("disk-nearly-full", "%s 只剩 %d MB", f, free>>20)
		}
		if network != "" && !d.cfg.Postgres() && f == filepath.Dir(d.cfg.Database) {
			d.add("disk-on-network", "%s 在 %s 上", f, network)
		}
	}
}

func (d *doctor) key() {
	info, err := os.Stat(d.cfg.KeyFile)
	if err != nil {
		d.add("key-missing", "%s", d.cfg.KeyFile)
		return
	}
	if open := info.Mode().Perm() & 0o077; open != 0 {
		d.add("key-open", "%s 的权限是 %04o", d.cfg.KeyFile, info.Mode().Perm())
		if d.fix {
			d.did(os.Chmod(d.cfg.KeyFile, 0o600))
		}
	}
}

// temporary looks for files that a crash left behind: of the mirror, and of a restore beside the data folder.
func (d *doctor) temporary() {
	now := time.Now() // file times are the machine's, whatever clock the session has
	one := func(name string, remove func(string) error) {
		d.add("temporary-files", "%s", name)
		if d.fix {
			d.did(remove(name))
		}
	}
	_ = pages.WalkMirror(filepath.Join(d.cfg.Data, "mirror"), nil, func(m pages.Mirrored) error { // unreadable: disk and clock say so
		if strings.HasSuffix(m.File, ".new") && now.Sub(m.Modified) > leftAfter {
			one(m.File, os.Remove)
		}
		return nil
	})
	data := filepath.Clean(d.cfg.Data)
	left, err := filepath.Glob(filepath.Join(filepath.Dir(data), "."+filepath.Base(data)+".restoring-*"))
	for _, name := range left {
		if info, serr := os.Stat(name); err == nil && serr == nil && now.Sub(info.ModTime()) > leftAfter {
			one(name, os.RemoveAll)
		}
	}
}

// domain compares what is configured with what the last server of the data folder was told.
func (d *doctor) domain() {
	b, err := os.ReadFile(filepath.Join(d.cfg.Data, servedFile))
	var last served
	if err != nil || json.Unmarshal(b, &last) != nil || last.Domain == d.cfg.Domain {
		return
	}
	d.add("domain-differs", "现在是 %s，上次是 %s", d.cfg.Domain, last.Domain)
}

func (d *doctor) openMedia() {
	ctx, cancel := context.WithTimeout(d.s.ctx, 3*answerWithin)
	defer cancel()
	media, err := openStore(ctx, d.cfg)
	if err == nil {
		d.media = media
		return
	}
	if at, perr := blob.ParseURL(d.cfg.Media); perr != nil || at.Folder != "" || !fault.Is(err, fault.Invalid) {
		d.add("media-unreachable", "%s", fault.Say(err))
		return
	}
	d.add("media-bucket-missing", "%s", fault.Say(err))
	if d.fix {
		cfg := d.cfg
		join := "?"
		if strings.Contains(cfg.Media, "?") {
			join = "&"
		}
		cfg.Media += join + "create=true"
		d.media, err = openStore(ctx, cfg)
		d.did(err)
	}
}

// database opens the store if it can be used, after looking at what opening would hide.
func (d *doctor) database() *db.DB {
	ctx := d.s.ctx
	if !d.cfg.Postgres() {
		if _, err := os.Stat(d.cfg.Database); err != nil {
			d.add("database-missing", "%s", d.cfg.Database)
			return nil
		}
	}
	unsafe, err := db.Inspect(ctx, d.cfg.Database)
	if err != nil {
		d.add("database-unreachable", "%s", fault.Say(err))
		return nil
	}
	for _, u := range unsafe {
		name := "database-unsafe"
		if u.Name == "journal_mode" {
			name = "database-without-wal"
		}
		d.add(name, "%s = %s", u.Name, u.Value)
	}
	store, err := db.Open(ctx, d.cfg.Database)
	if err != nil {
		if len(unsafe) == 0 { // else it was refused for what was said already
			d.add("database-unreachable", "%s", fault.Say(err))
		}
		return nil
	}
	return store
}

// clock compares this machine's time with the database's, with that of a new file, and with the newest record.
func (d *doctor) clock(store *db.DB) {
	far := func(what string, at time.Time) {
		if off := d.s.clock().Sub(at); off.Abs() > skewAtMost {
			d.add("clock-skew", "%s差 %v", what, off.Round(time.Second))
		}
	}
	if at, ok, err := store.Now(d.s.ctx); ok && err == nil {
		far("与数据库服务器", at)
	}
	f, err := os.CreateTemp(d.cfg.Data, ".clock-*")
	if err != nil {
		d.add("data-folder-untouched", "%s", d.cfg.Data)
		return
	}
	info, err := f.Stat()
	if err := errors.Join(err, f.Close(), os.Remove(f.Name())); err == nil {
		far("与文件时间", info.ModTime())
	}
}

// rows looks at what the rows say: hosts, jobs, media that nobody has, the mirror, the key.
func (d *doctor) rows(store *db.DB) {
	h, err := d.s.openAsIs(store)
	if err != nil {
		d.add("schema-behind", "%s", d.s.sentence(err))
		return
	}
	d.h = h
	for _, look := range []func(context.Context) error{d.fits, d.hosts, d.queue, d.left} {
		if err := look(d.s.ctx); err != nil {
			d.add("schema-behind", "%s", d.s.sentence(err))
			return
		}
	}
}

func (d *doctor) fits(ctx context.Context) error {
	row, err := installed(ctx, d.h.DB)
	if err != nil || row == nil {
		return err
	}
	if k, err := readKey(d.cfg.KeyFile); err == nil && k.fingerprint() != row.KeyFingerprint {
		d.add("key-foreign", "%s", d.cfg.KeyFile)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		d.add("key-foreign", "%s", fault.Say(err))
	}
	return nil
}

func (d *doctor) queue(ctx context.Context) error {
	b, err := d.h.Queue.Backlog(ctx, overdueAfter)
	if b.Overdue > 0 {
		d.add("queue-stuck", "%d 个，最早的应在 %s", b.Overdue, b.Oldest.In(kernel.Beijing).Format(time.DateTime))
	}
	if b.Failed > 0 {
		d.add("job-failed", "%d 个", b.Failed)
	}
	return err
}

// left looks for blobs of no site and for mirrored pages that have fallen behind.
func (d *doctor) left(ctx context.Context) error {
	known, err := d.sites(ctx)
	if err != nil {
		return err
	}
	if d.media != nil {
		if err := d.blobs(ctx, known, false); err != nil {
			d.add("media-unreachable", "%s", fault.Say(err))
		}
	}
	revs, err := d.h.Revisions.Stored(ctx)
	if err != nil {
		return err
	}
	behind := 0
	err = pages.WalkMirror(filepath.Join(d.cfg.Data, "mirror"), revs, func(m pages.Mirrored) error {
		if m.Behind && d.s.clock().Sub(m.Saved) > behindAfter {
			behind++
		}
		return nil
	})
	if behind > 0 {
		d.add("mirror-behind", "%d 个页面", behind)
	}
	return err
}

// hosts asks for the address of every primary host that is not of this machine.
func (d *doctor) hosts(ctx context.Context) error {
	all, err := d.h.Sites.Listing(ctx, site.Filter{}, kernel.Page{})
	if err != nil {
		return err
	}
	asked, missing := map[string]bool{}, make(chan string)
	var asking sync.WaitGroup
	atOnce := make(chan struct{}, 16)
	for _, l := range all {
		if l.Host == "" || asked[l.Host] || l.State == site.Closed {
			continue
		}
		asked[l.Host] = true
		if !l.Ready {
			d.add("host-unverified", "%s（%s）", l.Host, l.Name)
			continue
		}
		if l.Host == "localhost" || strings.HasSuffix(l.Host, ".localhost") {
			continue
		}
		asking.Go(func() {
			atOnce <- struct{}{}
			defer func() { <-atOnce }()
			ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
			defer cancel()
			if _, err := net.DefaultResolver.LookupHost(ctx, l.Host); err != nil {
				missing <- l.Host
			}
		})
	}
	go func() { asking.Wait(); close(missing) }()
	for host := range missing {
		d.add("host-unresolved", "%s", host)
	}
	return nil
}

// bytesOf reads a size such as 500MB or 2GB.
func bytesOf(text string) (int64, error) {
	for i, unit := range []string{"KB", "MB", "GB", "TB"} {
		if number, ok := strings.CutSuffix(strings.ToUpper(text), unit); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 32)
			if err == nil && n >= 0 {
				return n << (10 * (i + 1)), nil
			}
		}
	}
	return 0, fault.In("min-free", "--min-free 应形如 500MB 或 2GB，现在是“%s”。", fmt.Sprint(text))
}
