package article

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/storage/index"
	"github.com/zhanqun/zhanqun/tenants/column"
)

// found asks the full text of one site.
func (h *house) found(site kernel.SiteID, text string) []int64 {
	h.t.Helper()
	r, err := h.full.Search(h.ctx, index.Query{Sites: []kernel.SiteID{site}, Text: text, Page: kernel.Page{Number: 1, Size: 10}})
	h.must(err)
	var ids []int64
	for _, hit := range r.Hits {
		ids = append(ids, hit.ID)
	}
	return ids
}

// B6, V4: an official document goes from draft through review to its page, its list and the full text, and away again.
func TestArticleFromDraftToPage(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := Payload{Kind: Policy, Title: "关于加强政府网站建设的通知", Source: "市政府办公室", Author: "王一",
			Body:     `<p>各县区人民政府：</p><p onclick="x()">请认真贯彻执行。</p>`,
			Document: &Document{Number: "安政办发〔2015〕71号", IndexNumber: "000014349/2015-00071", WrittenOn: "2015-06-02", Validity: "abolished"}}
		id, err := h.Create(h.ctx, h.city.ID, 20, "", p)
		h.must(err)
		if _, err := h.show(h.city, id); !fault.Is(err, fault.NotFound) {
			t.Fatalf("a draft answers %v, want NotFound", err)
		}
		h.review(h.city, id)
		if _, err := h.show(h.city, id); !fault.Is(err, fault.NotFound) {
			t.Fatalf("a reviewed but unpublished article answers %v, want NotFound", err)
		}
		h.must(h.Publish(h.ctx, h.city.ID, id))

		doc := h.document(h.show(h.city, id))
		for _, row := range []struct{ selector, want string }{
			{"h1", p.Title},
			{".prose p:nth-child(2)", "请认真贯彻执行。"},
			{".validity", "本文件已废止，仅供查阅。"},
			{".by time", "2026-11-23 10:02"},
			{".facts div:nth-child(1) dd", "000014349/2015-00071"},
			{".facts div:nth-child(2) dd", "安政办发〔2015〕71号"},
			{".facts div:nth-child(3) dd", "2015-06-02"},
		} {
			if got := doc.Find(row.selector).First().Text(); got != row.want {
				t.Errorf("%s: got %q, want %q", row.selector, got, row.want)
			}
		}
		if _, has := doc.Find(".prose p").Eq(1).Attr("onclick"); has {
			t.Error("the page kept an event handler")
		}
		for name, want := range map[string]string{"ArticleTitle": p.Title, "PubDate": "2026-11-23 10:02", "ContentSource": "市政府办公室",
			"Author": "王一", "ColumnName": "政策文件", "ColumnType": "政策文件", "Url": h.city.URL(fmt.Sprintf("/a/%d", id))} {
			if got := doc.Find(`meta[name="`+name+`"]`).AttrOr("content", ""); got != want {
				t.Errorf("meta %s: got %q, want %q", name, got, want)
			}
		}
		if got, want := doc.Find(`link[rel="canonical"]`).AttrOr("href", ""), h.city.URL(fmt.Sprintf("/a/%d", id)); got != want {
			t.Errorf("canonical: got %q, want %q", got, want)
		}
		if got := titles(h.document(h.list(h.city, "zhengce", ""))); !slices.Equal(got, []string{p.Title}) {
			t.Errorf("list: got %q", got)
		}
		if got := h.found(h.city.ID, "71号"); !slices.Equal(got, []int64{id}) {
			t.Errorf("full text by number: got %v, want %d", got, id)
		}

		h.now = h.now.Add(time.Hour)
		h.must(h.Withdraw(h.ctx, h.city.ID, id, "内容有误"))
		if _, err := h.show(h.city, id); !fault.Is(err, fault.Gone) {
			t.Errorf("a withdrawn article answers %v, want Gone", err)
		}
		if _, err := h.list(h.city, "zhengce", ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("a column that lost its only article answers %v, want NotFound", err)
		}
		if got := h.found(h.city.ID, "71号"); len(got) != 0 {
			t.Errorf("the full text still finds %v", got)
		}
		if d, err := h.Get(h.ctx, h.city.ID, id); err != nil || d.State != Withdrawn {
			t.Errorf("draft: %+v, %v", d, err)
		}
	})
}

