package app

import (
	"bytes"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/themes"
)

// V1, V2, S1, d53: every theme that comes with the program keeps the contract that packages are held to, on every page of every room.
func TestShippedThemesKeepTheContract(t *testing.T) {
	r, err := renderer()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"base", "city", "dept", "town", "elder"} {
		dir, err := fs.Sub(themes.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		p, found := render.ReadDir(dir)
		if p != nil {
			found = r.CheckShipped(p, samples())
		}
		for _, f := range found {
			t.Errorf("%s: %s", name, f)
		}
	}
}

// V2, X: a theme's author is told on the command line what to change, in a folder and in a zip; what may be installed ends with 0.
func TestThemeCheckCommand(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("theme.toml", "name = \"shan\"\ntitle = \"山色\"\nparent = \"town\"\n")
	write("shan.css", ".zq-foot{display:none}")
	for _, c := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"a broken one", []string{"theme", "check", dir}, exitFailed, "shan.css：“.zq-foot”的“display:none”会让页脚的标识信息"},
		{"for programs", []string{"theme", "check", "--json", dir}, exitFailed, `"problems": [`},
		{"nothing there", []string{"theme", "check", filepath.Join(dir, "gone.zip")}, exitFailed, "打不开文件"},
		{"no zip", []string{"theme", "check", filepath.Join(dir, "shan.css")}, exitFailed, "这不是 zip 文件"},
		{"to everybody", []string{"preview", "--at", "0.0.0.0:0"}, exitFailed, "预览只在本机打开"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			if code := Main(t.Context(), append([]string{"--lang=zh"}, c.args...), nil, &out, &out); code != c.code || !strings.Contains(out.String(), c.want) {
				t.Errorf("code %d: %s", code, out.String())
			}
		})
	}
	write("shan.css", ".headline{padding:1rem 0}")
	var out bytes.Buffer
	if code := Main(t.Context(), []string{"--lang=zh", "theme", "check", dir}, nil, &out, &out); code != exitOK || out.String() != "主题 shan（山色）可以安装。\n" {
		t.Errorf("code %d: %s", code, out.String())
	}
}

// V2: the preview shows every page of every theme in every state without a database, and the author's theme as it is at this moment.
func TestPreviewCommand(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("theme.toml", "name = \"shan\"\ntitle = \"山色\"\nparent = \"town\"\n")
	write("shan.css", ".headline{padding:1rem 0}")
	r, err := renderer()
	if err != nil {
		t.Fatal(err)
	}
	p := &preview{session: &session{}, render: r, dir: dir}
	get := func(path string) (int, string) {
		w := httptest.NewRecorder()
		p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w.Code, w.Body.String()
	}
	_, index := get("/")
	if !strings.Contains(index, "可以安装") || strings.Index(index, "山色（shan）") > strings.Index(index, "素净（base）") {
		t.Errorf("the index: %s", index)
	}
	pages := 0
	for _, m := range regexp.MustCompile(`href="(/[^"]+)"`).FindAllStringSubmatch(index, -1) {
		if !strings.Contains(m[1], "shan") && !strings.Contains(m[1], "normal") {
			continue // every state of the author's theme, one of the others
		}
		pages++
		if code, body := get(m[1]); code != http.StatusOK || !strings.Contains(body, "zq-foot") {
			t.Errorf("%s: %d", m[1], code)
		}
	}
	if pages < 80 {
		t.Errorf("only %d pages", pages)
	}
	_, before := get("/shan/article-show-long")
	write("shan.css", ".zq-foot{display:none}")
	_, after := get("/shan/article-show-long")
	if before == after || !strings.Contains(before, "t-shan ") {
		t.Error("what the author changes is not seen")
	}
	if _, index := get("/"); !strings.Contains(index, "要改 1 处") {
		t.Errorf("what is wrong is not said: %s", index)
	}
	for _, gone := range []string{"/shan/nothing", "/loud/shan/article-show-long", "/x"} {
		if code, _ := get(gone); code != http.StatusNotFound {
			t.Errorf("%s: %d", gone, code)
		}
	}
}
