package app

import (
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// lists (issue 4, 3: filters in the address, saved views, bulk with a result for each and undo, the bin; B10, C13): what a filter shows is what its
// address says, each article's fate is told, and undoing brings back what was.
func lists(t *testing.T, io, both, reviewer *worker) {
	var ids []string
	for i := range 4 {
		at := io.write(fmt.Sprintf("批量第%d篇", i))
		ids = append(ids, at[strings.LastIndexByte(at, '/')+1:])
	}
	shows := func(path string, want ...bool) {
		t.Helper()
		status, body := io.get(path)
		for i, w := range want {
			if status != 200 || strings.Contains(body, fmt.Sprintf(">批量第%d篇</a>", i)) != w {
				t.Errorf("%s (%d) shows 批量第%d篇: %v, want %v", path, status, i, !w, w)
			}
		}
	}
	list := io.base() + "?q=" + url.QueryEscape("批量")
	shows(list, true, true, true, true)
	shows(io.base()+"?q="+url.QueryEscape("第2篇")+"&column=2&author="+io.account.ID.String()+"&from=2026-11-23&to=2026-11-23&state=draft", false, false, true, false)
	shows(list+"&to=2026-11-22", false, false, false, false)
	shows(list+"&author="+both.account.ID.String(), false, false, false, false)
	if _, body := io.get(list + "&from=2026-11-20"); !strings.Contains(body, `href="`+io.base()+`?from=2026-11-20">“批量”`) || !strings.Contains(body, "≥ 2026-11-20") {
		t.Errorf("the conditions are not there to be taken away: %s", body)
	}
	for _, odd := range []string{"?column=x", "?from=gestern&q=a", "?p=0", "?author=-1", "?to=2026-13-01"} {
		r, err := http.NewRequest(http.MethodGet, consoleAt+io.base()+odd, nil)
		if err != nil {
			t.Fatal(err)
		}
		status, header, _ := io.send(r)
		if status != http.StatusSeeOther {
			t.Errorf("%s answers %d", odd, status)
		}
		if status, _ := io.get(header.Get("Location")); status != http.StatusOK { // and leads round in no circle
			t.Errorf("%s leads to %s, which answers %d", odd, header.Get("Location"), status)
		}
	}

	id := func(i int, version int) string { return fmt.Sprintf("%s:%d", ids[i], version) }
	press := func(w *worker, status int, form url.Values, words ...string) string {
		t.Helper()
		got, header, body := w.post(io.base()+"/bulk", form)
		if got == http.StatusSeeOther { // all went well: the list says so in a bar
			got, body = w.get(header.Get("Location"))
		}
		for _, words := range words {
			if got != status || !strings.Contains(body, words) {
				t.Errorf("%v answers %d without %q: %s", form, got, words, body)
			}
		}
		return body
	}
	press(io, 422, url.Values{"do": {"bin"}}, "请先勾选稿件")
	press(io, 422, url.Values{"do": {"burn"}, "id": {id(0, 1)}}, "请选择要做什么")
	press(io, 422, url.Values{"do": {"bin"}, "id": strings.Split(strings.Repeat("1:1,", 501), ",")}, "一次最多")
	press(reviewer, 403, url.Values{"do": {"bin"}, "id": {id(0, 1)}}, "内容主管、信息员")
	body := press(io, 200, url.Values{"do": {"bin"}, "id": {id(0, 1), id(1, 7), "5:1", "x"}, "query": {"q=批量"}}, "批量第0篇", "刚被别人改过", "没有这篇稿件", "办成 1，没有办成 3")
	shows(list, false, true, true, true)
	shows(list+"&state=bin", true, false, false, false)
	if _, page := io.get(io.base() + "/" + ids[0]); !strings.Contains(page, "自动清除") || strings.Contains(page, ">送审</button>") {
		t.Errorf("an article in the bin: %s", page)
	}
	undo := undoOf(body)
	if undo.Get("do") != "unbin" || len(undo["id"]) != 1 {
		t.Fatalf("undone by %v", undo)
	}
	body = press(io, 200, undo, "已移出回收站：1 篇")
	shows(list, true, true, true, true)
	if _, page := io.get(io.base() + "?did=bin&n=1&of=1:x"); strings.Contains(page, `class="toast"`) {
		t.Error("a bar of an address that nobody makes")
	}
	body = press(io, 200, undoOf(body), "已移入回收站：1 篇") // what was taken back is taken back
	press(io, 200, undoOf(body), "已移出回收站：1 篇")

	from := io.article(io.base() + "/" + ids[2]).Column
	to := io.other(from)
	body = press(io, 200, url.Values{"do": {"move"}, "column": {to}, "id": {id(2, 1), id(3, 1)}}, "已移到别的栏目：2 篇")
	if got := io.article(io.base() + "/" + ids[2]).Column; fmt.Sprint(got) != to {
		t.Errorf("moved to %d, want %s", got, to)
	}
	press(io, 200, url.Values{"do": {"move"}, "column": {"987654"}, "id": {id(3, 2)}}, "已经不在了", "没有办成 1")
	press(io, 200, undoOf(body), "已移回原来的栏目：2 篇")
	for _, i := range []int{2, 3} {
		if got := io.article(io.base() + "/" + ids[i]).Column; got != from {
			t.Errorf("undone, and in %d, not %d", got, from)
		}
	}
	press(io, 200, url.Values{"do": {"submit"}, "id": {id(0, 5), id(1, 1), id(2, 1)}}, "办成 2，没有办成 1", "刚被别人改过")
	press(io, 200, url.Values{"do": {"bin"}, "id": {id(1, 2)}}, "只有草稿可以删除")

	io.wants(io.base()+"/views", url.Values{"name": {""}, "query": {"q=批量"}}, 422, "名字")
	io.wants(io.base()+"/views", url.Values{"name": {"批量的"}, "query": {"state=draft&q=批量&p=3&x=y"}}, http.StatusSeeOther, "?q="+url.QueryEscape("批量")+"&state=draft")
	_, page := io.get(list + "&state=draft")
	view := regexp.MustCompile(`name="view" value="(\d+)"`).FindStringSubmatch(page)
	if view == nil || !strings.Contains(page, `aria-current="page">批量的</a>`) {
		t.Fatalf("the view is not there: %s", page)
	}
	if _, page := both.get(both.base()); strings.Contains(page, "批量的") {
		t.Error("somebody else sees the view")
	}
	both.wants(both.base()+"/views/drop", url.Values{"view": {view[1]}}, 404, "没有这组")
	io.wants(io.base()+"/views/drop", url.Values{"view": {view[1]}}, http.StatusSeeOther, "/articles")
}

// LE9: five hundred at once are thrown away one by one, each with its line, and pressing 撤销 brings every one back as it was.
func TestFiveHundredAtOnce(t *testing.T) {
	o := openBureau(t, filepath.Join(t.TempDir(), "z.db"))
	io := o.hire("xinxi", "IO")
	ctx := kernel.WithActor(t.Context(), io.account.Actor("console"))
	form := url.Values{"do": {"bin"}}
	for i := range 500 {
		id, err := o.Articles.Create(ctx, o.site.ID, 2, publication.Small, article.Payload{Title: fmt.Sprintf("第%d篇", i), Body: "<p>正文</p>"})
		if err != nil {
			t.Fatal(err)
		}
		form.Add("id", fmt.Sprintf("%d:%d", id, 1+i/490)) // of the last ten somebody has seen a version that there never was
	}
	listed := func(f article.Filter) int {
		all, err := o.Articles.List(ctx, o.site.ID, f, kernel.Page{Number: 1, Size: 1000})
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	_, _, body := io.post(io.base()+"/bulk", form)
	if strings.Count(body, ">第") != 500 || !strings.Contains(body, "办成 490，没有办成 10") || listed(article.Filter{Binned: true}) != 490 {
		t.Fatalf("%d lines, %d in the bin", strings.Count(body, ">第"), listed(article.Filter{Binned: true}))
	}
	_, _, body = io.post(io.base()+"/bulk", undoOf(body))
	if !strings.Contains(body, "办成 490，没有办成 0") || listed(article.Filter{}) != 500 || listed(article.Filter{State: article.Drafted, Column: 2, Author: io.account.ID}) != 500 {
		t.Errorf("brought back: %d", listed(article.Filter{}))
	}
}

// undoOf is what pressing 撤销 sends.
func undoOf(page string) url.Values {
	form := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="id" value="([^"]*)">`).FindAllStringSubmatch(page, -1) {
		form.Add("id", m[1])
	}
	if m := regexp.MustCompile(`<input type="hidden" name="do" value="([^"]*)">`).FindStringSubmatch(page); m != nil {
		form.Set("do", m[1])
	} else if m := regexp.MustCompile(`<button name="do" value="([^"]*)">`).FindStringSubmatch(page); m != nil {
		form.Set("do", m[1])
	}
	return form
}

// other is another column of the site that articles may stand in.
func (w *worker) other(than int64) string {
	w.t.Helper()
	_, page := w.get(w.base() + "/new")
	for _, m := range regexp.MustCompile(`<option value="(\d+)"`).FindAllStringSubmatch(page, -1) {
		if m[1] != fmt.Sprint(than) {
			return m[1]
		}
	}
	w.t.Fatal("there is one column only")
	return ""
}