// B12, veto V1: the first day of publication is the server's and outlives a second edition.
func TestArticleDateIsTheServers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.publish(h.city, 1, news("第一版"))
		first := h.document(h.show(h.city, id)).Find(".by time").AttrOr("datetime", "")
		h.now = h.now.AddDate(0, 0, 3)
		d, err := h.Get(h.ctx, h.city.ID, id)
		h.must(err)
		h.must(h.Edit(h.ctx, h.city.ID, id, d.Version, news("第二版")))
		if got := h.document(h.show(h.city, id)).Find("h1").Text(); got != "第一版" {
			t.Errorf("an edited draft changed the public page to %q", got)
		}
		h.review(h.city, id)
		h.must(h.Publish(h.ctx, h.city.ID, id))
		doc := h.document(h.show(h.city, id))
		if got := doc.Find("h1").Text(); got != "第二版" {
			t.Errorf("title: got %q", got)
		}
		if got := doc.Find(".by time").AttrOr("datetime", ""); got != first || first == "" {
			t.Errorf("date after the second edition: got %q, want %q", got, first)
		}
		if got := h.found(h.city.ID, "第一版"); len(got) != 0 {
			t.Errorf("the full text kept the first edition: %v", got)
		}
		_, err = h.Create(h.ctx, h.city.ID, 1, "", Payload{Title: "倒签", Body: "<p>正文</p>", Origin: &Origin{Batch: "b", ID: "1", Day: "2015-06-02"}})
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("a draft with an origin: got %v, want Invalid", err)
		}
	})
}

// A1, A12: another site's article is NotFound everywhere, and nothing of one site appears on another.
func TestArticleIsItsSitesAlone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		hanbin, wuli := h.towns[0], h.towns[1]
		ids := map[string]ID{}
		sites := map[string]*struct{ canary string }{}
		for name, s := range map[string]kernel.SiteID{"city": h.city.ID, "hanbin": hanbin.ID, "wuli": wuli.ID} {
			sites[name] = &struct{ canary string }{fmt.Sprintf("金丝雀%d", s)}
		}
		ids["city"] = h.publish(h.city, 1, news(sites["city"].canary))
		ids["hanbin"] = h.publish(hanbin, 1, news(sites["hanbin"].canary))
		ids["wuli"] = h.publish(wuli, 1, news(sites["wuli"].canary))
		for asked, s := range map[string]kernel.SiteID{"city": h.city.ID, "hanbin": hanbin.ID, "wuli": wuli.ID} {
			view := h.sites.Public(s)
			list, err := h.list(view, "dongtai", "")
			h.must(err)
			for owner, id := range ids {
				own := owner == asked
				page, err := h.show(view, id)
				if own != (err == nil) || !own && !fault.Is(err, fault.NotFound) {
					t.Errorf("%s asked for %s's article: %v", asked, owner, err)
				}
				canary := sites[owner].canary
				if page != nil && strings.Contains(string(page.Body), canary) != own {
					t.Errorf("%s's page holds %s's canary: %v", asked, owner, !own)
				}
				if strings.Contains(string(list.Body), canary) != own {
					t.Errorf("%s's list holds %s's canary: %v", asked, owner, !own)
				}
				if got := h.found(s, canary); (len(got) == 1) != own {
					t.Errorf("%s's full text finds %s's canary: %v", asked, owner, got)
				}
				if own {
					continue
				}
				for verb, err := range map[string]error{
					"get": second(h.Get(h.ctx, s, id)), "edit": h.Edit(h.ctx, s, id, 1, news("改")), "submit": second(h.Submit(h.ctx, s, id, 1)),
					"publish": h.Publish(h.ctx, s, id), "withdraw": h.Withdraw(h.ctx, s, id, "理由"), "return": h.Return(h.ctx, s, id),
					"move": h.Recolumn(h.ctx, s, id, 2),
				} {
					if !fault.Is(err, fault.NotFound) {
						t.Errorf("%s may %s %s's article: got %v, want NotFound", asked, verb, owner, err)
					}
				}
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

// B1, B4, d09: a moved or merged column leaves a 301, its articles keep their addresses and are listed where it went.
func TestArticleOutlivesItsColumn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.publish(h.city, 4, news("部门动态一则"))
		h.publish(h.city, 1, news("市里要闻一则"))
		h.must(h.Columns.Move(h.ctx, h.city.ID, 4, 0, 2))
		if p, err := h.list(h.city, "dongtai/bumen", ""); err != nil || p.Status != 301 || p.Location != "/c/bumen" {
			t.Errorf("the former address of a moved column: %+v, %v", p, err)
		}
		h.must(h.Columns.Merge(h.ctx, h.city.ID, 4, 1))
		for _, former := range []string{"dongtai/bumen", "bumen"} {
			if p, err := h.list(h.city, former, ""); err != nil || p.Status != 301 || p.Location != "/c/dongtai" {
				t.Errorf("%s after the merger: %+v, %v", former, p, err)
			}
		}
		doc := h.document(h.show(h.city, id))
		if got := doc.Find(".by").Text(); !strings.Contains(got, "栏目：政务动态") {
			t.Errorf("the article names its column in %q", got)
		}
		if got, want := titles(h.document(h.list(h.city, "dongtai", ""))), []string{"市里要闻一则", "部门动态一则"}; !slices.Equal(got, want) {
			t.Errorf("list: got %q, want %q", got, want)
		}
		if _, err := h.Create(h.ctx, h.city.ID, 4, "", news("写进已归并栏目")); !fault.Is(err, fault.Invalid) {
			t.Errorf("a draft in a merged column: got %v", err)
		}
	})
}

