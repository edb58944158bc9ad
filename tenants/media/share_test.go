package media

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/site"
)

// above is the site of the city, whose counties the others are.
func (h *shop) above() kernel.SiteID {
	h.t.Helper()
	o, err := org.New(h.DB, h.Now, h.IDs, h.Audit).ByCode(h.ctx, "610900")
	h.must(err)
	made, err := h.sites.Create(h.ctx, site.Spec{Org: o.ID})
	h.must(err)
	return made.ID
}

// offers are the items of other sites that a site may take.
func (h *shop) offers(at kernel.SiteID, text string) string {
	h.t.Helper()
	all, err := h.Offered(h.ctx, at, text, kernel.Page{Number: 1, Size: 50})
	h.must(err)
	var names []string
	for _, i := range all {
		names = append(names, i.Called())
	}
	return strings.Join(names, " ")
}

// E7, A12: a site sees of another what that one shares with it, by name or from above, an item or a folder, and nothing else, for as long as
// the grant stands.
func TestNothingIsSharedByAccident(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		city := h.above()
		seal, plan, secret := h.keeps(city, "市徽.png", 40), h.keeps(city, "方案.pdf", 2000), h.keeps(city, "内部.pdf", 2100)
		lake := h.keeps(h.one, "瀛湖.png", 42)
		h.must(h.Move(h.ctx, city, seal.ID, "标识"))
		h.must(h.Move(h.ctx, h.one, lake.ID, "标识")) // a folder of the same name, which nobody shares
		for _, at := range []kernel.SiteID{city, h.one, h.next} {
			if got := h.offers(at, ""); got != "" {
				t.Errorf("before anything is shared site %d is offered %q", at, got)
			}
		}
		h.must(h.Share(h.ctx, Grant{Site: city, Folder: "标识"}))
		h.must(h.Share(h.ctx, Grant{Site: city, Folder: " 标识 "})) // once more
		h.must(h.Share(h.ctx, Grant{Site: city, Item: plan.ID, To: h.next}))
		h.must(h.Share(h.ctx, Grant{Site: h.one, Item: lake.ID})) // with those below, of whom there are none
		for at, want := range map[kernel.SiteID]string{city: "", h.one: "市徽.png", h.next: "方案.pdf 市徽.png"} {
			if got := h.offers(at, ""); got != want {
				t.Errorf("site %d is offered %q, want %q", at, got, want)
			}
		}
		if got := h.offers(h.next, "方案"); got != "方案.pdf" {
			t.Errorf("looked for: %q", got)
		}
		for _, c := range []struct {
			at, owner kernel.SiteID
			item      ID
		}{{h.one, city, plan.ID}, {h.next, city, secret.ID}, {h.next, h.one, lake.ID}, {city, h.one, lake.ID}, {h.next, h.one, plan.ID}, {city, city, seal.ID}} {
			if _, err := h.Adopt(h.ctx, c.at, c.owner, c.item); !fault.Is(err, fault.NotFound) {
				t.Errorf("site %d takes %d of site %d: %v", c.at, c.item, c.owner, err)
			}
		}
		all, err := h.Shares(h.ctx, city)
		if err != nil || len(all) != 2 || all[0].Site != city {
			t.Fatalf("shared: %+v, %v", all, err)
		}
		if others, err := h.Shares(h.ctx, h.one); err != nil || len(others) != 1 {
			t.Errorf("the county shares %+v, %v", others, err)
		}
		for _, g := range all {
			if err := h.Unshare(h.ctx, h.one, g.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("another site ends it: %v", err)
			}
		}
		h.must(h.Bin(h.ctx, city, seal.ID))
		if got := h.offers(h.one, ""); got != "" {
			t.Errorf("what is in the bin is offered: %q", got)
		}
		h.must(h.Unbin(h.ctx, city, seal.ID))
		for _, g := range all {
			h.must(h.Unshare(h.ctx, city, g.ID))
		}
		for _, at := range []kernel.SiteID{h.one, h.next} {
			if got := h.offers(at, ""); got != "" {
				t.Errorf("after the end site %d is offered %q", at, got)
			}
		}
		h.sound("shared")
	})
}

// E7: what a grant is, and who gives it.
func TestWhatMayBeShared(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		lake, foreign := h.keeps(h.one, "瀛湖.png", 42), h.keeps(h.next, "别站.png", 44)
		for name, c := range map[string]struct {
			g    Grant
			want string
		}{
			"nothing":             {Grant{Site: h.one}, "请选择要共享的文件夹"},
			"both":                {Grant{Site: h.one, Item: lake.ID, Folder: "风景"}, "请选择要共享的文件夹"},
			"with itself":         {Grant{Site: h.one, Item: lake.ID, To: h.one}, "这是本站"},
			"another's":           {Grant{Site: h.one, Item: foreign.ID}, "没有这个文件"},
			"a folder of no name": {Grant{Site: h.one, Folder: "一\n二"}, "换行"},
		} {
			if err := h.Share(h.ctx, c.g); !strings.Contains(fault.Say(err), c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := h.Share(h.ctx, Grant{Site: h.one, Item: lake.ID, To: 7}); !fault.Is(err, fault.NotFound) {
			t.Errorf("with no site: %v", err)
		}
		if name, err := h.siteName(h.ctx, 7); err != nil || name != "7" {
			t.Errorf("a site that is not here is called %q, %v", name, err)
		}
		if name, err := h.siteName(h.ctx, h.one); err != nil || name != "汉滨区人民政府" {
			t.Errorf("the county's site is called %q, %v", name, err)
		}
		if err := h.Share(context.Background(), Grant{Site: h.one, Item: lake.ID}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("nobody shares: %v", err)
		}
		if _, err := h.Adopt(context.Background(), h.one, h.next, foreign.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("nobody takes: %v", err)
		}
		for n := range grantsMost {
			h.must(h.Share(h.ctx, Grant{Site: h.one, Folder: fmt.Sprintf("夹%d", n)}))
		}
		h.says(h.Share(h.ctx, Grant{Site: h.one, Item: lake.ID}), "最多共享 200 项")
	})
}

