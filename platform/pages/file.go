package pages

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/zhanqun/zhanqun/kernel"
)

// A mirrored page is one file: the SHA-256 of the rest, a line of JSON, the body compressed with gzip.

var errTorn = errors.New("mirror: the file is not what was written")

// header is the line of JSON.
type header struct {
	URL      string          `json:"url"`
	Site     int64           `json:"site,string"`
	Status   int             `json:"status"`
	Type     string          `json:"type,omitempty"`
	Location string          `json:"location,omitempty"`
	Route    string          `json:"route,omitempty"`
	NoIndex  bool            `json:"noindex,omitempty"`
	At       time.Time       `json:"at"`    // rendered
	Saved    time.Time       `json:"saved"` // known to be good
	Stamps   map[int64]int64 `json:"stamps"`
}

// fileName spreads pages over 256 folders; an address says nothing about where its file is to whoever chose it.
func fileName(url string) string {
	h := sha256.Sum256([]byte(url))
	x := hex.EncodeToString(h[:])
	return x[:2] + "/" + x[2:]
}

func encode(e *Entry, saved time.Time) ([]byte, error) {
	h := header{URL: e.Key.URL, Site: int64(e.Key.Site), Status: e.Page.Status, Type: e.Page.ContentType,
		Location: e.Page.Location, Route: e.Page.Route, NoIndex: e.Page.NoIndex, At: e.At, Saved: saved, Stamps: map[int64]int64{}}
	for _, s := range e.stamps {
		h.Stamps[int64(s.site)] = s.rev
	}
	line, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	body := e.gz
	if body == nil {
		body = compressed(&gzips, e.Page.Body)
	}
	return seal(append(append(line, '\n'), body...)), nil
}

func decode(b []byte, r *Revisions) (*Entry, header, error) {
	var h header
	b, err := open(b)
	if err != nil {
		return nil, h, err
	}
	line, body, ok := bytes.Cut(b, []byte{'\n'})
	if !ok {
		return nil, h, errTorn
	}
	if err := json.Unmarshal(line, &h); err != nil {
		return nil, h, errTorn
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, h, errTorn
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		return nil, h, errTorn
	}
	p := Page{Status: h.Status, ContentType: h.Type, Location: h.Location, Route: h.Route, NoIndex: h.NoIndex, Body: plain}
	e := &Entry{Key: Key{kernel.SiteID(h.Site), h.URL}, Page: p, At: h.At, kept: true}
	e.identify()
	if len(plain) >= compressFrom && len(body) < len(plain) {
		e.gz = body
	}
	for site, rev := range h.Stamps {
		e.stamps = append(e.stamps, stamp{kernel.SiteID(site), rev, r.counter(kernel.SiteID(site))})
	}
	return e, h, nil
}

// seal puts the digest of b before it, so that a torn or altered file is never served.
func seal(b []byte) []byte {
	d := sha256.Sum256(b)
	return append(d[:], b...)
}

func open(b []byte) ([]byte, error) {
	if len(b) < sha256.Size || sha256.Sum256(b[sha256.Size:]) != [sha256.Size]byte(b[:sha256.Size]) {
		return nil, errTorn
	}
	return b[sha256.Size:], nil
}

// replace writes a file whole or not at all. lasting waits for the disk.
func replace(root *os.Root, name string, b []byte, lasting bool) error {
	if err := root.MkdirAll(path.Dir(name), 0o750); err != nil {
		return fmt.Errorf("make folder of %s: %w", name, err)
	}
	f, err := root.OpenFile(name+".new", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o640)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil && lasting {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = root.Rename(name+".new", name)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", name, err), root.Remove(name+".new"))
	}
	return nil
}