// B1: a list has one spelling for each page, in the order of the days it shows; the pages hold every article once.
func TestArticleListPages(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var docs []string
		for i := range 45 { // two on each day, out of order
			day := time.Date(2001, 1, 1+(i*7%45)/2, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
			docs = append(docs, jsonl(fmt.Sprintf("d%02d", i), fmt.Sprintf("文件%02d", i), day))
		}
		h.take(docs, h.city)
		var all, days []string
		for p := 1; p <= 3; p++ {
			number := ""
			if p > 1 {
				number = fmt.Sprint(p)
			}
			doc := h.document(h.list(h.city, "zhengce/fagui", number))
			all = append(all, titles(doc)...)
			doc.Find("main ul.rows").First().Find("time").Each(func(_ int, s *goquery.Selection) { days = append(days, s.Text()) })
			want := h.city.URL("/c/zhengce/fagui")
			if p > 1 {
				want += "?p=" + number
			}
			if got := doc.Find(`link[rel="canonical"]`).AttrOr("href", ""); got != want {
				t.Errorf("canonical of page %d: got %q, want %q", p, got, want)
			}
		}
		if !slices.IsSortedFunc(days, func(a, b string) int { return strings.Compare(b, a) }) || len(days) != 45 {
			t.Errorf("days of %d rows are not newest first: %v", len(days), days)
		}
		slices.Sort(all)
		if len(slices.Compact(all)) != 45 {
			t.Errorf("the pages hold %d different articles, want 45", len(slices.Compact(all)))
		}
		for _, row := range []struct {
			path, p string
			status  int // 0: NotFound
		}{
			{"zhengce/fagui", "1", 301}, {"zhengce/fagui", "4", 0}, {"zhengce/fagui", "0", 0}, {"zhengce/fagui", "-1", 0}, {"zhengce/fagui", "02", 0},
			{"zhengce/fagui", "2x", 0}, {"zhengce/fagui", " 2", 0}, {"zhengce/fagui", "99999999999999999999", 0}, {"zhengce/fagui", "9223372036854775807", 0},
			{"zhengce/fagui/", "", 0}, {"Zhengce/fagui", "", 0}, {"", "", 0}, {"gonggao", "", 0},
		} {
			p, err := h.list(h.city, row.path, row.p)
			if row.status == 0 && !fault.Is(err, fault.NotFound) || row.status != 0 && (err != nil || p.Status != row.status) {
				t.Errorf("/c/%s?p=%s: got %v, %v; want %d", row.path, row.p, p, err, row.status)
			}
		}
		for _, id := range []string{"", "0", "-1", "01", "+1", "1.0", "abc", "9999999999999999999999"} {
			if _, err := h.page(h.ctx, request(h.city, id)); !fault.Is(err, fault.NotFound) {
				t.Errorf("/a/%s: got %v, want NotFound", id, err)
			}
		}
		parent := h.document(h.list(h.city, "zhengce", "")) // no article of its own: its part's newest
		if got := parent.Find(".panel h2 a").Text(); got != "法规规章" || parent.Find(".panel li").Length() != perColumn {
			t.Errorf("the group shows %q with %d rows", got, parent.Find(".panel li").Length())
		}
	})
}

