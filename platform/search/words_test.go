package search

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/storage/index"
)

// links are the texts and addresses of what a selector finds.
func links(doc *goquery.Document, selector string) []string {
	return doc.Find(selector).Map(func(_ int, a *goquery.Selection) string { return a.Text() + " " + a.AttrOr("href", "") })
}

// T3: words that stand for one another, hot words and recommended pages, of a site and of all sites.
func TestWordsOfTheSearch(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		w.office()
		w.say(w.county, Text{Title: "区公积金"}, index.Facets{})
		w.must(w.Save(w.ctx, w.city.ID, Lists{Alike: "gjj 公积金\r\n\r\n网站群、站群", Hot: "公积金\n没有的词", Best: "公积金、gjj /a/2\n公积金 /a/99\n公积金 /c/gjj 公积金专栏\n网站群 https://example.cn/ 别处"}))
		w.must(w.Save(w.ctx, kernel.Platform, Lists{Hot: "供水\n公积金\n通知"}))
		if got := w.found(w.city, q("q", "GJJ")); !slices.Equal(got, []string{"/a/4", "/a/2", "/a/3"}) {
			t.Errorf("gjj finds %v", got)
		}
		doc, _ := w.ask(w.city, q("q", "GJJ"))
		if html, _ := doc.Find(".hits").Html(); !strings.Contains(html, "<mark>公积金</mark>") {
			t.Errorf("what stands for a word is not marked: %s", html)
		}
		if got := links(doc, ".best a"); !slices.Equal(got, []string{"住房公积金管理办法 /a/2"}) {
			t.Errorf("recommended for gjj: %v", got)
		}
		doc, _ = w.ask(w.city, q("q", "公积金"))
		if got := links(doc, ".best a"); !slices.Equal(got, []string{"住房公积金管理办法 /a/2", "公积金专栏 /c/gjj"}) {
			t.Errorf("recommended: %v", got)
		}
		doc, _ = w.ask(w.city, nil)
		if got := links(doc, ".hot a"); !slices.Equal(got, []string{"公积金 /search?q=%E5%85%AC%E7%A7%AF%E9%87%91", "通知 /search?q=%E9%80%9A%E7%9F%A5"}) {
			t.Errorf("hot words: %v", got)
		}
		if got := w.found(w.county, q("q", "gjj")); len(got) != 0 {
			t.Errorf("another site's words count here: %v", got)
		}
		doc, _ = w.ask(w.county, q("q", "没有"))
		if got := links(doc, ".hot a"); !slices.Equal(got, []string{"公积金 /search?q=%E5%85%AC%E7%A7%AF%E9%87%91"}) {
			t.Errorf("hot words of all sites, where they find something: %v", got)
		}
		delete(w.public[w.city.ID], 2) // withdrawn
		doc, _ = w.ask(w.city, q("q", "gjj"))
		if got := links(doc, ".best a"); len(got) != 0 {
			t.Errorf("what is not public is recommended: %v", got)
		}
	})
}

// T3: nothing found says what to do.
func TestNothingFoundSaysWhatToDo(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		w.office()
		doc, _ := w.ask(w.county, q("q", "公积金"))
		text := doc.Find(".nothing").Text()
		for _, want := range []string{"没有找到“公积金”", "更短的词", "网站地图"} {
			if !strings.Contains(text, want) {
				t.Errorf("no %q in %s", want, text)
			}
		}
		if got := links(doc, ".nothing a"); !slices.Equal(got, []string{"在“全市”范围内再找一遍 /search?q=%E5%85%AC%E7%A7%AF%E9%87%91&s=all", "网站地图 /sitemap"}) {
			t.Errorf("ways on: %v", got)
		}
		doc, _ = w.ask(w.city, q("q", "没有的", "s", "all"))
		if text := doc.Find(".nothing").Text(); strings.Contains(text, "范围内") || !strings.Contains(text, "0915-1234567") {
			t.Errorf("the widest scope: %s", text)
		}
	})
}

