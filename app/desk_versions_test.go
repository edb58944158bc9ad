package app

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
)

// two (must show 2, C9): what two people changed at different places is saved together; what both changed is shown side by side with
// every word of both, and what they decide is saved; nobody sends on what they have not seen.
func two(t *testing.T, io, lead *worker) {
	form := func(version int, title, body string) url.Values {
		f := leaflet(title)
		f.Set("body", body)
		f.Set("version", fmt.Sprint(version))
		f.Set("from", "2")
		return f
	}
	const base = "第一段原文。\n第二段原文。\n第三段原文。"
	_, header, _ := io.post(io.base(), form(0, "两个人的稿件", base))
	at := articleAt.FindString(header.Get("Location"))
	lead.wants(at, form(1, "两个人的稿件", "第一段由内容主管改过。\n第二段原文。\n第三段原文。"), http.StatusSeeOther, "saved")
	mine := form(1, "信息员改过的标题", "第一段原文。\n第二段原文。\n第三段由信息员改过。")
	mine.Set("do", "send")
	io.wants(at, mine, http.StatusSeeOther, "merged")
	d := io.article(at)
	if d.Payload.Title != "信息员改过的标题" || d.Payload.Body != "<p>第一段由内容主管改过。</p>\n<p>第二段原文。</p>\n<p>第三段由信息员改过。</p>" || d.State != "draft" || d.Version != 3 {
		t.Errorf("together they wrote %+v", d)
	}

	lead.wants(at, form(3, "主管的标题", "第一段由内容主管改过。\n第二段主管版。\n第三段由信息员改过。"), http.StatusSeeOther, "saved")
	mine = form(3, "信息员的标题", "第一段由信息员再改。\n第二段信息员版 <b>。\n第三段由信息员改过。")
	status, _, page := io.post(at, mine)
	for _, words := range []string{"主管的标题", "信息员的标题", "第二段主管版。", "第二段信息员版 &lt;b&gt;。", "第一段由信息员再改。", lead.account.Name} {
		if status != http.StatusConflict || !strings.Contains(page, words) {
			t.Errorf("the two texts side by side (%d) are without %q", status, words)
		}
	}
	decide := fieldsOf(page)
	io.wants(at+"/merge", decide, http.StatusUnprocessableEntity, "还有没选的地方")
	for name := range decide {
		if key, ok := strings.CutPrefix(name, "mine-"); ok {
			decide.Set("take-"+key, map[bool]string{true: "mine", false: "both"}[key == "title"])
		}
	}
	decide.Set("mine-title", "商量好的标题")
	lead.wants(at, form(4, "主管的标题", "第一段由内容主管改过。\n第二段主管版。\n第三段由信息员改过。\n第四段后来加的。"), http.StatusSeeOther, "saved")
	io.wants(at+"/merge", decide, http.StatusSeeOther, "merged") // while they were choosing, somebody added a paragraph
	d = io.article(at)
	for _, words := range []string{"第一段由信息员再改。", "第二段主管版。", "第二段信息员版 &lt;b&gt;。", "第三段由信息员改过。", "第四段后来加的。"} {
		if strings.Count(d.Payload.Body, words) != 1 {
			t.Errorf("%q stands %d times in %s", words, strings.Count(d.Payload.Body, words), d.Payload.Body)
		}
	}
	if d.Payload.Title != "商量好的标题" {
		t.Errorf("the title is %q", d.Payload.Title)
	}
	io.wants(at+"/merge", url.Values{"version": {"99999"}, "slots": {"100000000"}}, http.StatusUnprocessableEntity, "不能为空")
}

var (
	input = regexp.MustCompile(`<input [^>]*name="([^"]+)"[^>]*>`)
	value = regexp.MustCompile(` value="([^"]*)"`)
	area  = regexp.MustCompile(`(?s)<textarea [^>]*name="([^"]+)"[^>]*>\n(.*?)</textarea>`)
)

