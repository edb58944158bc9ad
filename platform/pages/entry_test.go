package pages

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
)

func TestEncodings(t *testing.T) {
	body := strings.Repeat("安康市人民政府 政务公开 ", 200)
	e := newEntry(home, Page{Body: []byte(body)}, time.Now(), nil)
	for i, row := range []struct {
		br, gz bool
		enc    string
	}{{false, false, ""}, {true, true, "gzip"}, {true, true, "br"}, {true, false, "br"}, {false, true, "gzip"}} {
		b, enc := e.Bytes(row.br, row.gz)
		if enc != row.enc {
			t.Errorf("hit %d: encoding %q, want %q", i, enc, row.enc)
		}
		if got := plain(t, b, enc); got != body {
			t.Errorf("hit %d: %d bytes, want %d", i, len(got), len(body))
		}
	}
	small := newEntry(home, Page{Body: []byte("短")}, time.Now(), nil)
	if _, enc := small.Bytes(true, true); enc != "" {
		t.Errorf("a small page is compressed with %s", enc)
	}
	if e.ETag() == small.ETag() || len(e.ETag()) != 32 {
		t.Errorf("tags %q %q", e.ETag(), small.ETag())
	}
}

func plain(t testing.TB, b []byte, enc string) string {
	t.Helper()
	var r io.Reader = bytes.NewReader(b)
	var err error
	switch enc {
	case "gzip":
		r, err = gzip.NewReader(r)
	case "br":
		r = brotli.NewReader(r)
	}
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
