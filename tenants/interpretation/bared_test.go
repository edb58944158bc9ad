package interpretation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// E3, d10, d11: whoever is not held back from taking the last interpretation away makes it owed once more: it is told then, once for each policy
// that stands bare, and for nothing else.
func TestWhatIsBaredIsTold(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		rules, second, plain := h.draft(policy("管理办法", article.MajorPolicy)), h.draft(policy("另一个办法", article.MajorPolicy)), h.draft(policy("通知", ""))
		one, two, urgent := h.draft(news("解读")), h.draft(news("问答")), h.draft(news("紧急解读"))
		for _, of := range []int64{rules, second, plain} {
			h.link(of, one, Text)
		}
		h.link(rules, two, QA)
		for _, id := range []int64{rules, second, plain, two} {
			h.approved(id)
		}
		h.must(h.publish(h.approved(one), two, rules, second, plain))
		told := func(what string, want ...int64) {
			t.Helper()
			var got []int64
			for _, a := range h.bared {
				got = append(got, a.Policy)
				if a.Site != h.city() || !a.At.Equal(h.now) {
					t.Errorf("%s: told %+v", what, a)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: bared %v, want %v", what, got, want)
			}
			h.bared = nil
		}
		away := func(id int64) {
			t.Helper()
			h.now = h.now.Add(time.Minute)
			h.must(h.articles.Withdraw(h.ctx, h.city(), id, "依法撤下"))
		}
		away(one)
		told("one of two, the only one of another, and one of no major policy", second)
		away(two)
		told("the other", rules)
		e, err := h.articles.Submit(h.ctx, h.city(), urgent, 1)
		h.must(err)
		h.link(second, urgent, Text)
		h.must(h.Published.PublishEmergency(h.ctx, h.city(), e, publication.Placing{Place: 2}, 14))
		h.now = h.now.Add(time.Minute)
		h.must(h.Published.Settle(h.ctx, h.city(), e, publication.Opinion{Reviewer: reviewer, Verdict: publication.Rejected, Reason: "内容不实"}))
		told("refused after it went out in an emergency", second)
		away(second)
		away(plain)
		told("the policies themselves")
		h.must(h.DB.InTx(h.ctx, func(ctx context.Context) error {
			return h.Published.Withdrawn.Emit(ctx, publication.WithdrawnEvent{Object: publication.Object{Site: h.city(), Kind: "leaflet", ID: two}})
		}))
		told("what is no article")
		h.must(h.DB.InTx(h.ctx, func(ctx context.Context) error { return h.withdrawn(ctx, h.sites[1].ID, two) }))
		told("another site's")
	})
}

// E1, d12: a list says of each text in which form it explains a policy, of several the first, and nothing of what explains none or is another site's.
func TestAListSaysTheForms(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		rules, other, film, plain := h.draft(policy("管理办法", "")), h.draft(policy("细则", "")), h.draft(news("看一看")), h.draft(news("动态"))
		h.link(rules, film, Video)
		h.link(other, film, Text)
		items := []render.Item{{Href: at(plain)}, {Href: at(film)}, {Href: "https://example.com/a/" + fmt.Sprint(film)}, {Href: at(rules)}}
		h.must(h.Mark(h.ctx, h.sites[0], items))
		for n, want := range []string{"", "视频 视", "", ""} {
			if got := strings.TrimSpace(items[n].Form + " " + items[n].Sign); got != want {
				t.Errorf("%s is marked %q, want %q", items[n].Href, got, want)
			}
		}
		theirs := []render.Item{{Href: h.sites[1].Path("/a/" + fmt.Sprint(film))}}
		h.must(h.Mark(h.ctx, h.sites[1], theirs))
		if theirs[0].Form != "" {
			t.Errorf("another site's list says %q", theirs[0].Form)
		}
		h.must(h.Mark(h.ctx, h.sites[0], nil))
		seen := map[string]bool{}
		for _, f := range Forms {
			if len([]rune(f.Sign)) != 1 || seen[f.Sign] {
				t.Errorf("the sign of %s is %q", f.Word, f.Sign)
			}
			seen[f.Sign] = true
		}
	})
}