// Who writes the lists is on record, and nobody writes over what somebody else has just written.
func TestListsAreSavedOnce(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		if err := w.Save(context.Background(), w.city.ID, Lists{Hot: "税"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("nobody saves: %v", err)
		}
		w.must(w.Save(w.ctx, w.city.ID, Lists{Hot: "税"}))
		w.must(w.Save(w.ctx, w.county.ID, Lists{Hot: "水"}))
		if err := w.Save(w.ctx, w.city.ID, Lists{Hot: "电"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("over a first one: %v", err)
		}
		l, err := w.Lists(w.ctx, w.city.ID)
		if w.must(err); l.Hot != "税" || l.Version != 1 || l.By != "编辑" || !l.At.Equal(w.now) {
			t.Errorf("kept: %+v", l)
		}
		l.Hot = "电"
		w.must(w.Save(w.ctx, w.city.ID, l))
		if err := w.Save(w.ctx, w.city.ID, l); !fault.Is(err, fault.Conflict) {
			t.Errorf("over a later one: %v", err)
		}
		if other, err := w.Lists(w.ctx, w.county.ID); err != nil || other.Hot != "水" {
			t.Errorf("another site's: %+v %v", other, err)
		}
		lines, err := w.Audit.List(w.ctx, w.city.ID, kernel.Page{Number: 1, Size: 10})
		if w.must(err); len(lines) != 2 || lines[0].Action != "search.words" || lines[0].Before == lines[0].After || !strings.Contains(lines[0].After, "hot 1") {
			t.Errorf("on record: %+v", lines)
		}
	})
}

// What cannot be meant is refused with the line and what to do.
func TestListsThatAreRefused(t *testing.T) {
	many := func(n int, line string) string { return strings.Repeat(line+"\n", n) }
	for _, row := range []struct {
		name  string
		lists Lists
		want  string
	}{
		{"one word alone", Lists{Alike: "税 税务\n公积金"}, "第 2 行"},
		{"too many in a line", Lists{Alike: strings.Repeat("词 ", 10)}, "第 1 行"},
		{"a word too long", Lists{Alike: "税 " + strings.Repeat("长", 31)}, "最多 30 个字"},
		{"no word at all", Lists{Hot: "？！"}, "要有汉字"},
		{"too many hot words", Lists{Hot: many(21, "税")}, "最多 20 行"},
		{"too many lines", Lists{Alike: many(301, "税 务")}, "最多 300 行"},
		{"no address", Lists{Best: "税"}, "检索词 地址 标题"},
		{"an address of another kind", Lists{Best: "税 javascript:alert(1) 标题"}, "检索词 地址 标题"},
		{"an address of no host", Lists{Best: "税 //evil.example/ 标题"}, "检索词 地址 标题"},
		{"a backslash", Lists{Best: `税 /\evil.example 标题`}, "检索词 地址 标题"},
		{"an address without a host", Lists{Best: "税 https:///x 标题"}, "检索词 地址 标题"},
		{"no title", Lists{Best: "税 /c/shui"}, "写标题"},
		{"a title too long", Lists{Best: "税 /c/shui " + strings.Repeat("长", 101)}, "写标题"},
		{"no word before the address", Lists{Best: "、 /c/shui 标题\n"}, ""},
		{"a control character", Lists{Hot: "税\x00"}, "不是文字"},
		{"broken text", Lists{Alike: "税 \xff"}, "不是文字"},
	} {
		_, err := row.lists.parsed()
		if row.want != "" && (!fault.Is(err, fault.Invalid) || !strings.Contains(fault.Say(err), row.want)) {
			t.Errorf("%s: %v", row.name, err)
		}
	}
	if w, err := (Lists{Alike: " 税、税务；国税 \r\n", Best: "a https://example.cn/x?y=1 A  B"}).parsed(); err != nil || len(w.alike[0]) != 3 || w.best[0].title != "A B" {
		t.Errorf("%+v %v", w, err)
	}
}

