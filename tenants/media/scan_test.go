package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/blob/blobtest"
)

// paper is a PDF of about so many bytes.
func paper(n int) []byte {
	return append(append([]byte("%PDF-1.4\n"), blobtest.Bytes(n, 3)...), "%%EOF"...)
}

func (h *house) read(site kernel.SiteID, note int64) (name, body string) {
	h.t.Helper()
	f, err := h.ScanFile(h.ctx, site, note)
	h.must(err)
	r, err := f.Open(h.ctx, 0, f.Size)
	h.must(err)
	b, err := io.ReadAll(r)
	h.must(err)
	h.must(r.Close())
	return f.ContentType + " " + f.Name, string(b)
}

// d42, A11: a scan of a signed sheet is checked like every upload, keeps no place, counts for the site's quota, and lies beside one note of one
// site.
func TestAScanLiesBesideItsNote(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		keep := func(at kernel.SiteID, note int64, name string, raw []byte) *Scan {
			t.Helper()
			s, err := h.Scan(h.ctx, at, name, raw)
			h.must(err)
			h.must(s.Keep(h.ctx, note))
			return s
		}
		s := keep(h.one, 7, `C:\扫描\签批单.pdf`, paper(2000))
		keep(h.one, 8, "IMG_1.JPG", withEXIF(drawn(t, "jpg", 800, 400), binary.BigEndian, 6))
		keep(h.next, 7, "别处的.png", drawn(t, "png", 9, 9))
		if s.Size() != "2 KB" || s.Digest() != s.SHA256 || len(s.SHA256) != 64 || s.By != 11 || s.Note != 7 {
			t.Errorf("kept %+v", s)
		}
		if name, body := h.read(h.one, 7); name != "application/pdf 签批单.pdf" || body != string(paper(2000)) {
			t.Errorf("read back %q, %d bytes", name, len(body))
		}
		name, body := h.read(h.one, 8)
		if c := config(t, strings.NewReader(body)); name != "image/jpeg IMG_1.jpg" || c.Width != 400 || c.Height != 800 || strings.Contains(body, "GPS") {
			t.Errorf("read back %q, %+v", name, c)
		}
		if name, _ := h.read(h.next, 7); name != "image/png 别处的.png" {
			t.Errorf("the other site has %q", name)
		}
		if _, err := h.ScanFile(h.ctx, h.next, 8); !fault.Is(err, fault.NotFound) {
			t.Errorf("another site's: %v", err)
		}
		if all, err := h.Scans(h.ctx, h.one); err != nil || len(all) != 2 || all[7].At != s.At || all[7].Bytes != s.Bytes || all[8].By != 11 {
			t.Errorf("%+v, %v", all, err)
		}
		second, err := h.Scan(h.ctx, h.one, "又一个.pdf", paper(2000))
		h.must(err)
		if err := second.Keep(h.ctx, 7); err == nil {
			t.Error("two scans lie beside one note")
		}
		if n, err := h.total(h.ctx, h.next); err != nil || n == 0 || n >= s.Bytes {
			t.Errorf("the other site keeps %d bytes, %v", n, err)
		}
		for _, at := range []kernel.SiteID{h.one, h.next} {
			if flaws, err := h.Flaws(h.ctx, at); err != nil || len(flaws) > 0 {
				t.Errorf("%v, %v", flaws, err)
			}
		}
		if len(h.keys()) != 3 {
			t.Errorf("the store holds %q", h.keys())
		}
		h.must(h.Store.Delete(h.ctx, s.key()))
		if flaws, err := h.Flaws(h.ctx, h.one); err != nil || len(flaws) != 1 || flaws[0] != (Flaw{"media-missing", s.key()}) {
			t.Errorf("without its bytes: %v, %v", flaws, err)
		}
	})
}

