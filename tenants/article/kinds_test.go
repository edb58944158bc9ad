package article

import (
	"context"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/tenants/column"
)

// album stands for tenants/media, which knows what there is to see: here a picture or a film is a word of the body.
type album struct{ asked kernel.SiteID }

func (a *album) Sights(_ context.Context, site kernel.SiteID, base string, bodies []string) ([]render.Sight, error) {
	all := make([]render.Sight, len(bodies))
	for i, b := range bodies {
		if a.asked = site; strings.Contains(b, "有图") {
			all[i].Picture = template.HTML(`<img src="` + base + `/-/media/7/full.png" alt="湖" width="64" height="36">`)
		}
		if strings.Contains(b, "有片") {
			all[i].Heard, all[i].Length = "视频", "0:12"
		}
	}
	return all, nil
}

func (h *house) form(s *render.Site, k int64, f column.Form) {
	h.t.Helper()
	h.must(h.Columns.SetForm(h.ctx, s.ID, k, f))
}

// atOnce does in one transaction what would be dozens.
func (h *house) atOnce(f func()) {
	h.t.Helper()
	outside := h.ctx
	h.must(h.DB.InTx(outside, func(ctx context.Context) error { h.ctx = ctx; f(); return nil }))
	h.ctx = outside
}

func texts(doc *goquery.Document, selector string) []string {
	return doc.Find(selector).Map(func(_ int, s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") })
}

// looks compares what stands at each selector.
func looks(t *testing.T, doc *goquery.Document, want map[string][]string) {
	t.Helper()
	for selector, words := range want {
		if got := texts(doc, selector); !slices.Equal(got, words) {
			t.Errorf("%s: got %q, want %q", selector, got, words)
		}
	}
}

// B1: a column of pictures is a grid of what its texts show, one of films says how long they are; empty, with one, paged.
func TestPicturesAndFilms(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		shown := &album{}
		h.Sights = shown
		if _, err := h.list(h.city, "tupian", ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("an empty column of pictures answers %v", err)
		}
		h.publish(h.city, 3, news("没有的"))
		h.publish(h.city, 3, Payload{Title: "湖边", Body: "<p>有图，有片</p>"})
		doc := h.document(h.list(h.city, "tupian", ""))
		looks(t, doc, map[string][]string{"h1": {"图片新闻"}, ".gallery li a > span:last-child": {"湖边", "没有的"}, ".gallery time": {"2026-11-23", "2026-11-23"}, ".len": {"视频 时长0:12"}, ".pager": {}})
		if src := doc.Find(".gallery .shot img").First().AttrOr("src", ""); src != "/-/media/7/full.png" || shown.asked != h.city.ID {
			t.Errorf("the picture is %q, asked of site %d", src, shown.asked)
		}
		if src, alt := doc.Find(".gallery .shot img").Last().AttrOr("src", ""), doc.Find(".gallery .shot img").Last().AttrOr("alt", "-"); !strings.HasPrefix(src, "/-/assets/") || alt != "" {
			t.Errorf("without a picture the theme draws: %q, %q", src, alt)
		}
		h.form(h.city, 3, column.Form{View: column.ViewMedia})
		looks(t, h.document(h.list(h.city, "tupian", "")), map[string][]string{".films li a > span:last-child": {"湖边", "没有的"}, ".films .len": {"视频 时长0:12"}})
		h.Sights = nil
		h.atOnce(func() {
			for i := range perPage - 1 {
				h.publish(h.city, 3, news(fmt.Sprintf("第%d张", i)))
			}
		})
		looks(t, h.document(h.list(h.city, "tupian", "2")), map[string][]string{".films li a > span:last-child": {"没有的"}, ".pager .here": {"2"}})
		if _, err := h.list(h.city, "tupian", "3"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a third page answers %v", err)
		}
	})
}

