package app

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// A8, A9, M1, Q4, d50, d52 on both engines over HTTP: a site at a glance, what happened there, its yearly re-check and the wall on a big screen, each for
// who may see it. Every screen is clean HTML.
func TestWatching(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, o *bureau) {
		io, rv := o.seat("xinxi", "610902100", "IO"), o.seat("shenhe", "610902100", "RV", "SR", "PB")
		lead := o.seat("zhuguan", "610902100", "CL")
		county, aa := o.seat("xian-jiandu", "610902", "SV"), o.seat("shenji", "610900", "AA")
		po, stranger := o.seat("yunwei", "610900", "PO"), o.seat("linzhen", "610981", "CL")
		lead.shows("/", "开始使用，共五步", "四、写第一篇稿件", "还没做", "已做")
		t.Run("at a glance", func(t *testing.T) { atAGlance(t, io, rv, county, po, stranger) })
		t.Run("what happened", func(t *testing.T) { whatHappened(t, io, county, aa, stranger) })
		t.Run("a big screen", func(t *testing.T) { aBigScreen(t, po, county, lead) })
		t.Run("a re-check", func(t *testing.T) { aRecheck(t, lead, county, po) })
		t.Run("a large sheet", func(t *testing.T) { aLargeSheet(t, po) })
		if strings.HasSuffix(t.Name(), "sqlite") { // the other engine's screens are the same
			o.cleanHTML(t)
		}
	})
}

func (w *worker) here() string { return "/sites/" + w.site.ID.String() }

// never expects that a screen answers with a status and without some words.
func (w *worker) never(path string, status int, words ...string) {
	w.t.Helper()
	got, body := w.get(path)
	for _, s := range append(words, "\x00") {
		if got != status || strings.Contains(body, s) {
			w.t.Errorf("%s: %s answers %d with %q, want %d without it", w.account.Login, path, got, s, status)
		}
	}
}

func atAGlance(t *testing.T, io, rv, county, po, stranger *worker) {
	io.shows(io.here(), "关庙镇", "在线", "内容主管", "干部zhuguan", "信息员", "干部xinxi", "guanmiao", "本站动态", "空白")
	some := io.hireFor("610902100", "bufen", 2, "IO")
	io.shows(io.here(), some.account.Name+"（部分栏目）")
	io.never(io.here(), http.StatusOK, "干部xinxi（部分栏目）")
	public := io.write("关于春茶开园的通知")
	io.wants(public+"/send", io.editionOf(public, "version", "1"), http.StatusSeeOther, "done=sent")
	rv.wants(public+"/review", rv.editionOf(public, "do", "pass"), http.StatusSeeOther, "")
	rv.wants(public+"/publish", rv.editionOf(public), http.StatusSeeOther, "")
	waiting := io.write("关于某事的秘密草稿")
	io.wants(waiting+"/send", io.editionOf(waiting, "version", "1"), http.StatusSeeOther, "done=sent")
	io.pass(53 * 24 * time.Hour)
	body := io.shows(io.here(), "关于春茶开园的通知", "最久的已等天数： 53", `class="mark warn">快到期`)
	if !strings.Contains(body, "<b>1</b> 篇已公开") || !strings.Contains(body, "<b>1</b> 篇待审") {
		t.Errorf("the sums are not there:\n%s", body)
	}
	io.pass(8 * 24 * time.Hour)
	io.shows(io.here(), `class="mark bad">更新逾期`)
	for _, w := range []*worker{county, po} {
		w.shows(io.here(), "关于春茶开园的通知", "篇待审")
		w.never(io.here(), http.StatusOK, "秘密草稿", io.here()+"/articles")
	}
	stranger.never(io.here(), http.StatusForbidden)
}

func whatHappened(t *testing.T, io, county, aa, stranger *worker) {
	at := io.here() + "/activity"
	io.shows(at, "干部xinxi", "新建稿件", "送审", "关于某事的秘密草稿", "发布", "关于春茶开园的通知", "干部shenhe")
	county.shows(at, "发布", "关于春茶开园的通知", "干部shenhe")
	county.never(at, http.StatusOK, "秘密草稿", "新建稿件", ">送审<")
	stranger.never(at, http.StatusForbidden)
	io.shows(at+"?kind=text&who="+url.QueryEscape("干部shenhe"), "发布", "看全部")
	io.never(at+"?who="+url.QueryEscape("干部shenhe"), http.StatusOK, "新建稿件")
	io.shows(at+"?day=2026-11-23", "2026-11-23", "新建稿件")
	io.shows(at+"?day=2026-11-24", "没有符合条件的记录")
	io.shows(at+"?kind=nothing&day=never&from=x.y", "新建稿件") // what is no filter narrows nothing
	for i := range 30 {
		io.write(fmt.Sprintf("第 %02d 篇", i))
	}
	seen := map[string]int{}
	next := at + "?kind=text"
	pages := 0
	for ; next != "" && pages < 10; pages++ {
		body := io.shows(next, "稿件")
		for i := range 30 {
			seen[fmt.Sprint(i)] += strings.Count(body, fmt.Sprintf("第 %02d 篇", i))
		}
		_, rest, found := strings.Cut(body, `<a href="`+at+`?from=`)
		if next = ""; found {
			next = at + "?from=" + rest[:strings.IndexByte(rest, '"')]
		}
	}
	if pages != 1 && pages != 2 || len(seen) != 30 || slices.ContainsFunc([]int{seen["0"], seen["15"], seen["29"]}, func(n int) bool { return n != 1 }) {
		t.Errorf("%d pages, seen %v", pages, seen)
	}
	aa.shows("/activity", "平台动态", "新建稿件", "关庙镇")
	aa.never("/activity", http.StatusOK, "秘密草稿", "关于春茶开园的通知")
	aa.shows(at, "关于春茶开园的通知")
	aa.never(at, http.StatusOK, "秘密草稿")
	io.never("/activity", http.StatusForbidden)
	county.never("/activity", http.StatusForbidden)
}

