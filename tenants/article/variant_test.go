package article

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
)

// S2, LC19: a text and its list in a variant lead to the same variant, links in the text's own words too; files stay where they are, a
// person's name as it is written, and what is withdrawn is gone in every variant.
func TestArticleInVariants(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		older := h.publish(h.city, 1, news("发展规划一则"))
		p := news("头发与干部")
		p.Author = "范后里"
		p.Body = fmt.Sprintf(`<p>详见<a href="/a/%d">规划</a>、<a href="%s">栏目</a>和<a href="/-/media/7/biao.pdf">附件</a>。</p>`, older, h.city.URL("/c/dongtai"))
		id := h.publish(h.city, 1, p)
		for _, v := range kernel.Variants {
			s := h.city.In(v)
			doc := h.document(h.show(s, id))
			var got []string
			doc.Find(".prose a, .next a").Each(func(_ int, a *goquery.Selection) { got = append(got, a.AttrOr("href", "")) })
			want := []string{s.Path(fmt.Sprintf("/a/%d", older)), s.Path("/c/dongtai"), "/-/media/7/biao.pdf", s.Path(fmt.Sprintf("/a/%d", older))}
			if !slices.Equal(got, want) {
				t.Errorf("%s: the text leads to %q, want %q", v, got, want)
			}
			if by := doc.Find(".by").Text(); !strings.Contains(by, "范后里") {
				t.Errorf("%s: its author is %q", v, by)
			}
			if url := doc.Find(`meta[name="Url"]`).AttrOr("content", "") + doc.Find(".url").Text(); url != strings.Repeat(h.city.URL(fmt.Sprintf("/a/%d", id)), 2) {
				t.Errorf("%s: it calls itself %s", v, url)
			}
			list := h.document(h.list(s, "dongtai", ""))
			if first := list.Find(".rows a").First().AttrOr("href", ""); first != s.Path(fmt.Sprintf("/a/%d", id)) {
				t.Errorf("%s: the list leads to %s", v, first)
			}
		}
		if got := h.document(h.show(h.city.In(kernel.Hant), id)).Find("h1").Text(); got != "頭髮與幹部" {
			t.Errorf("in traditional characters: %s", got)
		}
		h.must(h.Withdraw(h.ctx, h.city.ID, id, "内容有误"))
		for _, v := range kernel.Variants {
			if _, err := h.show(h.city.In(v), id); !fault.Is(err, fault.Gone) {
				t.Errorf("%s: what was withdrawn answers %v", v, err)
			}
		}
	})
}
