package app

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// previews (C12, look.md 2.3(4)): a text is seen in its site's theme before it is public, its links lead to the site; a link shows one text to
// somebody without an account, says what it is, and ends when it is taken back.
func previews(t *testing.T, io, reviewer *worker) {
	at := io.write("预览中的通知")
	for _, path := range []string{at + "/preview", at + "/preview?w=1280", at + "/preview?w=x"} {
		status, body := reviewer.get(path)
		if status != 200 || !strings.Contains(body, `src="`+at+`/preview/page"`) || strings.Contains(body, "做一个链接") {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	whole := func(body string) {
		t.Helper()
		for _, words := range []string{"<h1>预览中的通知</h1>", "预览，未发布", `content="noindex"`, `<p>请大家注意。</p>`, `href="http://hanbin.ankang.localhost:8080/z/guanmiao/`, io.site.Name} {
			if !strings.Contains(body, words) {
				t.Errorf("the preview has no %q: %s", words, body)
			}
		}
		if strings.Contains(body, `<a href="/`) || strings.Contains(body, `action="/`) {
			t.Errorf("the preview leads nowhere: %s", body)
		}
		for _, m := range regexp.MustCompile(`<link rel="stylesheet" href="([^"]+)"`).FindAllStringSubmatch(body, -1) {
			if status, css := io.get(m[1]); status != 200 || !strings.Contains(css, "{") {
				t.Errorf("%s answers %d", m[1], status)
			}
		}
	}
	_, body := io.get(at + "/preview/page")
	whole(body)
	reviewer.wants(at+"/preview", url.Values{"version": {"1"}}, http.StatusForbidden, "办理")
	io.wants(at+"/preview", url.Values{"version": {"7"}}, http.StatusConflict, "刚被别人改过")
	_, _, body = io.post(at+"/preview", url.Values{"version": {"1"}})
	link := regexp.MustCompile(`http://console\.localhost:8080(/preview/\d+-[A-Za-z0-9_-]{43})<`).FindStringSubmatch(body)
	if link == nil {
		t.Fatalf("no link in %s", body)
	}
	edit := leaflet("后来的标题")
	edit.Set("version", "1")
	io.wants(at, edit, http.StatusSeeOther, "saved")
	stranger := &worker{bureau: io.bureau, client: io.client}
	status, body := stranger.get(link[1])
	if status != 200 {
		t.Fatalf("a stranger gets %d: %s", status, body)
	}
	whole(body)
	_, body = io.get(at + "/preview")
	one := regexp.MustCompile(`name="link" value="(\d+)"`).FindStringSubmatch(body)
	if one == nil || strings.Contains(body, link[1]) {
		t.Fatalf("the list of links: %s", body)
	}
	for _, wrong := range []string{"/preview/x", "/preview/" + io.site.ID.String() + "-", strings.Replace(link[1], io.site.ID.String(), "1", 1), link[1] + "A"} {
		if status, body := stranger.get(wrong); status != http.StatusNotFound || strings.Contains(body, "预览中的通知") {
			t.Errorf("%s answers %d", wrong, status)
		}
	}
	reviewer.wants(at+"/preview/close", url.Values{"link": {one[1]}}, http.StatusForbidden, "办理")
	io.wants(at+"/preview/close", url.Values{"link": {one[1]}}, http.StatusSeeOther, "/preview")
	if status, _ := stranger.get(link[1]); status != http.StatusNotFound {
		t.Errorf("after it was taken back it answers %d", status)
	}
}