func aBigScreen(t *testing.T, po, county, lead *worker) {
	all, err := po.Sites.Everything(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	body := po.shows("/estate/tv", "汉滨区", "关庙镇", "更新于", "退出大屏", fmt.Sprintf("<b>%d</b> 网站", len(all)))
	if strings.Contains(body, `class="rail"`) || strings.Contains(body, `class="bar"`) {
		t.Error("a big screen has a menu")
	}
	po.shows("/estate?state=online", `href="/estate/tv?state=online"`)
	po.shows("/estate/tv?state=online&q=%E5%85%B3%E5%BA%99", "关庙镇", "看全部", `href="/estate?q=%E5%85%B3%E5%BA%99&state=online"`)
	home := "/sites/" + county.siteAt("610902") + "/below/tv"
	county.shows(home, "关庙镇", "下级网站")
	county.never(home, http.StatusOK, "旬阳")
	lead.never("/estate/tv", http.StatusForbidden)
	lead.never(home, http.StatusForbidden)
}

func aRecheck(t *testing.T, lead, county, po *worker) {
	ctx := context.Background()
	at := lead.here() + "/recheck"
	lead.shows(at, "现在没有要办的年度复核")
	lead.never("/", http.StatusOK, "开始使用，共五步") // something is public by now
	lead.wants(at, url.Values{"unit": {"on"}, "phone": {"on"}, "hosts": {"on"}, "columns": {"on"}}, http.StatusConflict, "没有要办的年度复核")
	lead.pass(275 * 24 * time.Hour)
	if err := lead.Estate.Start(ctx); err != nil {
		t.Fatal(err)
	}
	if err := lead.Queue.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	lead.shows("/", "年度复核", "待确认")
	lead.shows(at, "核对并确认", "联系电话", "guanmiao")
	county.never(at, http.StatusOK, "核对并确认")
	lead.wants(at, url.Values{"unit": {"on"}, "phone": {"on"}, "hosts": {"on"}}, http.StatusUnprocessableEntity, "哪里要改")
	lead.wants(at, url.Values{"unit": {"on"}, "phone": {"on"}, "hosts": {"on"}, "note": {"栏目要归并两个。"}}, http.StatusSeeOther, "done=confirmed")
	county.shows("/", "年度复核", "关庙镇", "待复核")
	county.shows(at, "栏目要归并两个。", "要改")
	po.wants(at+"/decide", url.Values{"do": {"accept"}}, http.StatusForbidden, "")
	lead.wants(at+"/decide", url.Values{"do": {"accept"}}, http.StatusForbidden, "")
	county.wants(at+"/decide", url.Values{"do": {"return"}}, http.StatusUnprocessableEntity, "意见")
	county.wants(at+"/decide", url.Values{"do": {"return"}, "because": {"请先归并。"}}, http.StatusSeeOther, "done=returned")
	lead.shows(at, "请先归并。", "核对并确认")
	lead.wants(at, url.Values{"unit": {"on"}, "phone": {"on"}, "hosts": {"on"}, "columns": {"on"}}, http.StatusSeeOther, "done=confirmed")
	po.pass(60 * 24 * time.Hour)
	po.shows("/estate?round=late", "关庙镇", "年度复核逾期")
	po.shows("/estate/tv?round=due", "关庙镇", "要办年度复核")
	county.wants(at+"/decide", url.Values{"do": {"accept"}}, http.StatusSeeOther, "done=accepted")
	county.shows(at+"?done=accepted", "已通过", "往年")
	po.never("/estate?round=late&q=%E5%85%B3%E5%BA%99", http.StatusOK, "核</a>")
	lead.shows(lead.here()+"/activity?kind=site", "通过年度复核", "退回年度复核", "确认年度复核", "年度复核到期", "请先归并。")
}

// aLargeSheet: a sheet of more than a form is checked, one of more rows than there are townships is not.
func aLargeSheet(t *testing.T, po *worker) {
	row := "610900,subsite," + strings.Repeat("长", 60) + ".localhost\n"
	large := "org_code,kind,host_or_slug\n" + strings.Repeat(row, 12_000)
	if len(large) < 2<<20 {
		t.Fatalf("the sheet has only %d bytes", len(large))
	}
	po.sheet(t, large, http.StatusOK, "要改")
	po.sheet(t, "org_code\n"+strings.Repeat("1\n", 20_001), http.StatusUnprocessableEntity, "超过 20000 行")
}

// sheet sends a sheet as a file, as the form does.
func (w *worker) sheet(t *testing.T, text string, want int, words string) {
	t.Helper()
	const mark = "------sheet"
	body := "--" + mark + "\r\nContent-Disposition: form-data; name=\"do\"\r\n\r\ncheck\r\n--" + mark +
		"\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\n" + text + "\r\n--" + mark + "--\r\n"
	r, err := http.NewRequest(http.MethodPost, consoleAt+"/estate/import", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "multipart/form-data; boundary="+mark)
	dir := w.dir
	w.dir = "" // megabytes of the same row are no screen for the checker
	status, _, answer := w.send(r)
	w.dir = dir
	if status != want || !strings.Contains(answer, words) {
		t.Errorf("a sheet of %d bytes answers %d, want %d and %q: %.300s", len(text), status, want, words, answer)
	}
}