// T3: what is looked for in vain is counted by site and day, bounded, and never what may be about a person.
func TestMissedWords(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		w.office()
		missed := func(s *render.Site) string {
			w.must(w.Flush(w.ctx))
			all, err := w.Missed(w.ctx, s.ID, 30, 10)
			w.must(err)
			return fmt.Sprint(all)
		}
		for range 3 {
			w.ask(w.city, q("q", "不动产"))
		}
		w.ask(w.city, q("q", "公积金", "y", "2020")) // found, but for the year
		w.ask(w.city, q("q", "公积金"))
		for _, personal := range []string{"身份证612401199001011234", "１３９００００１１１１", "zhang@example.cn", strings.Repeat("长", 31), "？？"} {
			w.ask(w.city, q("q", personal))
		}
		w.ask(w.county, q("q", "公积金"))
		w.must(w.Flush(w.ctx))
		w.ask(w.county, q("q", "不动产"))
		if got := missed(w.city); got != "[{不动产 3 2026-11-27}]" {
			t.Errorf("the city: %s", got)
		}
		if got := missed(w.county); got != "[{不动产 1 2026-11-27} {公积金 1 2026-11-27}]" {
			t.Errorf("the county: %s", got)
		}
		w.now = w.now.AddDate(0, 0, 1)
		w.ask(w.city, q("q", "不动产"))
		w.ask(w.city, q("q", "社保"))
		if got := missed(w.city); got != "[{不动产 4 2026-11-28} {社保 1 2026-11-28}]" {
			t.Errorf("a day later: %s", got)
		}
		w.now = w.now.AddDate(0, 0, 29)
		if got := missed(w.city); got != "[{不动产 1 2026-11-28} {社保 1 2026-11-28}]" {
			t.Errorf("thirty days: %s", got)
		}
		w.now = w.now.AddDate(0, 0, 61)
		w.ask(w.city, q("q", "新词"))
		w.must(w.Flush(w.ctx))
		if all, err := w.Missed(w.ctx, w.city.ID, 1000, 10); err != nil || fmt.Sprint(all) != "[{新词 1 2027-02-26} {不动产 1 2026-11-28} {社保 1 2026-11-28}]" {
			t.Errorf("what is older than ninety days goes: %v %v", all, err)
		}
		if all, err := w.Missed(w.ctx, w.county.ID, 1000, 10); err != nil || fmt.Sprint(all) != "[{不动产 1 2026-11-27} {公积金 1 2026-11-27}]" {
			t.Errorf("another site's stays: %v %v", all, err)
		}
	})
}

// T3: neither memory nor the store grows without end.
func TestMissedWordsAreBounded(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		for i := range missWaiting + 50 {
			w.note(w.city.ID, fmt.Sprintf("词%d", i))
		}
		w.note(w.city.ID, "词0")
		if n := w.missed.Waiting(); n != missWaiting {
			t.Errorf("%d wait", n)
		}
		w.must(w.Flush(w.ctx))
		w.note(w.county.ID, "词")
		w.must(w.Flush(w.ctx))
		all, err := w.Missed(w.ctx, w.city.ID, 30, 2*missEachDay)
		if w.must(err); len(all) != missEachDay || all[0] != (Missed{"词0", 2, "2026-11-27"}) {
			t.Errorf("%d are kept, first %v", len(all), all[:1])
		}
		if all, err := w.Missed(w.ctx, w.county.ID, 30, 10); err != nil || len(all) != 1 {
			t.Errorf("another site has no room: %v %v", all, err)
		}
		w.now = w.now.AddDate(0, 0, 1)
		w.note(w.city.ID, "明天的词")
		w.must(w.Flush(w.ctx))
		if all, err := w.Missed(w.ctx, w.city.ID, 1, 10); err != nil || len(all) != 1 {
			t.Errorf("another day has no room: %v %v", all, err)
		}
	})
}

// What cannot be written waits on, and is written when the node ends.
func TestMissedWordsWait(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		w.note(w.city.ID, "词")
		gone, cancel := context.WithCancel(w.ctx)
		cancel()
		if err := w.Flush(gone); err == nil {
			t.Fatal("written although nobody waits")
		}
		w.note(w.city.ID, "词")
		ended := make(chan error, 1)
		run, stop := context.WithCancel(w.ctx)
		go func() { ended <- w.Run(run) }()
		stop()
		w.must(<-ended)
		if all, err := w.Missed(w.ctx, w.city.ID, 30, 10); err != nil || fmt.Sprint(all) != "[{词 2 2026-11-27}]" {
			t.Errorf("%v %v", all, err)
		}
	})
}