// B12, B9: an article under review is not edited, two editors do not overwrite each other.
func TestArticleEditing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id, err := h.Create(h.ctx, h.city.ID, 1, publication.Small, news("稿件"))
		h.must(err)
		h.must(h.Edit(h.ctx, h.city.ID, id, 1, news("我改的")))
		if err := h.Edit(h.ctx, h.city.ID, id, 1, news("他改的")); !fault.Is(err, fault.Conflict) {
			t.Errorf("an edit of an old version: got %v, want Conflict", err)
		}
		h.now = h.now.Add(time.Minute)
		e, err := h.Submit(h.ctx, h.city.ID, id, 2)
		h.must(err)
		if err := h.Edit(h.ctx, h.city.ID, id, 3, news("审核中改的")); !fault.Is(err, fault.Conflict) {
			t.Errorf("an edit under review: got %v, want Conflict", err)
		}
		if err := h.Publish(h.ctx, h.city.ID, id); err == nil {
			t.Error("an unreviewed article was published")
		}
		h.must(h.Published.Approve(h.ctx, h.city.ID, e, publication.Opinion{Reviewer: reviewer, Verdict: publication.Rejected, Reason: "标题不准确"}))
		h.must(h.Return(h.ctx, h.city.ID, id))
		other := kernel.WithActor(h.ctx, kernel.Actor{Account: final, Name: "编辑二", Via: "console"})
		h.must(h.Edit(other, h.city.ID, id, 4, news("退回后改的")))
		d, err := h.Get(h.ctx, h.city.ID, id)
		if err != nil || d.State != Drafted || d.Author != final || d.Payload.Title != "退回后改的" {
			t.Errorf("got %+v, %v", d, err)
		}
		if _, err := h.Create(h.ctx, h.city.ID, 99, "", news("没有的栏目")); !fault.Is(err, fault.NotFound) {
			t.Errorf("a column the site does not have: got %v, want NotFound", err)
		}
		drafts, err := h.Articles.List(h.ctx, h.city.ID, Filter{State: Drafted, Author: final}, kernel.Page{Number: 1, Size: 10})
		if err != nil || len(drafts) != 1 || drafts[0].Payload.Title != "退回后改的" {
			t.Errorf("editors' list: %+v, %v", drafts, err)
		}
	})
}

// Design 5: a lawful erasure takes the words from the draft and the full text as well.
func TestArticleErased(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.publish(h.city, 1, news("须删除的内容"))
		h.must(h.Published.Erase(h.ctx, object(h.city.ID, id), publication.Erasure{Reason: "判决", Basis: "（2026）陕09民终1号", By: reviewer, Approver: final}))
		if _, err := h.show(h.city, id); !fault.Is(err, fault.Gone) {
			t.Errorf("the page answers %v, want Gone", err)
		}
		if got := h.found(h.city.ID, "须删除"); len(got) != 0 {
			t.Errorf("the full text still finds %v", got)
		}
		drafts, err := h.Articles.List(h.ctx, h.city.ID, Filter{}, kernel.Page{Number: 1, Size: 10})
		if err != nil || len(drafts) != 1 || drafts[0].Payload.Title != forgotten {
			t.Errorf("the draft kept its title: %+v, %v", drafts, err)
		}
		if d, err := h.Get(h.ctx, h.city.ID, id); !fault.Is(err, fault.Gone) {
			t.Errorf("the draft kept its words: %+v, %v", d, err)
		}
	})
}

// B1: a column that the site closed keeps its articles at their addresses.
func TestArticleOfClosedColumn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		own, err := h.Columns.Add(h.ctx, h.city.ID, column.Spec{Kind: "news", Name: "茶业快讯", Slug: "chaye", Nav: true, CycleDays: 30})
		h.must(err)
		id := h.publish(h.city, own, news("新茶上市"))
		h.document(h.list(h.city, "chaye", ""))
		h.must(h.Columns.Close(h.ctx, h.city.ID, own, 0))
		h.document(h.show(h.city, id))
		if p, err := h.list(h.city, "chaye", ""); err != nil || p.Status != 301 || p.Location != "/" {
			t.Errorf("the list of a closed column: %+v, %v", p, err)
		}
	})
}

// V4: a home page's list holds the newest of the columns named and of the visible ones below them, and nothing hidden.
func TestLatest(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.publish(h.city, 1, news("要闻"))
		h.publish(h.city, 4, news("部门"))
		h.publish(h.city, 2, news("公告"))
		latest := func(n int, columns ...int64) (got []string) {
			items, err := h.Latest(h.ctx, h.city, columns, n)
			h.must(err)
			for _, it := range items {
				got = append(got, it.Title)
			}
			return got
		}
		for _, row := range []struct {
			name string
			got  []string
			want []string
		}{
			{"a column with what stands below it", latest(5, 1), []string{"部门", "要闻"}},
			{"several columns, newest first", latest(2, 1, 2), []string{"公告", "部门"}},
			{"a column without content", latest(5, 20), nil},
		} {
			if !slices.Equal(row.got, row.want) {
				t.Errorf("%s: got %v, want %v", row.name, row.got, row.want)
			}
		}
		h.must(h.Columns.Hide(h.ctx, h.city.ID, 2, true))
		if got := latest(5, 2); len(got) != 0 {
			t.Errorf("a hidden column shows %v", got)
		}
	})
}
