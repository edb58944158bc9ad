package minio_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/blob"
	"github.com/zhanqun/zhanqun/storage/blob/blobtest"
	"github.com/zhanqun/zhanqun/storage/blob/minio"
)

// short is a deadline that the tests wait for, and enough for one small answer; ample is how long an answer may take on a busy machine.
const (
	short = time.Second
	ample = 20 * time.Second
)

// B13, Y2: a bucket of a real S3 server keeps every promise of a store, and nothing unfinished stays in it.
func TestABucketIsAStore(t *testing.T) {
	s := blobtest.S3(t)
	blobtest.Run(t, s)
	if n, err := s.Sweep(context.Background(), time.Now().Add(time.Hour)); n != 0 || err != nil {
		t.Errorf("%d uploads were left, %v", n, err)
	}
}

func target(t testing.TB) blob.S3 {
	t.Helper()
	at, err := blob.ParseURL(blobtest.S3URL(t))
	if err != nil {
		t.Fatal(err)
	}
	return at.S3
}

func open(t testing.TB, at blob.S3, within time.Duration) *minio.Store {
	t.Helper()
	s, err := minio.Open(context.Background(), at, within)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Y2: two pods share a bucket below their prefixes and do not see one another; each keeps the promises.
func TestAPrefixIsAStoreOfItsOwn(t *testing.T) {
	at := target(t)
	whole := open(t, at, ample)
	at.Prefix = "pod-1/"
	one := open(t, at, ample)
	at.Prefix = "pod-2/"
	two := open(t, at, ample)
	ctx := context.Background()
	for _, s := range []*minio.Store{one, two} {
		if _, err := s.Put(ctx, "a", strings.NewReader("x"), ""); err != nil {
			t.Fatal(err)
		}
	}
	if err := two.Delete(ctx, "a"); err != nil {
		t.Fatal(err)
	}
	for s, want := range map[*minio.Store]string{one: "a", two: "", whole: "pod-1/a"} {
		got := ""
		for i, err := range s.List(ctx, "") {
			if err != nil {
				t.Fatal(err)
			}
			got += i.Key
		}
		if got != want {
			t.Errorf("listed %q, want %q", got, want)
		}
	}
}

// B13: a signed address gives the bytes, and its range, to anybody until it ends; without the signature nobody gets them.
func TestASignedAddress(t *testing.T) {
	s, ctx := blobtest.S3(t), context.Background()
	const key = "公开/视频 1.mp4"
	if _, err := s.Put(ctx, key, strings.NewReader("0123456789"), "video/mp4"); err != nil {
		t.Fatal(err)
	}
	signer := blob.Guard(s, ample, kernel.SystemClock).(blob.Signer)
	signed, err := signer.Sign(ctx, key, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	get := func(address, ranges string) (int, string, string) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		if ranges != "" {
			req.Header.Set("Range", ranges)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(b), res.Header.Get("Content-Type")
	}
	if code, body, contentType := get(signed, ""); code != 200 || body != "0123456789" || contentType != "video/mp4" {
		t.Errorf("signed: %d %q %s", code, body, contentType)
	}
	if code, body, _ := get(signed, "bytes=-3"); code != 206 || body != "789" {
		t.Errorf("signed range: %d %q", code, body)
	}
	bare, _, _ := strings.Cut(signed, "?")
	if code, _, _ := get(bare, ""); code != 403 {
		t.Errorf("unsigned: %d, want 403", code)
	}
	if code, _, _ := get(strings.Replace(signed, "Expires=60", "Expires=600", 1), ""); code != 403 {
		t.Errorf("a longer life: %d, want 403", code)
	}
	for _, within := range []time.Duration{0, -time.Second, 8 * 24 * time.Hour} {
		if _, err := s.Sign(ctx, key, within); !fault.Is(err, fault.Invalid) {
			t.Errorf("within %v: %v, want Invalid", within, err)
		}
	}
	if _, err := s.Sign(ctx, "../x", time.Minute); !fault.Is(err, fault.Invalid) {
		t.Errorf("a bad key: %v, want Invalid", err)
	}
}

// Bad input: each way in which the server cannot be used is one sentence that tells no secret.
func TestAServerThatCannotBeUsed(t *testing.T) {
	at := target(t)
	for _, row := range []struct {
		name   string
		change func(*blob.S3)
		kind   fault.Kind
		say    string
	}{
		{"nobody listens", func(a *blob.S3) { a.Endpoint = "127.0.0.1:1" }, fault.Unavailable, "127.0.0.1:1"},
		{"it hangs", func(a *blob.S3) { a.Endpoint = blobtest.NewProxy(t, "").Addr }, fault.Unavailable, "连不上"},
		{"it does not speak TLS", func(a *blob.S3) { a.TLS = true }, fault.Unavailable, "tls"},
		{"the secret is wrong", func(a *blob.S3) { a.Secret = "wrong-" + a.Secret }, fault.Forbidden, "口令"},
		{"the key is wrong", func(a *blob.S3) { a.Key = "nobody" }, fault.Forbidden, "密钥"},
		{"the bucket is not there", func(a *blob.S3) { a.Bucket, a.Create = "absent", false }, fault.Invalid, "absent"},
		{"the address is none", func(a *blob.S3) { a.Endpoint = "http://x/y" }, fault.Invalid, "主机:端口"},
	} {
		wrong := at
		row.change(&wrong)
		began := time.Now()
		_, err := minio.Open(context.Background(), wrong, short)
		if !fault.Is(err, row.kind) || !strings.Contains(fault.Say(err), row.say) || time.Since(began) > ample {
			t.Errorf("%s: got %v (%s) after %v, want %s with %q", row.name, err, fault.Say(err), time.Since(began), row.kind, row.say)
		}
		if shown := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(shown, wrong.Secret) || strings.Contains(shown, url.QueryEscape(wrong.Secret)) {
			t.Errorf("%s: the secret is shown: %s", row.name, shown)
		}
	}
	for range 2 { // two nodes start at once: the second finds the bucket made
		at.Bucket = "made"
		open(t, at, ample)
	}
}

// promises.md 2.6: a server that stops answering, in the middle of anything, costs one deadline each three times and
// then nothing; once it answers it is used again.
func TestAServerThatHangs(t *testing.T) {
	at := target(t)
	proxy := blobtest.NewProxy(t, at.Endpoint)
	at.Endpoint = proxy.Addr
	now := time.Now()
	bare := open(t, at, ample)
	g := blob.Guard(bare, short, func() time.Time { return now })
	ctx, large := context.Background(), blobtest.Bytes(20<<20, 1)
	if _, err := bare.Put(ctx, "large", bytes.NewReader(large), ""); err != nil {
		t.Fatal(err)
	}
	c, err := g.Open(ctx, "large", blob.Range{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	half := make(chan struct{})
	cut := io.MultiReader(bytes.NewReader(large), funcReader(func() { proxy.Hang(); close(half) }), bytes.NewReader(large))
	began := time.Now()
	if _, err := g.Put(ctx, "new", cut, ""); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a put cut in the middle: %v", err)
	}
	<-half
	if _, err := io.Copy(io.Discard, c); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a read cut in the middle: %v", err)
	}
	c.Close()
	for range 2 {
		if _, err := g.Stat(ctx, "large"); !fault.Is(err, fault.Unavailable) {
			t.Errorf("stat: %v", err)
		}
		if err := g.Delete(ctx, "other"); !fault.Is(err, fault.Unavailable) {
			t.Errorf("delete: %v", err)
		}
	}
	if took := time.Since(began); took > ample {
		t.Errorf("six deadlines of %v took %v", short, took)
	}
	began = time.Now()
	for range 100 {
		_, errStat := g.Stat(ctx, "large")
		_, errPut := g.Put(ctx, "new", strings.NewReader("x"), "")
		_, errSign := g.(blob.Signer).Sign(ctx, "large", time.Minute)
		for _, err := range []error{errStat, errPut, errSign} {
			if !fault.Is(err, fault.Unavailable) {
				t.Errorf("with an open breaker: %v", err)
			}
		}
	}
	if took := time.Since(began); took > short {
		t.Errorf("300 calls with an open breaker took %v", took)
	}
	proxy.Resume()
	now = now.Add(5 * time.Second)
	i, err := g.Stat(ctx, "large")
	_, errNew := g.Stat(ctx, "new")
	if err != nil || i.Size != int64(len(large)) || !fault.Is(errNew, fault.NotFound) {
		t.Errorf("after it came back: %+v, %v, %v", i, err, errNew)
	}
	if i, err := g.Put(ctx, "new", strings.NewReader("x"), ""); err != nil || i.Size != 1 {
		t.Errorf("after it came back: %+v, %v", i, err)
	}
}

// funcReader calls f once and ends.
type funcReader func()

func (f funcReader) Read([]byte) (int, error) { f(); return 0, io.EOF }

// promises.md 2.1: what a killed node leaves unfinished goes with the sweep, and not what is younger.
func TestSweep(t *testing.T) {
	at := target(t)
	proxy := blobtest.NewProxy(t, at.Endpoint)
	real := open(t, at, ample)
	at.Endpoint = proxy.Addr
	s, ctx := open(t, at, short), context.Background()
	broken := errors.New("broken")
	body := io.MultiReader(bytes.NewReader(blobtest.Bytes(9<<20, 2)), funcReader(proxy.Hang), failing{broken})
	if _, err := s.Put(ctx, "a", body, ""); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	proxy.Cut() // as when the node is killed: the abort never arrives
	if n, err := real.Sweep(ctx, time.Now().Add(-time.Hour)); n != 0 || err != nil {
		t.Errorf("swept %d young uploads, %v", n, err)
	}
	if n, err := real.Sweep(ctx, time.Now().Add(time.Hour)); n != 1 || err != nil {
		t.Errorf("swept %d uploads, %v, want 1", n, err)
	}
	if n, err := real.Sweep(ctx, time.Now().Add(time.Hour)); n != 0 || err != nil {
		t.Errorf("swept %d more, %v", n, err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func BenchmarkPut64K(b *testing.B) {
	s, body := blobtest.S3(b), blobtest.Bytes(64<<10, 1)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, err := s.Put(context.Background(), "bench/a.jpg", bytes.NewReader(body), "image/jpeg"); err != nil {
			b.Fatal(err)
		}
	}
}
