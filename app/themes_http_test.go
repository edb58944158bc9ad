package app

import (
	"archive/zip"
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// zipped is a package of a theme.
func zipped(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, text := range files {
		f, err := w.Create(name)
		if err == nil {
			_, err = f.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// V1, V2, d53 over HTTP: an operator installs a package, nobody else; one that hides the footer is refused, with the sentence; a site that is given it
// is shown in it with the next request, also when the package is replaced; while a site uses it, it stays.
func TestAnOperatorInstallsATheme(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, o *bureau) {
		operator, editor := o.operator(), o.seat("io.theme", "610902100", "IO")
		home, choose := o.site.URL("/"), editor.here()+"/theme"
		theme := func(css string) file {
			return file{"shan.zip", zipped(t, map[string]string{"shan/theme.toml": "name = \"shan\"\ntitle = \"山色\"\nparent = \"town\"\n", "shan/shan.css": css})}
		}
		page := func() string {
			_, _, body := o.get(t, home)
			return string(body)
		}
		editor.never("/themes", http.StatusForbidden)
		editor.never(choose, http.StatusForbidden)
		operator.shows("/themes", "还没有", "素净")
		if status, _, body := operator.multi("/themes", nil); status != http.StatusUnprocessableEntity || !strings.Contains(body, "请选择主题的 zip 文件") {
			t.Errorf("without a file: %d", status)
		}
		if status, _, body := operator.multi("/themes", nil, theme(".zq-foot{display:none}")); status != http.StatusUnprocessableEntity || !strings.Contains(body, "页脚的标识信息") || !strings.Contains(body, "shan.css") {
			t.Errorf("a broken one: %d: %s", status, body)
		}
		if status, h, body := operator.multi("/themes", nil, theme(".headline{padding:1rem}")); status != http.StatusSeeOther || h.Get("Location") != "/themes?done=installed" {
			t.Fatalf("a good one: %d: %s", status, body)
		}
		operator.shows("/themes?done=installed", "主题已安装", "山色（shan）")
		operator.wants(choose, url.Values{"theme": {"nobody"}}, http.StatusUnprocessableEntity, "没有这个主题")
		operator.wants(choose, url.Values{"theme": {"shan"}}, http.StatusSeeOther, "done=assigned")
		operator.shows(choose+"?done=assigned", `value="shan" checked`, "主题已更换")
		first := page()
		if !strings.Contains(first, `class="t-shan `) || !strings.Contains(first, "zq-identity") {
			t.Errorf("the site is not shown in it: %s", first)
		}
		if status, _, _ := operator.multi("/themes", nil, theme(".headline{padding:2rem}")); status != http.StatusSeeOther {
			t.Errorf("replacing it: %d", status)
		}
		if second := page(); !strings.Contains(second, "t-shan ") || second == first {
			t.Error("the page keeps the style of the package before")
		}
		operator.wants("/themes/remove", url.Values{"name": {"shan"}}, http.StatusConflict, "还有 1 个网站")
		operator.wants(choose, url.Values{"theme": {""}}, http.StatusSeeOther, "done=assigned")
		operator.wants("/themes/remove", url.Values{"name": {"shan"}}, http.StatusSeeOther, "done=removed")
		if strings.Contains(page(), "t-shan ") {
			t.Error("the site is shown in what was removed")
		}
	})
}
