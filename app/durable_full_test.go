//go:build linux

package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/kernel/proof"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/blob/files"
	"github.com/zhanqun/zhanqun/storage/db"
)

// toldFull checks that a person reads that the disk is full and that nothing was saved.
func toldFull(err error) error {
	if say := fault.Say(err); !fault.Is(err, fault.Unavailable) || !strings.Contains(say, "磁盘已满") || !strings.Contains(say, "没有保存") {
		return fmt.Errorf("is not told as a full disk: %q, %w", say, err)
	}
	return nil
}

// Each operation on a disk that becomes full after so much of it: not done and nothing left, or done; with room it goes on.
func TestFullDiskAtEveryOperation(t *testing.T) {
	notUnderRace(t)
	for _, o := range operations {
		t.Run(o.name, func(t *testing.T) {
			h := newShaky(t)
			fills := 0
			for room := int64(0); ; room += 2048 * int64(stride(fills)) {
				full, err := h.cramp(o.make, room)
				if err != nil {
					t.Fatalf("%d bytes left: %v", room, err)
				}
				if !full {
					break
				}
				fills++
			}
			if err := errors.Join(holds(h.ctx, h.s, h.Audit), h.s.Close()); err != nil {
				t.Error(err)
			}
			t.Logf("full %d times", fills)
		})
	}
}

// cramp does one operation with so much room on the disk, and reports whether it was too little.
func (h *shaky) cramp(make func(*works) (deed, error), room int64) (full bool, err error) {
	a, err := make(h.works)
	if err != nil {
		return false, fmt.Errorf("prepare: %w", err)
	}
	before, err := stateOf(h.d.Path(storeName))
	if err != nil {
		return false, err
	}
	h.d.Limit(h.d.Size() + room)
	err = a.do()
	h.d.Limit(0)
	if err == nil {
		return false, a.check()
	}
	if err := toldFull(err); err != nil {
		return true, err
	}
	after, err := stateOf(h.d.Path(storeName))
	if err != nil || after != before && !a.parts {
		return true, fmt.Errorf("it failed and left something behind, %v", err)
	}
	if err := a.do(); err != nil {
		return true, fmt.Errorf("again, with room: %w", err)
	}
	return true, a.check()
}

// small mounts a file system of its own of so many bytes, or skips where that is not allowed; with ZHANQUN_TEST_REQUIRE=1 it is fatal.
func small(t *testing.T, bytes int) string {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%d", bytes), "zhanqun-test", dir).CombinedOutput(); err != nil {
		if os.Getenv("ZHANQUN_TEST_REQUIRE") != "" {
			t.Fatalf("a file system of the test's own is required: mount: %v\n%s", err, out)
		}
		t.Skipf("no file system of the test's own: mount: %v\n%s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v\n%s", err, out)
		}
	})
	return dir
}