// fieldsOf are the fields of a page's form as a browser sends them back, but for those that are chosen.
func fieldsOf(page string) url.Values {
	form := url.Values{}
	for _, m := range input.FindAllStringSubmatch(page, -1) {
		if v := value.FindStringSubmatch(m[0]); v != nil && !strings.Contains(m[0], `type="radio"`) {
			form.Set(m[1], unescaped(v[1]))
		}
	}
	for _, m := range area.FindAllStringSubmatch(page, -1) {
		form.Set(m[1], unescaped(m[2]))
	}
	return form
}

// versions (B8, C7): every saved text stays, any two are compared inside the text, and an earlier one comes back as a new one.
func versions(t *testing.T, io, both, reviewer *worker) {
	at := io.write("第一个标题")
	edit := leaflet("第二个标题")
	edit.Set("version", "1")
	edit.Set("body", "请各位居民注意。\n新加的一段话。")
	io.wants(at, edit, http.StatusSeeOther, "saved")
	for _, row := range []struct {
		w      *worker
		path   string
		status int
		shows  []string
		hides  string
	}{
		{io, at + "/versions", 200, []string{"<del>一</del><ins>二</ins>", "<p><ins>新加的一段话。</ins></p>", "恢复成这个版本"}, "网站上的文字"},
		{reviewer, at + "/versions?a=2&b=2", 200, []string{"文字一样"}, "恢复成这个版本"},
		{io, at + "/versions?a=2&b=1", 200, []string{"<del>新加的一段话。</del>"}, ""},
		{io, at + "/versions?a=9&b=1", 404, []string{"没有这个版本"}, ""}, {io, at + "/versions?a=x&b=1", 404, []string{"没有这个版本"}, ""},
		{io, at + "/versions?a=public&b=1", 404, nil, "第一个标题"},
	} {
		status, body := row.w.get(row.path)
		for _, words := range row.shows {
			if !strings.Contains(body, words) {
				t.Errorf("%s: no %q in %s", row.path, words, body)
			}
		}
		if status != row.status || row.hides != "" && strings.Contains(body, row.hides) {
			t.Errorf("%s: %d, and %q is shown: %v", row.path, status, row.hides, strings.Contains(body, row.hides))
		}
	}
	reviewer.wants(at+"/restore", url.Values{"from": {"1"}, "version": {"2"}}, http.StatusForbidden, "没有")
	io.wants(at+"/restore", url.Values{"from": {"1"}, "version": {"1"}}, http.StatusConflict, "刷新")
	io.wants(at+"/restore", url.Values{"from": {"7"}, "version": {"2"}}, http.StatusNotFound, "没有这个版本")
	io.wants(at+"/restore", url.Values{"from": {"1"}, "version": {"2"}}, http.StatusSeeOther, "restored&made=3")
	io.wants(at+"/restore", takingBack(t, io, at+"?done=restored&made=3", at), http.StatusSeeOther, "unrestored")
	if d := io.article(at); d.Payload.Title == "第一个标题" || d.Version != 4 {
		t.Errorf("taken back: %+v", d)
	}
	io.sees(at+"?done=unrestored", http.StatusOK, "已撤销，文字和恢复以前一样。", `!class="toast"`)
	status, _, body := io.post(at+"/restore", url.Values{"undo": {"3"}})
	if status != http.StatusConflict || !strings.Contains(body, "恢复以后又有人保存") || !strings.Contains(body, "恢复成这个版本") {
		t.Errorf("taken back twice: %d, %s", status, body)
	}
	io.wants(at+"/restore", url.Values{"from": {"1"}, "version": {"4"}}, http.StatusSeeOther, "restored&made=5")
	if d := io.article(at); d.Payload.Title != "第一个标题" || d.Version != 5 {
		t.Errorf("restored %+v", d)
	}
	io.wants(at+"/send", url.Values{"version": {"5"}}, http.StatusSeeOther, "sent")
	io.wants(at+"/restore", url.Values{"from": {"2"}, "version": {"6"}}, http.StatusConflict, "正在审核")
	both.wants(at+"/review", both.editionOf(at, "do", "publish"), http.StatusSeeOther, "published")
	if _, body := io.get(at + "/preview/page"); !strings.Contains(body, ">预览</p>") || strings.Contains(body, "预览，未发布") {
		t.Errorf("the preview of what is public: %s", body)
	}
	edit.Set("version", "6")
	edit.Set("title", "公开以后的标题")
	io.wants(at, edit, http.StatusSeeOther, "saved")
	if _, body := io.get(at + "/preview/page"); !strings.Contains(body, "预览，未发布") {
		t.Errorf("the preview of a change: %s", body)
	}
	if _, body := io.get(at + "/versions"); !strings.Contains(body, "网站上的文字") || !strings.Contains(body, "<ins>公开以后的</ins>") {
		t.Errorf("the draft beside what is public: %s", body)
	}
}

