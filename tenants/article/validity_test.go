package article

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
)

// B7: a text that another one replaces says so above its words and in its list, since when and by which; the new one names it. All of it
// goes when that is taken back, and no link leads to what citizens cannot read.
func TestValidityIsShownBothWays(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.Sites = h.sites
		old := h.publish(h.city, 1, Payload{Kind: Policy, Title: "旧办法", Body: "<p>旧文。</p>", Document: &Document{Number: "安政发〔2010〕1号", Validity: "in_force"}})
		fresh, plain := h.publish(h.city, 1, news("新办法")), h.publish(h.city, 1, news("无关的"))
		v := Validity{State: "abolished", Since: "2026-11-01", To: object(h.city.ID, fresh), Reason: "新办法施行"}
		for name, c := range map[string]struct {
			id    ID
			v     Validity
			field string
		}{
			"no state":                   {old, Validity{Reason: "理由"}, "validity"},
			"no reason":                  {old, Validity{State: "expired", Reason: " "}, "reason"},
			"no day":                     {old, Validity{State: "expired", Since: "2026-02-30", Reason: "理由"}, "since"},
			"in force, replaced":         {old, Validity{State: "in_force", To: v.To, Reason: "理由"}, "validity"},
			"by itself":                  {old, Validity{State: "expired", To: object(h.city.ID, old), Reason: "理由"}, "to"},
			"by what is not public":      {old, Validity{State: "expired", To: object(h.city.ID, 1), Reason: "理由"}, "to"},
			"by what is on another site": {old, Validity{State: "expired", To: object(h.towns[0].ID, fresh), Reason: "理由"}, "to"},
			"of what is not public":      {1, Validity{State: "expired", Reason: "理由"}, ""},
		} {
			err := h.SetValidity(h.ctx, h.city.ID, c.id, c.v)
			if wrong, is := err.(*fault.Fault); !is || wrong.Field != c.field {
				t.Errorf("%s: got %v, want a fault about %q", name, err, c.field)
			}
		}
		h.must(h.SetValidity(h.ctx, h.city.ID, old, v))
		refused(t, "a circle", h.SetValidity(h.ctx, h.city.ID, fresh, Validity{State: "amended", To: object(h.city.ID, old), Reason: "理由"}), fault.Invalid, "循环")

		page := h.document(h.show(h.city, old))
		if got := page.Find(".validity").Text(); !strings.Contains(got, "自2026年11月1日起废止") || !strings.Contains(got, "新办法") {
			t.Errorf("the old text says %q", got)
		}
		if got := page.Find("dl.facts").Text(); !strings.Contains(got, "已废止（2026-11-01 起）") {
			t.Errorf("its table says %q", got)
		}
		if got, _ := page.Find(".validity a").Attr("href"); got != h.city.URL(fmt.Sprintf("/a/%d", fresh)) {
			t.Errorf("the old text leads to %q", got)
		}
		if got := h.document(h.show(h.city, fresh)).Find(".colophon").Text(); !strings.Contains(got, "本文替代：旧办法") {
			t.Errorf("the new text says %q", got)
		}
		if got := h.document(h.list(h.city, "dongtai", "")).Find("main ul.rows").Text(); strings.Count(got, "已废止") != 1 || !strings.Contains(got, "旧办法（已废止）") {
			t.Errorf("the list says %q", got)
		}
		if got := h.document(h.show(h.city, plain)); got.Find(".validity").Length() != 0 || strings.Contains(got.Text(), "本文替代") {
			t.Error("a text that nothing happened to says something of it")
		}

		h.must(h.Withdraw(h.ctx, h.city.ID, fresh, "内容有误"))
		if page := h.document(h.show(h.city, old)); page.Find(".validity a").Length() != 0 || page.Find(".validity").Length() != 1 {
			t.Error("the old text leads to what was withdrawn")
		}
		h.must(h.Published.Depart(h.ctx, object(h.city.ID, fresh), publication.Departure{How: publication.MovedTo, To: object(h.city.ID, plain), Reason: "合并"}))
		if got := h.document(h.show(h.city, old)).Find(".validity a").Text(); got != "无关的" {
			t.Errorf("the old text does not follow where its successor leads: %q", got)
		}
		h.must(h.ClearValidity(h.ctx, h.city.ID, old))
		refused(t, "clear twice", h.ClearValidity(h.ctx, h.city.ID, old), fault.Conflict, "没有登记过")
		if h.document(h.show(h.city, old)).Find(".validity").Length() != 0 {
			t.Error("taken back, it is still there")
		}
	})
}

// A12, B7: what became of a text is its own site's to say, by somebody who is known; a page names what it replaced on its own site.
func TestValidityIsTheSitesOwn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.Sites = h.sites
		here, there := h.city.ID, h.towns[0].ID
		old, fresh, theirs := h.publish(h.city, 1, news("旧办法")), h.publish(h.city, 1, news("新办法")), h.publish(h.towns[0], 1, news("县里的旧办法"))
		v := Validity{State: "abolished", To: object(here, fresh), Reason: "新办法施行"}
		refused(t, "nobody", h.SetValidity(kernel.WithActor(h.ctx, kernel.Actor{}), here, old, v), fault.Forbidden, "请先登录")
		h.must(h.SetValidity(h.ctx, here, old, v))
		h.must(h.SetValidity(h.ctx, there, theirs, v))
		if got, err := h.replaced(h.ctx, here, fresh); err != nil || len(got) != 1 || got[old] != "abolished" {
			t.Errorf("it replaced %v of its site, %v; want %d", got, err, old)
		}
		if got, err := h.ValidityOf(h.ctx, there, old); err != nil || got != (Validity{}) {
			t.Errorf("another site says of it %+v, %v", got, err)
		}
		refused(t, "another site clears it", h.ClearValidity(h.ctx, there, old), fault.Conflict, "没有登记过")
		h.must(h.DB.InTx(h.ctx, func(ctx context.Context) error { return h.endValidity(ctx, there, old) }))
		if got, err := h.ValidityOf(h.ctx, here, old); err != nil || got.State != v.State || got.To != v.To {
			t.Errorf("after another site reached for it: %+v, %v", got, err)
		}
	})
}