// B1, LC11: the one article of a single-page column is its page and is known by the column's address; with a second one it is a list again.
func TestTheSinglePage(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		wuli := h.towns[1]
		id := h.publish(wuli, 11, news("五里镇信息公开指南"))
		tree, err := h.Columns.Tree(h.ctx, wuli.ID)
		h.must(err)
		path := tree.Get(11).Path
		doc := h.document(h.list(wuli, path, ""))
		looks(t, doc, map[string][]string{"h1": {"五里镇信息公开指南"}, ".prose p": {"五里镇信息公开指南的正文。"}, ".column-head": {}, ".side [aria-current]": {tree.Get(11).Name}})
		known := wuli.URL("/c/" + path)
		for selector, attr := range map[string]string{`link[rel="canonical"]`: "href", `meta[name="Url"]`: "content"} {
			if got := doc.Find(selector).AttrOr(attr, ""); got != known {
				t.Errorf("%s: got %q, want %q", selector, got, known)
			}
		}
		looks(t, doc, map[string][]string{".url": {known}})
		if p, err := h.show(wuli, id); err != nil || p.Status != 302 || p.Location != "/c/"+path {
			t.Errorf("its own address answers %+v, %v", p, err)
		}
		if _, err := h.list(wuli, path, "2"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a second page answers %v", err)
		}
		if got := h.document(h.list(wuli, tree.Get(tree.Get(11).Parent).Path, "")).Find(".panel .rows a").AttrOr("href", ""); got != wuli.Path("/c/"+path) {
			t.Errorf("the column above leads to %q", got)
		}
		alone := func(s *render.Site, want map[ID]string) {
			t.Helper()
			if got, err := h.Alone(h.ctx, s.ID); err != nil || !maps.Equal(got, want) {
				t.Errorf("%s: alone are %v, want %v, %v", s.Name, got, want, err)
			}
		}
		alone(wuli, map[ID]string{id: "/c/" + path})
		alone(h.city, nil)
		other := h.publish(h.city, 1, news("别的栏目"))
		if p, err := h.show(h.city, other); err != nil || p.Status != 200 {
			t.Errorf("an article of a list answers %+v, %v", p, err)
		}
		h.publish(wuli, 11, news("第二篇"))
		alone(wuli, nil)
		looks(t, h.document(h.list(wuli, path, "")), map[string][]string{"h1": {tree.Get(11).Name}, ".entries a": {"第二篇", "五里镇信息公开指南"}})
		looks(t, h.document(h.show(wuli, id)), map[string][]string{"h1": {"五里镇信息公开指南"}, ".side": {}})

		above := h.publish(h.city, 11, news("上级"))
		below, err := h.Columns.Add(h.ctx, h.city.ID, column.Spec{Parent: 11, Kind: "news", Name: "下级", Slug: "xia", CycleDays: 30})
		h.must(err)
		h.publish(h.city, below, news("下级的"))
		looks(t, h.document(h.list(h.city, "gongkai/zhinan", "")), map[string][]string{".entries a": {"上级"}, ".panel h2": {"下级"}})
		if p, err := h.show(h.city, above); err != nil || p.Status != 200 {
			t.Errorf("with a column below it answers %+v, %v", p, err)
		}
		h.must(h.Columns.Hide(h.ctx, h.city.ID, below, true))
		if p, err := h.show(h.city, above); err != nil || p.Status != 302 {
			t.Errorf("with a hidden column below it answers %+v, %v", p, err)
		}
	})
}

// person is an article with fields of a column, in their order; "" is none.
func (h *house) person(s *render.Site, k int64, name string, values ...string) ID {
	h.t.Helper()
	sheet, err := h.Columns.Fields(h.ctx, s.ID, k)
	h.must(err)
	p := news(name)
	for i, v := range values {
		p.Fields = append(p.Fields, Field{sheet.Fields[i].Key, sheet.Fields[i].Label, sheet.Fields[i].Type, v})
	}
	return h.publish(s, k, p)
}