// toast is the bar that says what was done, and its form.
var toast = regexp.MustCompile(`(?s)<form class="toast" method="post" action="([^"]+)">(.*?)</form>`)

// takingBack is what the bar of a screen sends when somebody presses it.
func takingBack(t *testing.T, w *worker, screen, at string) url.Values {
	t.Helper()
	_, body := w.get(screen)
	bar := toast.FindStringSubmatch(body)
	if bar == nil || bar[1] != at+"/restore" || !strings.Contains(bar[2], "已恢复成那个版本的文字") || !strings.Contains(bar[2], "撤销") || strings.Contains(body, `class="done"`) {
		t.Fatalf("the bar is %q: %s", bar, body)
	}
	return fieldsOf(bar[2])
}

// picturesShown (C9): the merge screen, the comparison and the remarks beside the form show a text's pictures where this screen finds them,
// also at the place that both have changed.
func picturesShown(t *testing.T, io, lead *worker) {
	i, err := io.Media.Take(kernel.WithActor(context.Background(), kernel.Actor{Account: io.account.ID, Via: "console"}), io.site.ID, "江.jpg", photo(t, 640, 400))
	if err != nil {
		t.Fatal(err)
	}
	form := func(version int, body string) url.Values {
		f := leaflet("有图的稿件")
		f.Set("body", body)
		f.Set("marked", "1")
		f.Set("version", fmt.Sprint(version))
		f.Set("from", "2")
		return f
	}
	_, header, _ := io.post(io.base(), form(0, i.Markup("江边")+"<p>甲</p><p>乙</p>"))
	at := articleAt.FindString(header.Get("Location"))
	broken := `src="` + i.Path()
	shows := func(what, page string, n int) {
		t.Helper()
		if strings.Count(page, `src="/sites/`+io.site.ID.String()+i.Path()) != n || strings.Contains(page, broken) {
			t.Errorf("%s does not show its picture %d times: %s", what, n, page)
		}
	}
	lead.wants(at, form(1, i.Markup("江边")+"<p>甲</p><p>主管改的</p>"), http.StatusSeeOther, "saved")
	status, _, page := io.post(at, form(1, i.Markup("江边")+"<p>甲</p><p>信息员改的</p>"))
	if status != http.StatusConflict {
		t.Errorf("nothing to decide: %d", status)
	}
	shows("the merge screen", page, 1)
	decide := fieldsOf(page)
	_, _, page = io.post(at+"/merge", decide)
	shows("the merge screen, undecided", page, 1)
	lead.wants(at, form(2, i.Markup("主管看到的江")+"<p>甲</p><p>主管改的</p>"), http.StatusSeeOther, "saved")
	_, _, page = io.post(at, form(2, i.Markup("信息员看到的江")+"<p>甲</p><p>主管改的</p>"))
	shows("the place that both changed", page, 2)
	_, page = io.get(at + "/versions?a=1&b=2")
	shows("the comparison", page, 1)
	lead.wants(at+"/notes", url.Values{"words": {"换一张清楚的"}, "quote": {"甲"}}, http.StatusSeeOther, "comment")
	_, page = io.get(at + "/edit")
	shows("the form beside its remarks", page, 1)
}

// unescaped is what an attribute or a text of a page says.
func unescaped(s string) string { return html.UnescapeString(s) }
