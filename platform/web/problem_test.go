package web

import (
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"
)

// J5: a program is told of an error in its own form (RFC 9457), with the sentence for people and the number of the log, and nothing that the
// server knows; so it is for an address that nobody answers and for a site that shows a notice.
func TestProblems(t *testing.T) {
	f := assemble(t, Config{})
	f.Router().Page(PageRoute{Room: "feed", Path: "/-/api/v1/things/:id", FormOf: "/a/:id", Do: f.articles.show})
	f.serve()
	for _, row := range []struct {
		host, path string
		status     int
		detail     string
	}{
		{"hanbin.gov.cn", "/-/api/v1/things/404", 404, "没有这篇文章。"},
		{"hanbin.gov.cn", "/z/wuli/-/api/v1/things/410", 410, "已撤下。"},
		{"hanbin.gov.cn", "/-/api/v1/things/422", 422, "参数<b>不对</b>。"},
		{"hanbin.gov.cn", "/-/api/v1/things/500", 500, "系统暂时不能完成这项操作，请稍后再试。"},
		{"hanbin.gov.cn", "/-/api/v1/things/503", 503, "没有响应。"},
		{"hanbin.gov.cn", "/-/api/v1/things/666", 500, "系统暂时不能完成这项操作，请稍后再试。"},
		{"hanbin.gov.cn", "/-/api/v9", 404, "这里没有可以访问的页面。"},
		{"paused.gov.cn", "/-/api/v1/things/1", 503, "暂停站已暂停服务或关停，不提供数据。"},
		{"gone.gov.cn", "/-/api/v1/things/1", 410, "关停站已暂停服务或关停，不提供数据。"},
	} {
		res := f.ask("GET", row.host, row.path)
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		var p problem
		if err := json.Unmarshal(body, &p); err != nil || p.Status != row.status || res.StatusCode != row.status || p.Detail != row.detail || p.Type != "about:blank" || p.Title == "" ||
			p.ID != res.Header.Get("X-Request-Id") || res.Header.Get("Content-Type") != "application/problem+json" || res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s%s: %d %v %s", row.host, row.path, res.StatusCode, res.Header, body)
		}
		if strings.Contains(string(body), "hunter2") || strings.Contains(string(body), "deadbeef") {
			t.Errorf("%s tells %s", row.path, body)
		}
	}
	for key, want := range map[string][]string{"hanbin.gov.cn/a/1": {"hanbin.gov.cn/-/api/v1/things/1"}, "hanbin.gov.cn/z/wuli/a/1": {"hanbin.gov.cn/z/wuli/-/api/v1/things/1"},
		"hanbin.gov.cn/a/": nil, "hanbin.gov.cn/a/1/2": nil, "hanbin.gov.cn/": nil, "hanbin.gov.cn/z/wuli": nil, "hanbin.gov.cn/c/a/1": nil} {
		if got := f.Router().sameText(key); got[0] != key || !slices.Equal(got[1:], want) {
			t.Errorf("%s stands in other forms at %v, want %v", key, got, want)
		}
	}
	if res := f.ask("GET", "hanbin.gov.cn", "/a/404"); !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		t.Errorf("a page's error is %s", res.Header.Get("Content-Type"))
	}
}