// D1: leaders stand as cards in the order and the groups of their fields, with numbers that are dialled; the page of one shows what speaks of them.
func TestLeaders(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.form(h.city, 31, column.Form{View: column.ViewLeaders})
		h.person(h.city, 31, "姓名四", "顾问", "", "", "", "其他")
		h.person(h.city, 31, "姓名三", "副市长", "", "", "10", "市政府领导")
		h.person(h.city, 31, "姓名二", "副市长", "交通\n水利", "", "2", "市政府领导")
		one := h.person(h.city, 31, "姓名一", "市长", "", "0915-3210001", "1", "市政府领导")
		h.publish(h.towns[0], 1, news("别的站也说到姓名一"))
		h.publish(h.city, 1, news("不相干的"))
		h.publish(h.city, 1, Payload{Title: "全市会议召开", Body: "<p>姓名一出席并讲话。</p>"})
		h.publish(h.city, 1, Payload{Title: "姓名一调研水利", Body: "<p>正文。</p>"})
		doc := h.document(h.list(h.city, "jigou/lingdao", ""))
		looks(t, doc, map[string][]string{".group-cap": {"市政府领导", "其他"}, ".people div > a": {"姓名一", "姓名二", "姓名三", "姓名四"},
			".people:nth-of-type(1) li:nth-child(2) dt": {"职务", "分工"}, ".people:nth-of-type(1) li:nth-child(2) dd": {"副市长", "交通水利"}, ".people a[href^='tel:']": {"0915-3210001"}, ".pager": {}})
		if got := doc.Find(`.people a[href="tel:09153210001"]`).Length(); got != 1 {
			t.Errorf("%d numbers are dialled", got)
		}
		doc = h.document(h.show(h.city, one))
		looks(t, doc, map[string][]string{".facts.own dt": {"职务", "办公电话", "分组"}, "#related ~ .rows a": {"姓名一调研水利", "全市会议召开"}})
		looks(t, h.document(h.list(h.city.In(kernel.Elder), "jigou/lingdao", "")), map[string][]string{".people div > a": {"姓名一", "姓名二", "姓名三", "姓名四"}})
		demo := *h.city
		demo.Demo = true
		if got := h.document(h.list(&demo, "jigou/lingdao", "")).Find("a[href^='tel:']").Length(); got != 0 {
			t.Errorf("a demonstration is called: %d", got)
		}
	})
}

// D1: offices are rows of a table with the same columns for all; what one says nothing of is empty; more than a page holds stands on the next.
func TestOffices(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.form(h.city, 34, column.Form{View: column.ViewOffices})
		h.person(h.city, 34, "乙科", "管档案", "", "0915-3210002", "", "2")
		h.person(h.city, 34, "甲科", "", "科长", "", "演示路1号", "1")
		doc := h.document(h.list(h.city, "jigou/danwei", ""))
		looks(t, doc, map[string][]string{".offices thead th": {"机构", "负责人职务", "办公地址", "主要职责", "办公电话"}, ".offices tbody th": {"甲科", "乙科"},
			".offices tbody tr:nth-child(1) td": {"科长", "演示路1号", "", ""}, ".offices tbody tr:nth-child(2) td": {"", "", "管档案", "0915-3210002"}, ".offices caption": {}})
		if got := doc.Find(`td[data-label="办公电话"] a[href="tel:09153210002"]`).Length(); got != 1 {
			t.Errorf("%d numbers are dialled", got)
		}
		h.atOnce(func() {
			for i := range perRoster - 1 {
				h.person(h.city, 34, fmt.Sprintf("科%d", i), "", "", "", "", fmt.Sprint(10+i))
			}
		})
		looks(t, h.document(h.list(h.city, "jigou/danwei", "2")), map[string][]string{".offices tbody th": {fmt.Sprintf("科%d", perRoster-2)}, ".pager .here": {"2"}})
		if _, err := h.list(h.city, "jigou/danwei", "3"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a third page answers %v", err)
		}
	})
}

