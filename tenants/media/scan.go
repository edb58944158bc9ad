package media

import (
	"bytes"
	"context"
	"slices"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/site"
)

// Scan is what was scanned of a sheet that somebody signed on paper (线下签批, d42). It lies beside the note that tells of the signature, and
// is the office's own: no text can name it, and no address of citizens leads to it.
type Scan struct {
	Site   kernel.SiteID
	Note   int64 // 0 until it is kept
	Name   string
	Kind   string // "pdf", "jpg" or "png"
	SHA256 string
	Bytes  int64
	By     kernel.AccountID
	At     time.Time

	most site.Quota // how much the site may keep
	room *Media
}

// scanFolder is of keys: beside that of what texts show, so that nothing which answers for texts ever finds it.
const scanFolder = "/scans/"

// scanned are the kinds that a scanner and a telephone make.
var scanned = []string{"pdf", "jpg", "png"}

func (s *Scan) key() string { return s.Site.String() + scanFolder + s.SHA256 }

// Size is how large it is, in words.
func (s *Scan) Size() string { return large(s.Bytes) }

// Digest is what the chain remembers of it.
func (s *Scan) Digest() string { return s.SHA256 }

// Scan checks a scan and stores its bytes, a picture's without the place where it was taken. It is kept when Keep has given it its note; of
// bytes whose note is refused the next fsck tells.
func (m *Media) Scan(ctx context.Context, site kernel.SiteID, name string, raw []byte) (*Scan, error) {
	if kind, err := sniff(name, raw); err != nil {
		return nil, err
	} else if !slices.Contains(scanned, kind) {
		return nil, fault.In("file", "“%s”不能作为签批的扫描件，请扫描成 PDF，或者用 JPG、PNG 图片。", short(name))
	}
	made, most, err := m.taken(ctx, site, name, raw)
	if err != nil {
		return nil, err
	}
	i := made.item
	s := &Scan{Site: site, Name: i.Name, Kind: i.Kind, SHA256: i.SHA256, Bytes: i.Bytes, By: i.By, At: i.At, most: most, room: m}
	if err := m.fits(ctx, site, s.Name, 1, s.Bytes, most); err != nil {
		return nil, err
	}
	_, err = m.Store.Put(ctx, s.key(), bytes.NewReader(made.bytes[0]), types[s.Kind])
	return s, err
}

// Keep writes that it belongs to the note, in the transaction that writes the note.
func (s *Scan) Keep(ctx context.Context, note int64) error {
	s.Note = note
	return s.room.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.room.fits(ctx, s.Site, s.Name, 1, s.Bytes, s.most); err != nil {
			return err
		}
		return s.room.insertScan(ctx, s)
	})
}
