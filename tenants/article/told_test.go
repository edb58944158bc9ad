package article

import (
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/publication"
)

// J3, J5, A12: what is told of articles: those of the site that are public, in the order asked for, with what has become of a document since.
func TestTell(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		policy := news("关于茶叶的通知")
		policy.Kind, policy.Document = Policy, &Document{Number: "安政发〔2026〕1号", Validity: "in_force"}
		first := h.publish(h.city, 1, policy)
		second := h.publish(h.city, 1, Payload{Title: "长文", Body: "<p>" + strings.Repeat("茶山<b>采茶</b> ", 60) + "</p>"})
		foreign := h.publish(h.towns[0], 1, news("区里的"))
		draft, err := h.Create(h.ctx, h.city.ID, 1, "", news("草稿"))
		h.must(err)
		gone := h.publish(h.city, 1, news("撤下的"))
		h.must(h.Withdraw(h.ctx, h.city.ID, gone, "内容有误"))
		h.must(h.SetValidity(h.ctx, h.city.ID, first, Validity{State: "abolished", Reason: "有新规定"}))
		told, err := h.Tell(h.ctx, h.city.ID, []ID{second, foreign, draft, gone, first})
		h.must(err)
		if len(told) != 2 || told[0].ID != second || told[1].ID != first {
			t.Fatalf("got %+v", told)
		}
		if told[1].Document.Validity != "abolished" || told[1].Excerpt != "关于茶叶的通知的正文。" || told[1].Undated {
			t.Errorf("got %+v", told[1])
		}
		if words := []rune(told[0].Excerpt); len(words) != excerptMost || !strings.HasPrefix(told[0].Excerpt, "茶山采茶 茶山采茶") || words[excerptMost-1] != '…' {
			t.Errorf("the beginning is %q", told[0].Excerpt)
		}
		if theirs, err := h.Tell(h.ctx, h.towns[0].ID, []ID{foreign, first}); err != nil || len(theirs) != 1 || theirs[0].Document != nil {
			t.Errorf("the other site: %+v, %v", theirs, err)
		}
		if none, err := h.Tell(h.ctx, h.city.ID, nil); err != nil || len(none) != 0 {
			t.Errorf("nothing: %v, %v", none, err)
		}
	})
}

// R2: the page of an article says what it is: the beginning of the text where nobody wrote a summary, its first own picture, its source as its author.
func TestWhatAnArticleSaysOfItself(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := news("关于茶叶的通知")
		p.Kind, p.Document = Policy, &Document{Number: "安政发〔2026〕1号", Issuer: "安康市人民政府", WrittenOn: "2026-11-20"}
		doc := h.document(h.show(h.city, h.publish(h.city, 1, p)))
		for name, want := range map[string]string{"Description": "关于茶叶的通知的正文。", "ContentSource": "安康市人民政府", "ArticleTitle": "关于茶叶的通知"} {
			if got := doc.Find(`meta[name="`+name+`"]`).AttrOr("content", ""); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
		data := doc.Find(`script[type="application/ld+json"]`).Text()
		for _, want := range []string{`"Legislation"`, "安政发〔2026〕1号", `"legislationDate":"2026-11-20"`, `"BreadcrumbList"`} {
			if !strings.Contains(data, want) {
				t.Errorf("the data lacks %s: %s", want, data)
			}
		}
		doc = h.document(h.show(h.city, h.publish(h.city, 1, news("要闻"))))
		if data := doc.Find(`script[type="application/ld+json"]`).Text(); !strings.Contains(data, `"NewsArticle"`) {
			t.Errorf("news in the news column: %s", data)
		}
		list := h.document(h.list(h.city, "dongtai", ""))
		if got := list.Find(`link[rel="alternate"][type]`).First().AttrOr("href", ""); got != "/c/dongtai/feed.xml" {
			t.Errorf("the column's feed is %q", got)
		}
	})
	for body, want := range map[string]string{`<p>a</p><p><img alt="x" src="/-/media/1/a.png"><img src="/-/media/2/b.png"></p>`: "/-/media/1/a.png", `<img src="https://x/y.png">`: "", `<img>`: "", "": ""} {
		if got := firstPicture(body); got != want {
			t.Errorf("%s: %q", body, got)
		}
	}
	p, row := news("甲"), publication.Row{Object: publication.Object{Site: kernel.SiteID(1), ID: 7}}
	p.Source, p.Author = "区融媒体中心", ""
	if m := p.meta(siteFixture(""), &row, &ShowPage{}); m.Author != "区融媒体中心" || m.Document != nil || m.URL != "http://ankang.localhost:8080/a/7" {
		t.Errorf("%+v", m)
	}
}
