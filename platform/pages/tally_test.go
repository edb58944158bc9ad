package pages

import (
	"fmt"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
)

// U1: what was read is the page, on whatever host, below whatever mount, in whichever form and on whatever page of its list.
func TestWhatATallyCounts(t *testing.T) {
	for _, row := range []struct {
		url, path string
		variant   kernel.Variant
	}{
		{"ankang.gov.cn/", "/", ""},
		{"ankang.gov.cn/a/12", "/a/12", ""},
		{"ankang.gov.cn/c/gongkai/zhengce?p=3", "/c/gongkai/zhengce", ""},
		{"ankang.gov.cn/search?q=%E5%81%9C%E6%B0%B4", "/search", ""},
		{"ankang.gov.cn/-/elder/a/12", "/a/12", kernel.Elder},
		{"ankang.gov.cn/-/hant/", "/", kernel.Hant},
		{"hanbin.gov.cn/z/wuli/", "/", ""},
		{"hanbin.gov.cn/z/wuli/c/x?p=2", "/c/x", ""},
		{"hanbin.gov.cn/z/wuli/-/elder/", "/", kernel.Elder},
	} {
		got := newTally(Key{7, row.url}, 20000)
		if got.Site != 7 || got.Path != row.path || got.Variant != row.variant || got.Day != 20000 {
			t.Errorf("%s is counted as %s of site %d in %q", row.url, got.Path, got.Site, got.Variant)
		}
	}
}

// U1: what is taken is taken once, days are apart, and what has no room waits in its page.
func TestTallies(t *testing.T) {
	page := func(url string) *Entry { return NewEntry(Key{1, url}, Page{Body: []byte(url)}, time.Time{}) }
	var l Tallies
	taken := func() (all []string) {
		l.Take(func(t *Tally, reads, visits int64) {
			all = append(all, fmt.Sprintf("%d %s %d %d", t.Day, t.Path, reads, visits))
		})
		return all
	}
	want := func(when string, want ...string) {
		t.Helper()
		if got := taken(); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %q, want %q", when, got, want)
		}
	}
	home, text := page("h/"), page("h/a/1")
	want("at first")
	l.Add(home, 1, true)
	l.Add(home, 1, false)
	l.Add(text, 1, false)
	want("three reads of two pages", "1 /a/1 1 0", "1 / 2 1")
	want("afterwards")
	l.Add(home, 1, true)
	l.Add(home, 2, true)
	l.Add(home, 2, false)
	want("over midnight", "2 / 2 1", "1 / 1 1")
	l.hangs.Store(talliesMost)
	l.Add(home, 2, false)
	want("without room")
	l.hangs.Store(0)
	l.Add(home, 2, false)
	want("with room again", "2 / 2 0")
}
