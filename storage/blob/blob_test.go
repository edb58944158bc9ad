package blob_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/blob"
	"github.com/zhanqun/zhanqun/storage/blob/blobtest"
	"pgregory.net/rapid"
)

func TestKeys(t *testing.T) {
	for _, key := range []string{"a", "7/2026/11/图片.jpg", "..a/b..", "a b", strings.Repeat("k", 255) + "/" + strings.Repeat("k", 255), ".zhanqunx/a", "a/.zhanqun"} {
		if err := blob.CheckKey(key); err != nil {
			t.Errorf("%q: %v", key, err)
		}
	}
	for _, key := range blobtest.BadKeys {
		if err := blob.CheckKey(key); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: got %v, want Invalid", key, err)
		}
	}
}

// FuzzCheckKey: a key that is taken has no way out of a folder and no byte that a header or a terminal reads.
func FuzzCheckKey(f *testing.F) {
	for _, key := range append(blobtest.BadKeys, "a/b", "年报.pdf") {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		if blob.CheckKey(key) != nil {
			return
		}
		if len(key) > blob.MaxKey || !utf8.ValidString(key) || strings.ContainsAny(key, "\\\x00\r\n\t") || strings.HasPrefix(key, "/") || strings.HasSuffix(key, "/") {
			t.Fatalf("%q was taken", key)
		}
		for segment := range strings.SplitSeq(key, "/") {
			if segment == "" || segment == "." || segment == ".." || len(segment) > 255 {
				t.Fatalf("%q was taken", key)
			}
		}
		if err := blob.CheckPrefix(key); err != nil {
			t.Fatalf("%q is a key but no prefix: %v", key, err)
		}
	})
}

// B13: a range is what slicing the whole gives.
func TestResolveAgreesWithSlicing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := make([]byte, rapid.IntRange(0, 40).Draw(t, "size"))
		for i := range body {
			body[i] = byte(i)
		}
		r := blob.Range{Offset: rapid.Int64Range(-50, 50).Draw(t, "offset"), Length: rapid.Int64Range(-5, 60).Draw(t, "length")}
		var want []byte
		for i := range body { // a byte belongs to it or not
			at := int64(i)
			in := at >= r.Offset && (r.Length <= 0 || at < r.Offset+r.Length)
			if r.Offset < 0 {
				in = int64(len(body))-at <= -r.Offset
			}
			if in {
				want = append(want, body[i])
			}
		}
		offset, length, err := r.Resolve(int64(len(body)))
		if err != nil {
			var u *blob.Unsatisfiable
			if len(want) > 0 || !errors.As(err, &u) || u.Size != int64(len(body)) {
				t.Fatalf("%+v of %d: %v", r, len(body), err)
			}
			return
		}
		if got := body[offset : offset+length]; string(got) != string(want) || len(want) == 0 && r != (blob.Range{}) {
			t.Fatalf("%+v of %d is %v, want %v", r, len(body), got, want)
		}
	})
}

// B13: size.
func TestLimit(t *testing.T) {
	for _, row := range []struct {
		name string
		n    int
		max  int64
		kind fault.Kind
	}{
		{"less", 9, 10, ""}, {"exactly", 10, 10, ""}, {"one more", 11, 10, fault.TooLarge}, {"much more", 100_000, 10, fault.TooLarge}, {"anything of nothing", 1, 0, fault.TooLarge},
	} {
		b, err := io.ReadAll(blob.Limit(strings.NewReader(strings.Repeat("x", row.n)), row.max))
		if fault.KindOf(err) != row.kind || err == nil && len(b) != row.n || int64(len(b)) > row.max {
			t.Errorf("%s: read %d bytes, %v", row.name, len(b), err)
		}
	}
	if _, err := io.ReadAll(blob.Limit(strings.NewReader("xx"), 1)); !strings.Contains(fault.Say(err), "1 字节") {
		t.Error(err)
	}
	if _, err := io.ReadAll(blob.Limit(blobZeros{}, 20<<20)); !strings.Contains(fault.Say(err), "20 MB") {
		t.Error(err)
	}
}

type blobZeros struct{}

func (blobZeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestParseURL(t *testing.T) {
	for _, row := range []struct {
		name, url string
		want      blob.Target
	}{
		{"a folder", "./data/media", blob.Target{Folder: "data/media"}},
		{"an absolute folder with Chinese", "/srv/站群/", blob.Target{Folder: "/srv/站群"}},
		{"a bucket", "s3://ak:sk@127.0.0.1:9000/media?tls=false", blob.Target{S3: blob.S3{Endpoint: "127.0.0.1:9000", Bucket: "media", Region: "us-east-1", Key: "ak", Secret: "sk"}}},
		{"everything", "s3://a%2Fk:s%40k%3A%25@s3.example.cn/media/pod-1/x?region=cn-north-1&tls=true&create=true",
			blob.Target{S3: blob.S3{Endpoint: "s3.example.cn", Bucket: "media", Prefix: "pod-1/x/", Region: "cn-north-1", Key: "a/k", Secret: "s@k:%", TLS: true, Create: true}}},
		{"IPv6", "s3://ak:sk@[::1]:9000/media", blob.Target{S3: blob.S3{Endpoint: "[::1]:9000", Bucket: "media", Region: "us-east-1", Key: "ak", Secret: "sk", TLS: true}}},
	} {
		got, err := blob.ParseURL(row.url)
		if err != nil || got != row.want {
			t.Errorf("%s: got %v, %v, want %v", row.name, got, err, row.want)
		}
	}
}

// Bad input: an address that is wrong is one sentence, and neither it nor a target ever shows the secret.
func TestASecretIsNeverShown(t *testing.T) {
	const secret = "hunter2hunter2"
	for _, url := range []string{
		"", "http://x/y", "s3://", "s3://host/media", "s3://ak@host/media", "s3://ak:@host/media", "s3://:" + secret + "@host/media",
		"s3://ak:" + secret + "@/media", "s3://ak:" + secret + "@host", "s3://ak:" + secret + "@host/", "s3://ak:" + secret + "@host/Media_X",
		"s3://ak:" + secret + "@host:/media", "s3://ak:" + secret + "@host/media?tls=maybe", "s3://ak:" + secret + "@host/media?unknown=1",
		"s3://ak:" + secret + "%zz@host/media", "s3://ak:" + secret + "@host:port/media", "s3://ak:" + secret + "/x@host/media", "s3://ak:" + secret + "@host/media/../x", "s3://ak:" + secret + "@host/media#x",
		"s3://ak:" + secret + "@host/media?region=", "s3://ak:" + secret + "@ho st/media", "ftp://ak:" + secret + "@host/media",
	} {
		got, err := blob.ParseURL(url)
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v, %v, want Invalid", url, got, err)
		}
		if strings.Contains(fmt.Sprintf("%v %+v %#v %s", err, err, err, fault.Say(err)), secret) {
			t.Errorf("the fault of %s repeats the secret: %v", url, err)
		}
	}
	target, err := blob.ParseURL("s3://ak-secret:" + secret + "@host:9000/media/pod?tls=false")
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("open", "target", target, "s3", target.S3)
	shown := fmt.Sprintf("%v %+v %#v %s %v %+v %#v", target, target, target, target, target.S3, target.S3, target.S3) + log.String()
	if strings.Contains(shown, secret) || strings.Contains(shown, "ak-secret") || !strings.Contains(shown, "s3://host:9000/media/pod/") {
		t.Errorf("shown: %s", shown)
	}
}
