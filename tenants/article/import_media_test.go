package article

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/storage/blob/files"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"github.com/zhanqun/zhanqun/tenants/media"
)

// E5, d12: a picture and a file that an imported text names are public with it, from the moment it is; what its own site has not is a bad
// row, in a dry run too, and holds up no other.
func TestAnImportUsesItsPictures(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := build(t, d)
		store, err := files.Open(t.TempDir())
		h.must(err)
		clock := kernel.Clock(func() time.Time { return h.now })
		m := media.New(media.Room{DB: d, Now: clock, IDs: kernel.NewSeededIDs(clock, 9), Audit: audit.New(d, clock, nil), Sites: h.sites, Store: store})
		h.Pictures = m
		var b bytes.Buffer
		h.must(png.Encode(&b, image.NewGray(image.Rect(0, 0, 9, 9))))
		own, err := m.Take(h.ctx, h.city.ID, "江.png", b.Bytes())
		h.must(err)
		form, err := m.Take(h.ctx, h.city.ID, "表.pdf", []byte("%PDF-1.4\n%%EOF"))
		h.must(err)
		foreign, err := m.Take(h.ctx, h.towns[0].ID, "江.png", b.Bytes())
		h.must(err)
		line := func(id, more string) string {
			raw, err := json.Marshal(map[string]string{"id": id, "title": id, "level": "行政法规", "body_html": "<p>正文。</p>" + more})
			h.must(err)
			return string(raw)
		}
		lines := strings.Join([]string{line("无图", ""), line("有图", own.Markup("江")+form.Markup("")), line("别站的图", own.Markup("")+foreign.Markup("")),
			line("没有的图", `<p><img src="/-/media/7/full.png" alt=""></p>`), line("还是没图", "")}, "\n")
		is := func(when string, want bool) {
			t.Helper()
			for _, i := range []*media.Item{own, form} {
				if _, err := m.Public(h.ctx, h.city.ID, i.ID); want != (err == nil) || !want && !fault.Is(err, fault.NotFound) {
					t.Errorf("%s %s: %v", when, i.Name, err)
				}
			}
			if _, err := m.Public(h.ctx, h.towns[0].ID, foreign.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s another site's: %v", when, err)
			}
		}
		for _, dry := range []bool{true, false} {
			is("before", false)
			o := h.options(h.city)
			o.DryRun = dry
			r, err := h.ImportDocuments(h.ctx, strings.NewReader(lines), o)
			h.must(err)
			if r.Imported != 3 || len(r.Bad) != 2 || r.Bad[0].ID != "别站的图" || r.Bad[1].Line != 4 || !strings.Contains(r.Bad[1].Say, "不在本站") || r.Bad[1].Field != "body" {
				t.Errorf("dry %v: %+v", dry, r)
			}
		}
		is("imported", true)
		r, err := h.ImportDocuments(h.ctx, strings.NewReader(lines), h.options(h.city))
		if err != nil || r.Already != 3 || len(r.Bad) != 2 {
			t.Errorf("again: %+v, %v", r, err)
		}
		live := h.public(h.city)["有图"]
		h.must(h.Withdraw(h.ctx, h.city.ID, live.ID, "有误"))
		is("withdrawn", false)
	}, append(schema(), media.Migrations())...)
}
