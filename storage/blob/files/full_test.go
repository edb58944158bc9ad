//go:build linux

package files_test

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

// B13: a disk that has no room for another file, folder or page, at each step of a Put: it says so, has left nothing, and the
// same store goes on when there is room.
func TestNoRoomAtEachStep(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=64k,nr_inodes=4", "zhanqun-test", dir).CombinedOutput(); err != nil {
		t.Skipf("no file system of the test's own: mount: %v\n%s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v\n%s", err, out)
		}
	})
	// room leaves room for so many pages and files beside what is there.
	room := func(pages, files int) {
		t.Helper()
		var st syscall.Statfs_t
		if err := syscall.Statfs(dir, &st); err != nil {
			t.Fatal(err)
		}
		opt := fmt.Sprintf("remount,size=%d,nr_inodes=%d", (int64(st.Blocks-st.Bfree)+int64(pages))*st.Bsize, int(st.Files-st.Ffree)+files)
		if out, err := exec.Command("mount", "-o", opt, dir).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", opt, err, out)
		}
	}
	s := open(t, dir)
	body := strings.Repeat("正文", 10_000)
	failed := 0
	for n, key := 0, ""; ; n++ {
		for files := 0; ; files++ { // one file more each time: the temporary one, then each folder above the key
			key = fmt.Sprintf("%d/a/b/%d", n, files)
			room(64, files)
			_, err := s.Put(ctx, key, strings.NewReader(body), "text/plain")
			if err == nil {
				break
			}
			failed++
			if say := fault.Say(err); !fault.Is(err, fault.Unavailable) || !strings.Contains(say, "空间不足") {
				t.Fatalf("room for %d files: %v", files, err)
			}
			if _, err := s.Stat(ctx, key); !fault.Is(err, fault.NotFound) {
				t.Fatalf("room for %d files: it has left %v", files, err)
			}
			if left := unfinished(t, dir); len(left) > 0 {
				t.Fatalf("room for %d files: left %q", files, left)
			}
		}
		if n == 1 {
			break
		}
		if err := s.Delete(ctx, key); err != nil {
			t.Fatal(err)
		}
	}
	for pages := 0; ; pages++ {
		room(pages, 64)
		_, err := s.Put(ctx, "1/a/b/large", strings.NewReader(body+body), "text/plain")
		if err == nil {
			break
		}
		failed++
		if say := fault.Say(err); !fault.Is(err, fault.Unavailable) || !strings.Contains(say, "空间不足") {
			t.Fatalf("%d pages: %v", pages, err)
		}
		if left := unfinished(t, dir); len(left) > 0 {
			t.Fatalf("%d pages: left %q", pages, left)
		}
	}
	if failed < 20 {
		t.Errorf("only %d steps met a full disk", failed)
	}
	t.Logf("%d steps met a full disk", failed)
}