// d42: what is no scan is refused in a sentence and leaves nothing behind; what does not fit is refused before it is stored, and again when
// it is kept.
func TestWhatIsNoScan(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.must(h.sites.SetQuota(h.ctx, h.one, site.Quota{StorageMB: 2, UploadMB: 2}))
		for name, c := range map[string]struct {
			raw []byte
			say string
		}{
			"动图.gif":  {[]byte(moving(t, 1)), "不能作为签批的扫描件"},
			"签批.docx": {nil, "是空的"},
			"网页.pdf":  {[]byte("<html><script>alert(1)</script>"), "网页和 SVG"},
			"扫描.tif":  {[]byte("II*\x00" + strings.Repeat("x", 40)), "TIFF"},
			"半张.png":  {drawn(t, "png", 90, 90)[:60], "不完整"},
			"太大.pdf":  {paper(2 << 20), "太大"},
			"全景.png":  {header(60_000, 60_000, 8), "像素太多"},
			"图片.ofd":  {[]byte(moving(t, 1)), "不能作为签批的扫描件"},
		} {
			if _, err := h.Scan(h.ctx, h.one, name, c.raw); !strings.Contains(fault.Say(err), c.say) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := h.Scan(context.Background(), h.one, "签批.pdf", paper(10)); !fault.Is(err, fault.Forbidden) {
			t.Errorf("nobody scans: %v", err)
		}
		if len(h.keys()) != 0 {
			t.Errorf("refused, and stored: %q", h.keys())
		}
		first, err := h.Scan(h.ctx, h.one, "一.pdf", paper(1<<20))
		h.must(err)
		at, err := h.Scan(h.ctx, h.one, "二.pdf", paper(1<<20+1))
		h.must(err)
		h.must(first.Keep(h.ctx, 1))
		if err := at.Keep(h.ctx, 2); !strings.Contains(fault.Say(err), "已满 2 MB") {
			t.Errorf("both fit: %v", err)
		}
		if _, err := h.Scan(h.ctx, h.one, "三.pdf", paper(1<<20+2)); !strings.Contains(fault.Say(err), "已满 2 MB") {
			t.Errorf("a third fits: %v", err)
		}
		if _, err := h.Take(h.ctx, h.one, "三.pdf", paper(1<<20+2)); !strings.Contains(fault.Say(err), "已满 2 MB") {
			t.Errorf("a text's file fits beside the scans: %v", err)
		}
	})
}

// d42, d51: no number is a scan's for those who answer for texts: not the note's, not any other, whether a text names it or not.
func TestNoScanIsEverPublic(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s, err := h.Scan(h.ctx, h.one, "签批单.pdf", paper(300))
		h.must(err)
		h.must(s.Keep(h.ctx, 7))
		obj := publication.Object{Site: h.one, Kind: "article", ID: 5}
		e, err := h.pub.Freeze(h.ctx, publication.Draft{Object: obj, Author: 11, Policy: publication.Small, Title: "江", Payload: []byte(`{}`)})
		h.must(err)
		if err := h.Use(h.ctx, h.one, int64(e), `<p><a href="/-/media/7/file.pdf">签批单</a></p>`); !strings.Contains(fault.Say(err), "不在本站") {
			t.Errorf("a text uses a scan: %v", err)
		}
		same, err := h.Take(h.ctx, h.one, "签批单.pdf", paper(300)) // the same bytes, put into a text as well, are something else
		h.must(err)
		if same.key(0) == s.key() {
			t.Errorf("both lie at %s", s.key())
		}
		h.must(h.Use(h.ctx, h.one, int64(e), same.Markup("")))
		h.must(h.pub.Approve(h.ctx, h.one, e, publication.Opinion{Reviewer: 12, Verdict: publication.Approved, Review: "同意", Secrecy: "不涉密"}))
		h.must(h.pub.Publish(h.ctx, h.one, e, publication.Placing{Place: 2}))
		for what, get := range map[string]func(context.Context, kernel.SiteID, ID) (*Item, error){"drafts": h.Get, "sent": h.Sent, "citizens": h.Public} {
			if _, err := get(h.ctx, h.one, 7); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s get it: %v", what, err)
			}
		}
		all, err := h.find(h.ctx, h.one, "true")
		h.must(err)
		if len(all) != 1 || all[0].ID != same.ID || !bytes.Equal([]byte(all[0].SHA256), []byte(s.SHA256)) {
			t.Errorf("texts may name %+v", all)
		}
	})
}
