//go:build linux

package files_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/blob/files"
)

// cramped is a store on a small file system.
type cramped struct {
	*files.Store
	t      *testing.T
	dir    string
	failed int
}

func newCramped(t *testing.T) *cramped {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=64k,nr_inodes=4", "zhanqun-test", dir).CombinedOutput(); err != nil {
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
	return &cramped{Store: open(t, dir), t: t, dir: dir}
}

// room leaves room for so many pages and files beside what is there.
func (c *cramped) room(pages, files int) {
	c.t.Helper()
	var st syscall.Statfs_t
	if err := syscall.Statfs(c.dir, &st); err != nil {
		c.t.Fatal(err)
	}
	opt := fmt.Sprintf("remount,size=%d,nr_inodes=%d", (int64(st.Blocks-st.Bfree)+int64(pages))*st.Bsize, int(st.Files-st.Ffree)+files)
	if out, err := exec.Command("mount", "-o", opt, c.dir).CombinedOutput(); err != nil {
		c.t.Fatalf("%s: %v\n%s", opt, err, out)
	}
}

// put stores a blob and reports whether there was room; if not, it must say so and have left nothing.
func (c *cramped) put(key, body string) bool {
	c.t.Helper()
	_, err := c.Put(context.Background(), key, strings.NewReader(body), "text/plain")
	if err == nil {
		return true
	}
	c.failed++
	if say := fault.Say(err); !fault.Is(err, fault.Unavailable) || !strings.Contains(say, "空间不足") {
		c.t.Fatalf("%s: %v", key, err)
	}
	if _, err := c.Stat(context.Background(), key); !fault.Is(err, fault.NotFound) {
		c.t.Fatalf("%s: it has left %v", key, err)
	}
	if left := unfinished(c.t, c.dir); len(left) > 0 {
		c.t.Fatalf("%s: left %q", key, left)
	}
	return false
}

// B13: a disk that has no room for another file, folder or page, at each step of a Put: it says so, has left nothing, and the
// same store goes on when there is room.
func TestNoRoomAtEachStep(t *testing.T) {
	c := newCramped(t)
	body := strings.Repeat("正文", 10_000)
	for n := 0; ; n++ { // one file more each time: the temporary one, then each folder above the key
		if c.room(64, n); c.put(fmt.Sprintf("%d/a/b/c", n), body) {
			break
		}
	}
	for pages := 0; ; pages++ {
		if c.room(pages, 64); c.put("large", body+body) {
			break
		}
	}
	if c.failed < 20 {
		t.Errorf("only %d steps met a full disk", c.failed)
	}
	t.Logf("%d steps met a full disk", c.failed)
}
