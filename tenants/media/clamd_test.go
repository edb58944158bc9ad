package media

import (
	"context"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/kernel/proof"
	"github.com/zhanqun/zhanqun/storage/blob/blobtest"
	"github.com/zhanqun/zhanqun/storage/blob/files"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// mark is what the clamd of this test takes for a virus: no file of EICAR's lies in the tree.
const mark = "ZHANQUN-TEST-MARK-OF-A-VIRUS-7c1d"

// guardian starts a real clamd that knows one signature and takes a megabyte.
func guardian(t *testing.T) (c *proof.Child, address, socket string) {
	t.Helper()
	program, err := exec.LookPath("clamd")
	if err != nil {
		program = "/usr/sbin/clamd" // not on the path of every user
	}
	if _, err := os.Stat(program); err != nil {
		if os.Getenv("ZHANQUN_TEST_REQUIRE") != "" {
			t.Fatal("no clamd: install clamav-daemon")
		}
		t.Skip("no clamd: install clamav-daemon")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = ln.Addr().String()
	ln.Close()
	_, port, _ := net.SplitHostPort(address)
	socket = filepath.Join(dir, "s")
	conf := fmt.Sprintf("DatabaseDirectory %s\nTCPSocket %s\nTCPAddr 127.0.0.1\nLocalSocket %s\nForeground yes\nStreamMaxLength 1M\n", dir, port, socket)
	for name, text := range map[string]string{"test.ndb": "Zhanqun.Test:0:*:" + hex.EncodeToString([]byte(mark)) + "\n", "conf": conf} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	said := &strings.Builder{}
	cmd := exec.Command(program, "-c", filepath.Join(dir, "conf"))
	cmd.Stdout, cmd.Stderr = said, said
	if c, err = proof.Start(cmd); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Kill)
	for tick := time.NewTicker(20 * time.Millisecond); ; <-tick.C {
		select {
		case <-c.Ended:
			t.Fatalf("clamd has ended: %v\n%s", c.Err, said)
		default:
		}
		if one, err := net.Dial("unix", socket); err == nil {
			one.Close()
			return c, address, socket
		}
	}
}

// B13, promises 4.7: what a real clamd knows is refused and not kept, in one piece and in several; when it cannot look, nothing is kept unless the
// operators have said so.
func TestAVirusIsNotKept(t *testing.T) {
	clamd, address, socket := guardian(t)
	d := docked(build(t, dbtest.SQLite(t, schema...), must(files.Open(t.TempDir()))))
	sick := append(append([]byte("%PDF-1.4\n"), mark...), "%%EOF"...)
	sickFilm, longFilm := append(film(200_000, 1), mark...), film(3<<20, 2)
	send := func(name string, raw []byte) *Arrival {
		t.Helper()
		a := d.begin(name, raw)
		d.send(a, raw, 500_000)
		return d.fate(a)
	}
	for _, at := range []string{address, socket} {
		d.Virus = &Clamd{Address: at}
		if _, err := d.Take(d.ctx, d.one, "病.pdf", sick); !strings.Contains(fault.Say(err), "查出病毒 Zhanqun.Test") {
			t.Errorf("by %s: %v", at, err)
		}
		if _, err := d.Take(d.ctx, d.one, "好.pdf", paper(3000)); err != nil {
			t.Errorf("by %s: %v", at, err)
		}
	}
	if got := send("病.mp4", sickFilm); got.State != Refused || !strings.Contains(got.Said, "查出病毒") {
		t.Errorf("a film: %+v", got)
	}
	if got := send("好.mp4", film(200_000, 3)); got.State != Kept {
		t.Errorf("a good film: %+v", got)
	}
	if got := send("长.mp4", longFilm); got.State != Refused || !strings.Contains(got.Said, "超过了查毒程序的上限") {
		t.Errorf("more than clamd takes: %+v", got)
	}
	d.Virus = &Clamd{Address: address, Open: true}
	if _, err := d.Take(d.ctx, d.one, "病.pdf", sick); !fault.Is(err, fault.Invalid) {
		t.Errorf("what it knows, though it need not look: %v", err)
	}
	if got := send("长.mp4", longFilm); got.State != Kept {
		t.Errorf("more than clamd takes, allowed: %+v", got)
	}
	clamd.Kill()
	if _, err := d.Take(d.ctx, d.one, "新.pdf", paper(4000)); err != nil {
		t.Errorf("it is away, allowed: %v", err)
	}
	d.Virus.Open = false
	if _, err := d.Take(d.ctx, d.one, "更新.pdf", paper(5000)); !fault.Is(err, fault.Unavailable) || !strings.Contains(fault.Say(err), "查毒程序没有响应") {
		t.Errorf("it is away: %v", err)
	}
	late := film(200_000, 4)
	a := d.begin("晚.mp4", late)
	d.send(a, late, len(late))
	if err := d.Queue.Drain(d.ctx); !fault.Is(err, fault.Unavailable) {
		t.Errorf("it is away: %v", err)
	}
	d.Virus = nil
	d.now = d.now.Add(time.Minute)
	if got := d.fate(a); got.State != Kept {
		t.Errorf("a film that waited: %+v", got)
	}
	if keys := len(d.keys()); keys != 5 {
		t.Errorf("the store holds %q", d.keys())
	}
}

// A clamd that hangs is given up in time.
func TestAClamdThatHangs(t *testing.T) {
	c := &Clamd{Address: blobtest.NewProxy(t, "").Addr, Within: 50 * time.Millisecond}
	for _, size := range []int{10, 64 << 20} {
		if err := c.look(context.Background(), "x.pdf", strings.NewReader(strings.Repeat("x", size))); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := c.look(ctx, "x.pdf", strings.NewReader("x")); !fault.Is(err, fault.Unavailable) {
		t.Errorf("given up: %v", err)
	}
}

func TestVerdicts(t *testing.T) {
	for reply, want := range map[string]string{"stream: OK": "", "stream: Win.Test.EICAR_HDB-1 FOUND": "Win.Test.EICAR_HDB-1", "stream:  FOUND": "!", "": "!", "stream: Can't open file ERROR": "!",
		"INSTREAM size limit exceeded. ERROR": "!", "OK": "", "stream: OKAY": "!"} {
		found, err := verdict(reply)
		if (err != nil) != (want == "!") || err == nil && found != want {
			t.Errorf("%q means %q, %v", reply, found, err)
		}
	}
}
