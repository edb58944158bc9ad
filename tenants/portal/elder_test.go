package portal

import (
	"fmt"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/platform/web"
)

// elderHome is the elder home page of a site as a citizen gets it.
func (w *town) elderHome(t *testing.T, s *render.Site) *goquery.Document {
	t.Helper()
	h := w.portal(t, nil)
	p, err := h.page(t.Context(), &web.Request{Site: s.In(kernel.Elder), Path: "/"})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(p.Body)))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// S2, LC18: the elder home has the way back, whom to call, the newest announcements and at most six doors that lead somewhere; what the
// site does not have is not there.
func TestElderHome(t *testing.T) {
	w, city, _, channel := newTown(
		site.Widget{Slot: "doors", Kind: "doors", Title: "政府信息公开", Columns: []int64{11, 12, 13}},
		site.Widget{Slot: "tiles", Kind: "tiles", Title: "政务服务", Columns: []int64{41, 42, 43, 44, 45}},
		site.Widget{Slot: "lead", Kind: "pictures", Columns: []int64{3}},
	)
	bare := w.elderHome(t, city)
	if n := bare.Find("main section").Length() + bare.Find(".el-call").Length(); n != 0 || bare.Find("h1").Length() != 1 {
		t.Errorf("a site without content shows %d blocks", n)
	}
	for i := range 7 {
		w.say(channel.In(kernel.Elder), noticeColumn, fmt.Sprintf("公告%d", i), i)
	}
	w.say(channel, 3, "图片", 0)
	for _, id := range []int64{11, 12, 13, 42, 43, 44, 45} {
		w.say(channel, id, fmt.Sprintf("内容%d", id), 0)
	}
	doc := w.elderHome(t, channel)
	if back := doc.Find("header a.el-back"); back.Text() != "退出长者版" || back.AttrOr("href", "") != "/z/wuli/" {
		t.Errorf("the way back leads to %q", back.AttrOr("href", ""))
	}
	if call := doc.Find("main a.el-call"); call.AttrOr("href", "") != "tel:09151234567" || !strings.Contains(call.Text(), "0915-1234567") {
		t.Errorf("call: %q", call.Text())
	}
	if find := doc.Find("main form"); find.AttrOr("action", "") != "/z/wuli/-/elder/search" || find.Find("input[name=q]").Length() != 1 {
		t.Errorf("search goes to %q", find.AttrOr("action", ""))
	}
	notices := doc.Find("main .rows a")
	if notices.Length() != 5 || notices.First().AttrOr("href", "") != "/z/wuli/-/elder/a/%e5%85%ac%e5%91%8a0" {
		t.Errorf("%d announcements, the first at %q", notices.Length(), notices.First().AttrOr("href", ""))
	}
	var doors []string
	doc.Find("main .el-doors a").Each(func(_ int, a *goquery.Selection) { doors = append(doors, a.AttrOr("href", "")) })
	if got := strings.Join(doors, " "); got != "/z/wuli/-/elder/c/k42 /z/wuli/-/elder/c/k43 /z/wuli/-/elder/c/k44 /z/wuli/-/elder/c/k45 /z/wuli/-/elder/c/k11 /z/wuli/-/elder/c/k12" {
		t.Errorf("doors: %s", got)
	}
	if doc.Find("main img").Length() != 0 {
		t.Error("it has pictures that say nothing")
	}
	channel.Phone = "0915-×××（演示）"
	if call := w.elderHome(t, channel).Find("main .el-call"); call.Is("a") || !strings.Contains(call.Text(), "0915-×××") {
		t.Errorf("a number that nobody can dial: %q", call.Text())
	}
}

// S2, LC19: from a variant of one site the directory and the news lead to the same variant of another.
func TestVariantsLeadToVariants(t *testing.T) {
	w, city, county, _ := newTown(site.Widget{Slot: "directory", Kind: "directory", Title: "网站导航"}, site.Widget{Slot: "main", Kind: "tabs", Title: "要闻", Columns: []int64{5}})
	w.say(county, 1, "汉滨要闻", 0)
	page := w.blocks(t, city.In(kernel.Hant), nil)
	if got := page.Blocks[0].Links[0].Children[0].Href; got != "http://hanbin.ankang.localhost:8080/-/hant/" {
		t.Errorf("the directory leads to %s", got)
	}
}