// B1: a column that leads elsewhere leads on at once within the site and the cluster, and by a plain link out of it.
func TestALinkLeadsOn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.Sites = h.sites
		elder := h.city.In(kernel.Elder)
		for _, row := range []struct {
			site     *render.Site
			to, want string
		}{
			{h.city, "/c/gonggao", "/c/gonggao"},
			{h.city, h.towns[0].URL("/c/dongtai?p=2"), h.towns[0].URL("/c/dongtai?p=2")},
			{elder, h.towns[1].URL("/"), h.towns[1].In(kernel.Elder).FullPath("/")},
		} {
			h.form(h.city, 1, column.Form{View: column.ViewLink, Target: row.to})
			if p, err := h.list(row.site, "dongtai", ""); err != nil || p.Status != 302 || p.Location != row.want {
				t.Errorf("%s: got %+v, %v; want %s", row.to, p, err, row.want)
			}
		}
		out := "https://www.example.cn/x?y=1&z=2"
		h.form(h.city, 1, column.Form{View: column.ViewLink, Target: out})
		for _, sites := range []Sites{h.sites, nil} {
			h.Sites = sites
			doc := h.document(h.list(h.city, "dongtai", ""))
			if got := doc.Find("main a.btn").AttrOr("href", ""); got != out {
				t.Errorf("the link leads to %q", got)
			}
			looks(t, doc, map[string][]string{"h1": {"政务动态"}, "main .url": {out}})
		}
	})
}

// B14: a topic begins with its first text, shows the newest of the columns chosen and its own, is marked when it is over, and stands above all
// others on the page of topics while it runs.
func TestTopics(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		add := func(name, slug, closes string, sections ...int64) int64 {
			k, err := h.Columns.Add(h.ctx, h.city.ID, column.Spec{Parent: 70, Kind: "special", Name: name, Slug: slug})
			h.must(err)
			h.form(h.city, k, column.Form{View: column.ViewTopic, Closes: closes, Sections: sections, Each: 1})
			return k
		}
		h.Sights = &album{}
		water := add("一泓清水", "shui", "2026-11-24", 1, 2, 20)
		past := add("往年的专题", "wang", "2026-10-31")
		if _, err := h.list(h.city, "zhuanti/shui", ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("a topic without a lead answers %v", err)
		}
		h.publish(h.city, water, Payload{Title: "导语", Summary: "从源头到干流。", Body: "<p>有图</p>"})
		looks(t, h.document(h.list(h.city, "zhuanti/shui", "")), map[string][]string{"h1": {"一泓清水"}, ".topic-head div > p:first-of-type": {"从源头到干流。"}, "#own": {}, ".pager": {}, ".validity": {}})
		h.publish(h.city, past, news("旧导语"))
		h.publish(h.city, 1, news("动态一"))
		h.publish(h.city, 1, news("动态二"))
		h.publish(h.city, 2, news("公告"))
		h.publish(h.city, water, news("巡河"))
		h.publish(h.city, 70, news("不在专题里"))
		doc := h.document(h.list(h.city, "zhuanti/shui", ""))
		looks(t, doc, map[string][]string{".topic-head a": {"导语"}, "#own": {"专题稿件"}, ".topic > .panel .rows a": {"巡河"}, ".panels h2": {"政务动态", "通知公告"}, ".panels .rows a": {"动态二", "公告"}})
		if doc.Find(".topic-head > img[src='/-/media/7/full.png']").Length() != 1 {
			t.Error("the head picture is missing")
		}
		looks(t, h.document(h.list(h.city, "zhuanti/wang", "")), map[string][]string{".validity strong": {"已归档"}, ".validity time": {"2026-10-31"}})
		doc = h.document(h.list(h.city, "zhuanti", ""))
		looks(t, doc, map[string][]string{".group-cap": {"正在进行", "已归档", "其他稿件"}, ".gallery a > span:last-child": {"一泓清水", "往年的专题"}, ".entries a": {"不在专题里"}, ".panels": {}})
		h.atOnce(func() {
			for i := range perPage {
				h.publish(h.city, water, news(fmt.Sprintf("巡河%d", i)))
			}
		})
		looks(t, h.document(h.list(h.city, "zhuanti/shui", "2")), map[string][]string{".topic > .panel .rows a": {"巡河"}, ".pager .here": {"2"}, ".panels": {}})
		if _, err := h.list(h.city, "zhuanti/shui", "3"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a third page answers %v", err)
		}
		h.now = time.Date(2026, 11, 24, 16, 0, 0, 0, time.UTC) // the day is over in Beijing
		h.must(h.Queue.Drain(h.ctx))
		looks(t, h.document(h.list(h.city, "zhuanti", "")), map[string][]string{".group-cap": {"已归档", "其他稿件"}})
	})
}
