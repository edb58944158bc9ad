package media

import (
	"bytes"
	"context"
	"net"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/blob/files"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"github.com/zhanqun/zhanqun/tenants/media/mediatest"
)

// bait is an address that counts who comes.
func bait(t *testing.T) (address string, came *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	came = new(atomic.Int64)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			came.Add(1)
			_ = c.Close()
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
	return "http://" + l.Addr().String() + "/a.ts", came
}

// came brings a file, at once or in pieces, and answers what is kept or what is said.
func (d *dock) came(f mediatest.File, pieces bool) (*Item, string) {
	d.t.Helper()
	if !pieces {
		i, err := d.Take(d.ctx, d.one, f.Name, f.Raw)
		if err != nil && !fault.Is(err, fault.Invalid) {
			d.t.Errorf("%.40q: %v", f.Name, err)
		}
		if err != nil {
			return nil, fault.Say(err)
		}
		return i, ""
	}
	a, err := d.Begin(d.ctx, d.one, f.Name, "", int64(len(f.Raw)))
	if err != nil {
		return nil, fault.Say(err)
	}
	d.send(a, f.Raw, len(f.Raw)/3+1)
	if a = d.fate(a); a.State != Kept {
		return nil, a.Said
	}
	return d.item(d.one, a.Item), ""
}

// meets holds a file to its fate.
func (d *dock) meets(f mediatest.File, pieces bool) {
	d.t.Helper()
	want := f.Kind
	if pieces && f.Pieces != "" {
		want = f.Pieces
	}
	i, said := d.came(f, pieces)
	if want == "" {
		if said == "" || !strings.Contains(said, f.Say) || !strings.Contains(said, "“"+f.Name+"”") {
			d.t.Errorf("%s (%s, in pieces %v): %q, want %q", f.Name, f.What, pieces, said, f.Say)
		}
		return
	}
	if said != "" || i.Kind != want {
		d.t.Errorf("%.40q (%s, in pieces %v): %q, %+v, want %s", f.Name, f.What, pieces, said, i, want)
		return
	}
	if strings.ContainsAny(i.Name, "/\\\r\n:\u202e") || utf8.RuneCountInString(i.Name) > 104 || !strings.HasSuffix(i.Name, "."+want) {
		d.t.Errorf("%.40q is kept under the name %q", f.Name, i.Name)
	}
	out, err := d.File(i, path.Base(i.Path()))
	if err != nil || i.Film == nil && out.ContentType != types[want] || (out.Name == "") != (i.Picture() || i.Timed()) {
		d.t.Errorf("%.40q goes out as %+v, %v", f.Name, out, err)
	}
	if _, raw := d.got(i, path.Base(i.Path())); i.Picture() && (bytes.Contains(raw, []byte(mediatest.Mark)) || bytes.Contains(raw, []byte("Exif")) || bytes.Contains(raw, []byte("PK\x03\x04"))) {
		d.t.Errorf("%s keeps what it hides", f.Name)
	}
}