// fill takes what room is left, but for so many bytes.
func fill(t *testing.T, name string, but int64) {
	t.Helper()
	err := error(syscall.ENOSPC)
	for try := 0; errors.Is(err, syscall.ENOSPC) && try < 20; try++ { // the server may have written meanwhile
		if try > 0 {
			os.Remove(name)
		}
		var st syscall.Statfs_t
		if err := syscall.Statfs(filepath.Dir(name), &st); err != nil {
			t.Fatal(err)
		}
		n := int64(st.Bavail)*int64(st.Bsize) - but
		err = os.WriteFile(name, make([]byte, max(n, 0)), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// promises.md 2.1: a disk that is full, under the shipped program and its store, media and mirror: citizens read on, who
// writes is told why, nothing acknowledged is lost, and with room everything goes on without a restart.
func TestFullDisk(t *testing.T) {
	dir := small(t, 48<<20)
	d, err := db.Open(context.Background(), filepath.Join(dir, storeName))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	w, err := settle(d)
	if err != nil {
		t.Fatal(err)
	}
	media, err := files.Open(filepath.Join(dir, "media"))
	if err != nil {
		t.Fatal(err)
	}
	defer media.Close()
	p := launch(t, program(t), freeAddress(t), freeAddress(t), "--data="+dir).ready(t)
	all, err := w.Sites.Listing(w.ctx, site.Filter{Org: w.County}, kernel.Page{})
	if err != nil {
		t.Fatal(err)
	}
	home := p.citizen(t, all[0].Host)
	f := &filled{t: t, dir: dir, w: w, media: media, host: all[0].Host, p: p, home: home}
	rounds := proof.Times(5, 100)
	for round := range rounds {
		f.round(round)
		home()
	}
	if f.refused == 0 {
		t.Errorf("no command was refused on %d full disks", rounds)
	}
	for _, a := range f.acks {
		if err := w.kept(a); err != nil {
			t.Errorf("lost: %s of article %d: %v", a.What, a.Article, err)
		}
	}
	if err := holds(w.ctx, d, w.Audit); err != nil {
		t.Error(err)
	}
	if code := p.stop(); code != 0 {
		t.Errorf("serve ends with %d: %s", code, p.said)
	}
	t.Logf("%d full disks, %d steps acknowledged, %d commands refused; lost 0 unless told above", rounds, len(f.acks), f.refused)
}

// filled is an installation whose disk is filled and emptied.
type filled struct {
	t     *testing.T
	dir   string
	w     *works
	media *files.Store
	host  string
	p     *process
	home  func()
	acks  []said

	refused int // suspensions for which there was no room
}

// round fills the disk, tries all that writes, makes room and goes on.
func (f *filled) round(n int) {
	f.t.Helper()
	ballast := filepath.Join(f.dir, "ballast")
	fill(f.t, ballast, int64(n%7)*40_000)
	tell := func(s said) error { f.acks = append(f.acks, s); return nil }
	var failure error
	for failure == nil {
		failure = f.w.career(false, tell)
	}
	if err := toldFull(failure); err != nil {
		f.t.Errorf("round %d: %v", n, err)
	}
	fullMedia(f.t, f.media)
	f.home()
	// The log of the database may have been begun anew meanwhile, and then there is room in it for so small a change.
	out, code := command(f.t, "site", "suspend", f.host, "--data="+f.dir, "--reason=例行检修", "--notice=网站正在检修。")
	switch {
	case code == 0:
	case code == 1 && strings.Contains(out, "磁盘"):
		f.refused++
	default:
		f.t.Errorf("round %d: suspend on a full disk: exit code %d, %s", n, code, out)
	}
	if err := os.Remove(ballast); err != nil {
		f.t.Fatal(err)
	}
	if code == 0 {
		f.reopen()
	}
	if err := f.w.career(true, tell); err != nil {
		f.t.Fatalf("round %d: with room: %v", n, err)
	}
	if _, err := f.media.Put(f.w.ctx, fmt.Sprintf("round/%d", n), strings.NewReader("ok"), "text/plain"); err != nil {
		f.t.Fatalf("round %d: media with room: %v", n, err)
	}
}

// reopen takes back a suspension that found room: it was saved, so it can be.
func (f *filled) reopen() {
	f.t.Helper()
	if out, code := command(f.t, "site", "resume", f.host, "--data="+f.dir, "--reason=检修完成"); code != 0 {
		f.t.Fatalf("resume what was suspended: exit code %d, %s", code, out)
	}
	for f.p.status(f.t, f.host) != http.StatusOK { // the server learns of it within half a second
	}
}

// fullMedia puts a file for which there is no room.
func fullMedia(t *testing.T, media *files.Store) {
	t.Helper()
	body := make([]byte, 2<<20)
	_, _ = rand.Read(body) // it never fails
	_, err := media.Put(context.Background(), "large", bytes.NewReader(body), "application/pdf")
	if say := fault.Say(err); !fault.Is(err, fault.Unavailable) || !strings.Contains(say, "空间不足") {
		t.Errorf("a file on a full disk: %v", err)
	}
	if _, err := media.Stat(context.Background(), "large"); !fault.Is(err, fault.NotFound) {
		t.Errorf("it has left something: %v", err)
	}
}

// citizen returns a look at the home page of a host, which must answer 200.
func (p *process) citizen(t *testing.T, host string) func() {
	return func() {
		t.Helper()
		if status := p.status(t, host); status != http.StatusOK {
			t.Errorf("home page of %s: %d", host, status)
		}
	}
}

// status is what the home page of a host answers.
func (p *process) status(t *testing.T, host string) int {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, "http://"+p.address+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatalf("home page of %s: %v", host, err)
	}
	a.Body.Close()
	return a.StatusCode
}