// E7, A11: a copy has the same bytes, its own row and card, where it came from and on what terms, counts for its own site, and stays when the grant
// ends and when the owner throws the original away.
func TestACopyIsTheOtherSitesOwn(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		lake := h.keeps(h.one, "瀛湖.png", 400)
		h.must(h.Describe(h.ctx, h.one, lake.ID, 0, Card{Title: "瀛湖", Alt: "雪后的湖", Source: "融媒体", Licence: "注明来源", X: 20, Y: 80}))
		h.must(h.Share(h.ctx, Grant{Site: h.one, Item: lake.ID, To: h.next}))
		h.must(h.sites.SetQuota(h.ctx, h.next, site.Quota{StorageMB: 1, UploadMB: 1}))
		full, err := h.Take(h.ctx, h.next, "满.pdf", paper(1<<20-100))
		h.must(err)
		_, err = h.Adopt(h.ctx, h.next, h.one, lake.ID)
		h.says(err, "已满 1 MB")
		if n := len(h.keys()); n != 3 {
			t.Errorf("refused, and %d keys lie there", n)
		}
		h.must(h.sites.SetQuota(h.ctx, h.next, site.Quota{StorageMB: 5, UploadMB: 1}))
		h.now = h.now.Add(1e9)
		made, err := h.Adopt(h.ctx, h.next, h.one, lake.ID)
		h.must(err)
		again, err := h.Adopt(h.ctx, h.next, h.one, lake.ID)
		h.must(err)
		s, err := h.Shelved(h.ctx, h.next, made.ID)
		if err != nil || again.ID != made.ID || made.ID == lake.ID || s.SHA256 != lake.SHA256 || s.By != 11 || s.At != h.now ||
			s.Card != (Card{Title: "瀛湖", Alt: "雪后的湖", Source: "融媒体", Licence: "注明来源", X: 20, Y: 80, Version: 1}) {
			t.Errorf("the copy is %+v %+v, %v", s, s.Card, err)
		}
		if o, err := h.OriginOf(h.ctx, h.next, made.ID); err != nil || o != (Origin{h.one, lake.ID, "注明来源", h.now}) {
			t.Errorf("it came from %+v, %v", o, err)
		}
		if o, err := h.OriginOf(h.ctx, h.one, made.ID); err != nil || o != (Origin{}) {
			t.Errorf("the copy, asked of the owner, came from %+v, %v", o, err)
		}
		if o, err := h.OriginOf(h.ctx, h.one, lake.ID); err != nil || o != (Origin{}) {
			t.Errorf("the original came from %+v, %v", o, err)
		}
		if n, err := h.total(h.ctx, h.next); err != nil || n != full.Stored+made.Stored {
			t.Errorf("%d bytes count, %v", n, err)
		}
		g, err := h.Shares(h.ctx, h.one)
		h.must(err)
		h.must(h.Unshare(h.ctx, h.one, g[0].ID))
		h.must(h.Share(h.ctx, Grant{Site: h.one, Item: lake.ID, To: h.next})) // goes with the item
		h.must(h.Bin(h.ctx, h.one, lake.ID))
		h.now = h.now.Add(BinnedFor)
		h.must(h.queue.Drain(h.ctx))
		if _, err := h.Get(h.ctx, h.one, lake.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("the original: %v", err)
		}
		if g, err := h.Shares(h.ctx, h.one); err != nil || len(g) != 0 {
			t.Errorf("shared still: %+v, %v", g, err)
		}
		var was, now bytes.Buffer
		for _, i := range []struct {
			b    *bytes.Buffer
			form string
		}{{&was, "full.png"}, {&now, "320.png"}} {
			f, err := h.File(made, i.form)
			h.must(err)
			r, err := f.Open(h.ctx, 0, f.Size)
			h.must(err)
			_, err = i.b.ReadFrom(r)
			h.must(err)
			h.must(r.Close())
		}
		if int64(was.Len()) != lake.Bytes || int64(now.Len()) != lake.Thumbs[0].Bytes {
			t.Errorf("the copy has %d and %d bytes", was.Len(), now.Len())
		}
		h.must(h.Bin(h.ctx, h.next, made.ID))
		h.now = h.now.Add(BinnedFor)
		h.must(h.queue.Drain(h.ctx))
		h.sound("copied")
	})
}