// B13, E5, d51 (Must show of issue 5): each file that somebody may send who means no good is refused in a sentence that says what to do, or kept as
// what it is and nothing else, whichever way it comes; what ffmpeg is led to elsewhere it does not look at; and nothing lies outside the store.
func TestFates(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "a.ts")
	if err := os.WriteFile(secret, filmed(t, "a.ts", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"), 0o600); err != nil {
		t.Fatal(err)
	}
	address, came := bait(t)
	t.Setenv("TMPDIR", t.TempDir())
	dbtest.Each(t, func(t *testing.T, db *db.DB) {
		around := t.TempDir()
		d := docked(build(t, db, must(files.Open(filepath.Join(around, "store")))))
		d.t = t
		for _, pieces := range []bool{false, true} {
			for _, f := range mediatest.Hostile(address) {
				d.meets(f, pieces)
			}
			d.must(d.Queue.Drain(d.ctx))
			for _, f := range mediatest.Hostile("file://" + secret) {
				if strings.Contains(f.What, "playlist") {
					d.meets(f, pieces)
				}
			}
			d.must(d.Queue.Drain(d.ctx))
		}
		for _, i := range must(d.find(d.ctx, d.one, "true")) {
			if i.Timed() && i.Film.State != Broken {
				t.Errorf("%s became %+v", i.Name, i.Film)
			}
		}
		if n := came.Load(); n != 0 {
			t.Errorf("%d times somebody looked elsewhere", n)
		}
		for _, dir := range []string{around, os.TempDir()} {
			for _, e := range must(os.ReadDir(dir)) {
				if dir == around && e.Name() != "store" || strings.HasPrefix(e.Name(), "zhanqun") {
					t.Errorf("beside the store lies %s", e.Name())
				}
			}
		}
		for _, key := range d.keys() {
			if strings.Contains(key, arrivalFolder) {
				t.Errorf("%s is left", key)
			}
		}
		d.faultless("in the end")
	}, schema...)
}

// B13, E5: likewise real files, of which the films are made to play. Under -short, as with the race detector, half of them come in pieces
// and the other half whole.
func TestFatesOfRealFiles(t *testing.T) {
	all := mediatest.Real(t)
	d := docked(build(t, dbtest.SQLite(t, schema...), must(files.Open(t.TempDir()))))
	d.Unpack = unpackMost - 1 // AVIF is told of elsewhere, and takes its time
	for _, pieces := range []bool{false, true} {
		for i, f := range all {
			if testing.Short() && pieces == (i%2 == 0) {
				continue
			}
			d.meets(f, pieces)
		}
	}
	if _, _, err := tools(); err == nil {
		d.must(d.Queue.Drain(d.ctx))
		for _, i := range must(d.find(d.ctx, d.one, "true")) {
			if i.Timed() && i.Name != "truncated.mp4" && (i.Film.State != Ready || i.Film.Play.Kind != map[bool]string{true: "mp4", false: "m4a"}[i.Seen()] || i.Seen() != (i.Film.Poster.Bytes > 0) || i.Film.Length < 5*time.Second) {
				t.Errorf("%s became %+v", i.Name, i.Film)
			}
		}
	}
	d.faultless("in the end")
}

// promises.md 2.7: no picture is unpacked but in the one seat, and what would be too large for it is told by its head, without one.
func TestPicturesAreUnpackedOneAfterTheOther(t *testing.T) {
	h := build(t, dbtest.SQLite(t, schema...), must(files.Open(t.TempDir())))
	h.seats <- struct{}{} // somebody else's picture is being unpacked
	waited := 0
	for _, f := range mediatest.Hostile("") {
		ctx, cancel := context.WithTimeout(h.ctx, 200*time.Millisecond) // time to look at the quota
		_, err := h.Take(ctx, h.one, f.Name, f.Raw)
		cancel()
		switch picture := f.Kind == "jpg" || f.Kind == "png" || f.Kind == "gif"; {
		case picture:
			if waited++; !fault.Is(err, fault.Unavailable) {
				t.Errorf("%.40q did not wait: %v", f.Name, err)
			}
		case strings.Contains(f.What, "gigabytes") && !fault.Is(err, fault.Invalid):
			t.Errorf("%s waited: %v", f.Name, err)
		}
	}
	if waited < 8 {
		t.Errorf("%d pictures of the table waited", waited)
	}
	<-h.seats
	if _, err := h.Take(h.ctx, h.one, "江.png", drawn(t, "png", 9, 9)); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// What docs/promises.md says of each is what the table says.
func TestFatesAreWritten(t *testing.T) {
	doc := string(must(os.ReadFile(filepath.Join("..", "..", "docs", "promises.md"))))
	if fates := mediatest.Fates(); !strings.Contains(doc, fates) {
		t.Errorf("docs/promises.md has other rows than these:\n%s", fates)
	}
}