// C12, d09: the address of what was withdrawn leads to the text that its publisher named, on this site or another one that is open, and
// says that it was withdrawn when that cannot be read.
func TestTheAddressLeadsElsewhere(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.Sites = h.sites
		here, near, far := h.publish(h.city, 1, news("旧的")), h.publish(h.city, 1, news("近的")), h.publish(h.towns[0], 1, news("远的"))
		leads := func(what string, want string) {
			t.Helper()
			p, err := h.show(h.city, here)
			switch {
			case want == "" && !fault.Is(err, fault.Gone):
				t.Errorf("%s: %v, %v; want gone", what, p, err)
			case want != "" && (err != nil || p.Status != 301 || p.Location != want):
				t.Errorf("%s: %+v, %v; want 301 to %s", what, p, err, want)
			}
		}
		to := func(o publication.Object) publication.Departure {
			return publication.Departure{How: publication.MovedTo, To: o, Reason: "合并"}
		}
		h.must(h.Published.Depart(h.ctx, object(h.city.ID, here), to(object(h.city.ID, near))))
		leads("on the same site", fmt.Sprintf("/a/%d", near))
		h.must(h.Published.Depart(h.ctx, object(h.city.ID, near), to(object(h.towns[0].ID, far))))
		leads("over another one to another site", h.towns[0].URL(fmt.Sprintf("/a/%d", far)))
		h.must(h.sites.Suspend(h.ctx, h.towns[0].ID, "安全检查", "本网站暂停服务。"))
		h.must(h.sites.Reload(h.ctx))
		leads("to a site that is suspended", "")
		h.Sites = nil
		leads("in a house that knows no other sites", "")
		if p, err := h.show(h.towns[0], here); !fault.Is(err, fault.NotFound) {
			t.Errorf("the neighbour answers for it: %+v, %v", p, err)
		}
	})
}

// B7, LC13 over a graph of twelve texts that amend, abolish and outlive one another: wherever one text leads to another, that one names it, with
// what it did to it; and nothing else is named. What is withdrawn is named by nobody, and what is taken back is gone on both.
func TestRelationsAreTheSameFromBothSides(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.Sites = h.sites
		const texts = 12
		ids := make([]ID, texts)
		for i := range ids {
			ids[i] = h.publish(h.city, 1, news(fmt.Sprintf("第%02d号", i)))
		}
		states := []string{"amended", "abolished", "expired"}
		to := map[ID]ID{}
		become := map[ID]string{}
		for i := range texts - 1 { // each leads to a later one: no circles
			if i%4 == 3 {
				continue
			}
			next := ids[i+1+(i*5)%(texts-1-i)]
			to[ids[i]], become[ids[i]] = next, states[i%len(states)]
			h.must(h.SetValidity(h.ctx, h.city.ID, ids[i], Validity{State: states[i%len(states)], To: object(h.city.ID, next), Reason: "修订"}))
		}
		agree := func(what string) {
			t.Helper()
			for _, id := range ids {
				page, err := h.show(h.city, id)
				if fault.Is(err, fault.Gone) {
					continue
				}
				doc := h.document(page, err)
				want := ""
				if next, leads := to[id]; leads {
					want = h.city.URL(fmt.Sprintf("/a/%d", next))
				}
				if got := doc.Find(".validity a").AttrOr("href", ""); got != want {
					t.Errorf("%s: %d leads to %q, want %q", what, id, got, want)
				}
				named := map[string]string{}
				doc.Find(".colophon p").Each(func(_ int, p *goquery.Selection) {
					p.Find("a").Each(func(_ int, a *goquery.Selection) { named[a.AttrOr("href", "")] = p.Text()[:len("本文修改")] })
				})
				for from, next := range to {
					at, says := fmt.Sprintf("/a/%d", from), "本文替代"
					if become[from] == "amended" {
						says = "本文修改"
					}
					if next == id && named[at] != says || next != id && named[at] != "" {
						t.Errorf("%s: %d says %q of %d, which leads to %d", what, id, named[at], from, next)
					}
					delete(named, at)
				}
				if len(named) != 0 {
					t.Errorf("%s: %d names %v", what, id, named)
				}
			}
		}
		agree("as it was said")
		h.must(h.ClearValidity(h.ctx, h.city.ID, ids[0]))
		delete(to, ids[0])
		agree("one taken back")
		h.must(h.Withdraw(h.ctx, h.city.ID, ids[texts-1], "内容有误"))
		for from, next := range to {
			if next == ids[texts-1] {
				delete(to, from)
			}
		}
		agree("one withdrawn")
		h.must(h.Withdraw(h.ctx, h.city.ID, ids[1], "内容有误"))
		delete(to, ids[1])
		agree("two withdrawn")
	})
}
