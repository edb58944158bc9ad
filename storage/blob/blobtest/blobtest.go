// Package blobtest is what every blob.Store promises, as one suite of tests, and the servers to run it against.
//
// A driver's test calls Run; other packages take S3 or S3URL for a real bucket. It is for tests only.
package blobtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/blob"
)

// Run holds the store, which must be empty, to the promises of blob.Store.
func Run(t *testing.T, s blob.Store) {
	for _, row := range []struct {
		name string
		test func(t *testing.T, s blob.Store)
	}{
		{"what is put is read back, with its hash and type", roundTrip},
		{"a key may be Chinese and hold what an address must escape", keys},
		{"a key that not every store can keep is refused", badKeys},
		{"a range is the bytes asked for", ranges},
		{"the context of Open does not end the reading", readingOutlivesContext},
		{"an overwrite is whole, and an open reader keeps what it opened", overwrite},
		{"of many puts of one key at once one stands whole", concurrentPuts},
		{"an interrupted put leaves nothing", interruptedPut},
		{"delete is idempotent", deleteTwice},
		{"list gives every key once, in order, beyond a thousand", list},
		{"a large stream takes a flat amount of memory", flatMemory},
		{"a put with an ended context leaves nothing", endedContext},
	} {
		t.Run(row.name, func(t *testing.T) { row.test(t, s) })
	}
}

