package pages

import (
	"slices"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// S2, LC19: an address names a page whatever its form, and its forms are where they are served.
func TestForms(t *testing.T) {
	for _, c := range []struct {
		url, page string
		forms     []string
	}{
		{"a.cn/", "a.cn/", []string{"a.cn/", "a.cn/-/elder/", "a.cn/-/hant/"}},
		{"a.cn/a/1?p=2", "a.cn/a/1", []string{"a.cn/a/1?p=2", "a.cn/-/elder/a/1?p=2", "a.cn/-/hant/a/1?p=2"}},
		{"a.cn/z/wuli/", "a.cn/z/wuli/", []string{"a.cn/z/wuli/", "a.cn/z/wuli/-/elder/", "a.cn/z/wuli/-/hant/"}},
		{"a.cn/z/wuli/a/1", "a.cn/z/wuli/a/1", []string{"a.cn/z/wuli/a/1", "a.cn/z/wuli/-/elder/a/1", "a.cn/z/wuli/-/hant/a/1"}},
		{"a.cn/-/elder/a/1", "a.cn/a/1", []string{"a.cn/-/elder/a/1"}},
		{"a.cn/z/wuli/-/hant/", "a.cn/z/wuli/", []string{"a.cn/z/wuli/-/hant/"}},
		{"a.cn/-/elder", "a.cn/", []string{"a.cn/-/elder"}},
		{"a.cn/-/elderly/1", "a.cn/-/elderly/1", []string{"a.cn/-/elderly/1", "a.cn/-/elder/-/elderly/1", "a.cn/-/hant/-/elderly/1"}},
	} {
		if got := itself(c.url); got != c.page {
			t.Errorf("%s is %s, want %s", c.url, got, c.page)
		}
		if got := forms(c.url); !slices.Equal(got, c.forms) {
			t.Errorf("%s: got %q, want %q", c.url, got, c.forms)
		}
	}
}

// What was withdrawn is forgotten in every form as soon as one of them is asked for: none is the last good one when the store goes away.
func TestAWithdrawnPageIsForgottenInEveryForm(t *testing.T) {
	c := newCache(t, polled(t, dbtest.SQLite(t, Migrations())), Config{Dir: t.TempDir()})
	elder := Key{1, "a.cn/-/elder/a/1"}
	get(t, c, elder, page("old"))
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Get(t.Context(), Key{1, "a.cn/a/1"}, failing(fault.New(fault.Gone, "已撤下。"))); !fault.Is(err, fault.Gone) {
		t.Fatal(err)
	}
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
	if h, err := c.Get(t.Context(), elder, failing(fault.New(fault.Unavailable, "没有响应。"))); err == nil {
		t.Errorf("the elder version is still %q", h.Page.Body)
	}
}
