package pages

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/zhanqun/zhanqun/kernel"
)

// Key names a page: the site whose it is and its one address without the scheme, "host/path?query".
type Key struct {
	Site kernel.SiteID
	URL  string
}

// Entry is a page as it is kept: its bytes are never changed.
type Entry struct {
	Key    Key
	Page   Page
	At     time.Time // when it was rendered
	digest string    // of status, type, location and body
	tags   tags
	gz     []byte // nil when compressing does not pay
	br     atomic.Pointer[[]byte]
	hits   atomic.Uint32
	tally  atomic.Pointer[Tally] // of the day on which it was last read
	stamps []stamp
	kept   bool // read back from disk: good enough while the store is down, never fresh
}

const (
	compressFrom = 512 // bytes
	gzipLevel    = 6
	brotliLevel  = 5
	overhead     = 1024 // of an entry besides its bytes, generously
)

// NewEntry keeps a page that no site's data changes, such as an asset.
func NewEntry(key Key, p Page, at time.Time) *Entry { return newEntry(key, p, at, nil) }

func newEntry(key Key, p Page, at time.Time, stamps []stamp) *Entry {
	if p.Status == 0 {
		p.Status = http.StatusOK
	}
	e := &Entry{Key: key, Page: p, At: at, stamps: stamps}
	e.identify()
	if len(p.Body) >= compressFrom {
		if z := compressed(&gzips, p.Body); z != nil && len(z) < len(p.Body) {
			e.gz = z
		}
	}
	return e
}

// digest is short enough for a header and long enough that two pages never share it.
func digest(p *Page) string {
	h := sha256.New()
	h.Write([]byte{byte(p.Status >> 8), byte(p.Status)})
	for _, s := range []string{p.ContentType, p.Location} {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	h.Write(p.Body)
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// A compressor's tables are large, so they are used again.
var (
	gzips = sync.Pool{New: func() any {
		w, err := gzip.NewWriterLevel(nil, gzipLevel)
		if err != nil {
			panic(err) // the level is a constant
		}
		return w
	}}
	brotlis = sync.Pool{New: func() any { return brotli.NewWriterLevel(nil, brotliLevel) }}
)

type compressor interface {
	io.WriteCloser
	Reset(io.Writer)
}

func compressed(from *sync.Pool, b []byte) []byte {
	var out bytes.Buffer
	w := from.Get().(compressor)
	defer from.Put(w)
	w.Reset(&out)
	if _, err := w.Write(b); err != nil || w.Close() != nil {
		return nil // a buffer takes everything, so this does not happen
	}
	return out.Bytes()
}

// ETag identifies the page's content whatever it is encoded in; it has no quotes.
func (e *Entry) ETag() string { return e.digest }

// tags are the values of the ETag header, made once.
type tags struct{ plain, gz, br string }

// identify makes the digest and the tags of the page.
func (e *Entry) identify() {
	e.digest = digest(&e.Page)
	e.tags = tags{`"` + e.digest + `"`, `"` + e.digest + `-gz"`, `"` + e.digest + `-br"`}
}

// Tag is the value of the ETag header for an encoding that Bytes has returned: a strong tag differs by encoding.
func (e *Entry) Tag(encoding string) string {
	switch encoding {
	case "br":
		return e.tags.br
	case "gzip":
		return e.tags.gz
	}
	return e.tags.plain
}

// Bytes returns the body in the best encoding the client takes: "br", "gzip" or "" for plain. gzip is ready from
// the first hit, brotli is made on the second and used from then on.
func (e *Entry) Bytes(br, gz bool) (body []byte, encoding string) {
	if e.gz != nil && br {
		if b := e.brotli(); b != nil {
			return b, "br"
		}
	}
	if e.gz != nil && gz {
		return e.gz, "gzip"
	}
	return e.Page.Body, ""
}

func (e *Entry) brotli() []byte {
	if p := e.br.Load(); p != nil {
		return *p
	}
	if e.hits.Add(1) != 2 {
		return nil // the first hit, or another is compressing now
	}
	b := compressed(&brotlis, e.Page.Body)
	if b == nil || len(b) >= len(e.gz) {
		return nil // gzip stays: hits has passed 2
	}
	e.br.Store(&b)
	return b
}

// weight is what the entry takes in memory, with room for the brotli form, which is never larger than gzip.
func (e *Entry) weight() int64 {
	return int64(len(e.Page.Body) + 2*len(e.gz) + 3*len(e.Key.URL) + 32*len(e.stamps) + overhead)
}

// fresh reports whether no newer revision of anything the page shows is known.
func (e *Entry) fresh() bool {
	if e.kept {
		return false
	}
	for i := range e.stamps {
		if e.stamps[i].rev < e.stamps[i].known.rev.Load() {
			return false
		}
	}
	return true
}

// newer reports whether e shows something newer than other does.
func (e *Entry) newer(other *Entry) bool {
	if e.kept {
		return false
	}
	for _, s := range e.stamps {
		if i := find(other.stamps, s.site); i >= 0 && s.rev > other.stamps[i].rev {
			return true
		}
	}
	return false
}