// Bytes returns n repeatable bytes, different for each seed.
func Bytes(n int, seed uint64) []byte {
	b := make([]byte, n)
	var key [32]byte
	key[0], key[1] = byte(seed), byte(seed>>8)
	if _, err := rand.NewChaCha8(key).Read(b); err != nil {
		panic(err) // it never fails
	}
	return b
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

func put(t testing.TB, s blob.Store, key string, b []byte, contentType string) blob.Info {
	t.Helper()
	i, err := s.Put(context.Background(), key, bytes.NewReader(b), contentType)
	if err != nil {
		t.Fatalf("put %s: %v", key, err)
	}
	return i
}

func read(t testing.TB, s blob.Store, key string, r blob.Range) ([]byte, *blob.Content) {
	t.Helper()
	c, err := s.Open(context.Background(), key, r)
	if err != nil {
		t.Fatalf("open %s %+v: %v", key, r, err)
	}
	b, err := io.ReadAll(c)
	if err := errors.Join(err, c.Close()); err != nil {
		t.Fatalf("read %s %+v: %v", key, r, err)
	}
	return b, c
}

func gone(t testing.TB, s blob.Store, key string) {
	t.Helper()
	if _, err := s.Stat(context.Background(), key); !fault.Is(err, fault.NotFound) {
		t.Errorf("stat %s: got %v, want NotFound", key, err)
	}
	if c, err := s.Open(context.Background(), key, blob.Range{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("open %s: got %v, %v, want NotFound", key, c, err)
	}
}

func listed(t testing.TB, s blob.Store, prefix string) []string {
	t.Helper()
	var keys []string
	for i, err := range s.List(context.Background(), prefix) {
		if err != nil {
			t.Fatalf("list %q: %v", prefix, err)
		}
		keys = append(keys, i.Key)
	}
	return keys
}

func roundTrip(t *testing.T, s blob.Store) {
	for _, row := range []struct {
		name string
		body []byte
		give string
		want string
	}{
		{"nothing at all", nil, "text/plain", "text/plain"},
		{"one byte", []byte("x"), "", "application/octet-stream"},
		{"a text that ends like a trailer", []byte("{\"sha256\":\"0\",\"type\":\"text/html\"}\n00000023 zhanqun-blob-1\n"), "text/plain; charset=utf-8", "text/plain; charset=utf-8"},
		{"a picture", Bytes(300_001, 1), "image/png", "image/png"},
		{"one part and a byte", Bytes(8<<20+1, 2), "video/mp4", "video/mp4"},
		{"exactly one part", Bytes(8<<20, 3), "video/mp4", "video/mp4"},
		{"exactly two parts", Bytes(16<<20, 4), "video/mp4", "video/mp4"},
	} {
		t.Run(row.name, func(t *testing.T) {
			const key = "7/2026/round-trip.bin"
			i := put(t, s, key, row.body, row.give)
			want := blob.Info{Key: key, Size: int64(len(row.body)), SHA256: sum(row.body), ContentType: row.want}
			st, err := s.Stat(context.Background(), key)
			if err != nil {
				t.Fatal(err)
			}
			b, c := read(t, s, key, blob.Range{})
			if !bytes.Equal(b, row.body) || c.Offset != 0 || c.Length != want.Size {
				t.Errorf("read %d bytes (offset %d, length %d), want %d", len(b), c.Offset, c.Length, want.Size)
			}
			if st.ModifiedAt.IsZero() || !st.ModifiedAt.Equal(c.Info.ModifiedAt) {
				t.Errorf("modified %v, %v", st.ModifiedAt, c.Info.ModifiedAt)
			}
			for from, got := range map[string]blob.Info{"put": i, "stat": st, "open": c.Info} {
				if got.ModifiedAt = want.ModifiedAt; got != want {
					t.Errorf("%s: got %+v, want %+v", from, got, want)
				}
			}
		})
	}
	for _, contentType := range []string{"text", "text/html\r\nX: y", "text/\u4e2d", "a/" + strings.Repeat("b", 300)} {
		if _, err := s.Put(context.Background(), "type", strings.NewReader("x"), contentType); !fault.Is(err, fault.Invalid) {
			t.Errorf("type %q: got %v, want Invalid", contentType, err)
		}
	}
}

func keys(t *testing.T, s blob.Store) {
	all := []string{
		"钥/安康市/汉阴县 年报（终稿）.pdf", "钥/𠮷野\ue003.jpg", "钥/a b+c%20d&e=f?g#h'i\"j<k>l;m,n!o*p(q)r$s@t:u|v^w`x{y}z~.txt",
		"钥/..hidden/.dot", "钥/" + strings.Repeat("长", 85), "钥/" + strings.Repeat("k/", 60) + "k",
		"钥/" + strings.Repeat("m", 252) + "/" + strings.Repeat("n", 255), // MaxKey bytes
	}
	for i, key := range all {
		put(t, s, key, Bytes(100+i, uint64(i)), "text/plain")
	}
	for i, key := range all {
		if b, _ := read(t, s, key, blob.Range{}); !bytes.Equal(b, Bytes(100+i, uint64(i))) {
			t.Errorf("%s came back as %d other bytes", key, len(b))
		}
	}
	slices.Sort(all)
	if got := listed(t, s, "钥/"); !slices.Equal(got, all) {
		t.Errorf("listed %q, want %q", got, all)
	}
}

// BadKeys are keys that every store refuses.
var BadKeys = []string{
	"", ".", "..", "/", "/etc/passwd", "a/", "a//b", "../a", "a/../b", "a/..", "./a", "a/./b", `a\b`, `..\a`, "a\x00b", "a\nb", "a\x7fb",
	"a\u0085b", "a\xffb", strings.Repeat("k", 513), strings.Repeat("k", 256), blob.Reserved, blob.Reserved + "/tmp/x",
}

func badKeys(t *testing.T, s blob.Store) {
	ctx := context.Background()
	before := listed(t, s, "")
	for _, key := range BadKeys {
		_, errPut := s.Put(ctx, key, strings.NewReader("x"), "text/plain")
		_, errOpen := s.Open(ctx, key, blob.Range{})
		_, errStat := s.Stat(ctx, key)
		for doing, err := range map[string]error{"put": errPut, "open": errOpen, "stat": errStat, "delete": s.Delete(ctx, key)} {
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%s %q: got %v, want Invalid", doing, key, err)
			}
		}
	}
	for _, prefix := range []string{"../", "/", "a/../b", `a\`, "a\x00", "a//"} {
		for i, err := range s.List(ctx, prefix) {
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("list %q: got %v, %v, want Invalid", prefix, i, err)
			}
		}
	}
	if after := listed(t, s, ""); !slices.Equal(before, after) {
		t.Errorf("refused keys changed the store from %d to %d blobs", len(before), len(after))
	}
}

func ranges(t *testing.T, s blob.Store) {
	body := Bytes(1000, 5)
	put(t, s, "range/1000", body, "video/mp4")
	put(t, s, "range/empty", nil, "video/mp4")
	for _, row := range []struct {
		name   string
		key    string
		r      blob.Range
		offset int64
		length int64 // -1: unsatisfiable
	}{
		{"the first byte", "1000", blob.Range{Length: 1}, 0, 1},
		{"the beginning", "1000", blob.Range{Length: 10}, 0, 10},
		{"the middle", "1000", blob.Range{Offset: 500, Length: 100}, 500, 100},
		{"from a place to the end", "1000", blob.Range{Offset: 990}, 990, 10},
		{"the last byte", "1000", blob.Range{Offset: 999, Length: 1}, 999, 1},
		{"the last 500 bytes", "1000", blob.Range{Offset: -500}, 500, 500},
		{"more last bytes than there are", "1000", blob.Range{Offset: -5000}, 0, 1000},
		{"exactly everything", "1000", blob.Range{Length: 1000}, 0, 1000},
		{"an end behind the end is cut", "1000", blob.Range{Offset: 900, Length: 5000}, 900, 100},
		{"a beginning at the end", "1000", blob.Range{Offset: 1000}, 0, -1},
		{"a beginning behind the end", "1000", blob.Range{Offset: 5000, Length: 10}, 0, -1},
		{"everything of nothing", "empty", blob.Range{}, 0, 0},
		{"the first byte of nothing", "empty", blob.Range{Length: 1}, 0, -1},
	} {
		t.Run(row.name, func(t *testing.T) {
			if row.length < 0 {
				c, err := s.Open(context.Background(), "range/"+row.key, row.r)
				var u *blob.Unsatisfiable
				if !fault.Is(err, fault.Invalid) || !errors.As(err, &u) || u.Size%1000 != 0 || (u.Size == 1000) != (row.key == "1000") {
					t.Fatalf("got %v, %v, want Unsatisfiable with the size", c, err)
				}
				return
			}
			b, c := read(t, s, "range/"+row.key, row.r)
			if c.Offset != row.offset || c.Length != row.length || !bytes.Equal(b, body[row.offset:row.offset+row.length]) {
				t.Errorf("got %d bytes, offset %d, length %d, want offset %d, length %d", len(b), c.Offset, c.Length, row.offset, row.length)
			}
			if row.key == "1000" && (c.Info.Size != 1000 || c.Info.SHA256 != sum(body) || c.Info.ContentType != "video/mp4") {
				t.Errorf("a part tells of the whole %+v", c.Info)
			}
		})
	}
	if c, err := s.Open(context.Background(), "range/absent", blob.Range{Offset: 5}); !fault.Is(err, fault.NotFound) {
		t.Errorf("a range of nothing: %v, %v", c, err)
	}
}

func readingOutlivesContext(t *testing.T, s blob.Store) {
	body := Bytes(4<<20, 6)
	put(t, s, "outlive", body, "")
	ctx, cancel := context.WithCancel(context.Background())
	c, err := s.Open(ctx, "outlive", blob.Range{Offset: 1})
	if err != nil {
		t.Fatal(err)
	}
	cancel() // as when a handler has returned and the server still writes
	b, err := io.ReadAll(c)
	if err := errors.Join(err, c.Close()); err != nil || !bytes.Equal(b, body[1:]) {
		t.Errorf("read %d of %d bytes: %v", len(b), len(body)-1, err)
	}
	half, err := s.Open(context.Background(), "outlive", blob.Range{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(half, make([]byte, 10)); err != nil {
		t.Error(err)
	}
	if err := half.Close(); err != nil {
		t.Errorf("close before the end: %v", err)
	}
}

func deleteTwice(t *testing.T, s blob.Store) {
	put(t, s, "del/a", []byte("x"), "")
	put(t, s, "del/ab", []byte("y"), "")
	for range 2 {
		if err := s.Delete(context.Background(), "del/a"); err != nil {
			t.Fatal(err)
		}
		gone(t, s, "del/a")
	}
	if err := s.Delete(context.Background(), "del/never/was"); err != nil {
		t.Error(err)
	}
	if err := s.Delete(context.Background(), "del"); err != nil { // a folder to some, nothing to others
		t.Error(err)
	}
	if got := listed(t, s, "del/"); !slices.Equal(got, []string{"del/ab"}) {
		t.Errorf("left %q", got)
	}
}

func list(t *testing.T, s blob.Store) {
	var want []string
	for i := range 1205 {
		want = append(want, fmt.Sprintf("list/%d/file-%04d", i%3, i))
	}
	want = append(want, "list/0-before-the-slash", "list/0.dot", "list/00", "list/二")
	var wg sync.WaitGroup
	for part := range slices.Chunk(want, (len(want)+7)/8) {
		wg.Go(func() {
			for _, key := range part {
				if _, err := s.Put(context.Background(), key, strings.NewReader(key), ""); err != nil {
					t.Errorf("put %s: %v", key, err)
				}
			}
		})
	}
	wg.Wait()
	slices.Sort(want)
	if got := listed(t, s, "list/"); !slices.Equal(got, want) {
		t.Errorf("listed %d keys, want %d, in order %v", len(got), len(want), slices.IsSorted(got))
	}
	for prefix, n := range map[string]int{"list/1/": 402, "list/1/file-000": 3, "list/0": 402 + 3, "list/二": 1, "list/1/file-0001": 1, "list/9": 0, "lis": len(want), "list/1/file-0001/x/": 0} {
		if got := listed(t, s, prefix); len(got) != n {
			t.Errorf("prefix %q lists %d keys, want %d", prefix, len(got), n)
		}
	}
	for i, err := range s.List(context.Background(), "list/") { // the first is enough
		if err != nil || i.Key != want[0] || i.Size != int64(len(want[0])) || i.ModifiedAt.IsZero() {
			t.Errorf("first %+v, %v", i, err)
		}
		break
	}
}
