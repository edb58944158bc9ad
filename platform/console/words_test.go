package console

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// screens are the rooms that put screens into the console.
var screens = []string{
	"platform/console",
	"tenants/desk",
	"tenants/review",
	"tenants/checks",
	"platform/estate",
	"tenants/paste",
	"platform/clocks",
	"tenants/column",
	"tenants/media",
	"platform/notify",
	"platform/watch",
	"tenants/interpretation",
	"tenants/emergency",
	"platform/search",
	"platform/visits",
	"tenants/numbering",
	"tenants/disclosure",
	"tenants/correction",
	"platform/theme",
	"tenants/media",
}

// Of tenants/checks only the screens speak to people in both languages: its rules are about Chinese, and quote it.
func ofScreens(path string) bool {
	if dir, file := filepath.Split(path); strings.HasSuffix(dir, "tenants/checks/") && !strings.HasPrefix(file, "http") && file != "module.go" {
		return false
	}
	return slices.ContainsFunc(screens, func(room string) bool { return strings.Contains(path, room+"/") })
}

// said finds the sentences that screens and handlers of the tree put before people: {{t "…"}} in a view, and every Chinese text in the
// files that make a screen's words.
func said(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	call := regexp.MustCompile(`\bt "([^"]+)"`)
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		slashed := filepath.ToSlash(path)
		switch {
		case strings.HasSuffix(path, ".html") && ofScreens(slashed):
			for _, m := range call.FindAllStringSubmatch(string(raw), -1) {
				found[m[1]] = path
			}
		case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") && ofScreens(slashed):
			for _, s := range spoken(t, path) {
				found[s] = path
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// spoken are the Chinese texts of a file but those of faults, which people read in Chinese, and those of the catalogue itself.
func spoken(t *testing.T, path string) (all []string) {
	t.Helper()
	if strings.HasPrefix(filepath.Base(path), "words_en") || unspoken[strings.TrimPrefix(filepath.ToSlash(path), "../../")] != "" {
		return nil
	}
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if c, ok := n.(*ast.CallExpr); ok {
			if sel, ok := c.Fun.(*ast.SelectorExpr); ok {
				if x, ok := sel.X.(*ast.Ident); ok && x.Name == "fault" {
					return false
				}
			}
		}
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
			if s, err := strconv.Unquote(l.Value); err == nil && strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
				all = append(all, s)
			}
		}
		return true
	})
	return all
}

// unspoken are files that read Chinese and say none.
var unspoken = map[string]string{
	"tenants/numbering/rule.go": "the parts of a pattern",

	"tenants/disclosure/disclosure.go": "answers citizens, whose language is the site's",
	"tenants/disclosure/http_page.go":  "likewise",

	"tenants/paste/recognise.go":    "knows how official documents are written",
	"tenants/paste/docx_parts.go":   "knows what word processors call their styles",
	"tenants/paste/numeral.go":      "counts as word processors do",
	"platform/clocks/notice.go":     "writes notices, which are in Chinese as the rules are",
	"platform/clocks/http_files.go": "writes files that go to units, in Chinese",
	"platform/visits/http_files.go": "likewise",
	"platform/search/ask.go":        "answers citizens, whose language is the site's",
	"platform/search/page.go":       "likewise",
	"platform/search/http.go":       "likewise",
	"tenants/emergency/page.go":     "likewise",
	"platform/search/samples.go":    "shows pages of a sample, which are in Chinese",
	"tenants/column/samples.go":     "likewise",
	"tenants/column/http.go":        "answers citizens, whose language is the site's",
	"tenants/correction/http.go":    "likewise",
	"tenants/media/dress_av.go":     "answers citizens, whose language is the site's",

	"tenants/media/mediatest/mediatest.go": "has the files that tests bring",
	"platform/notify/letter.go":            "writes letters, which are in Chinese",
	"platform/notify/robot.go":             "writes into group chats, in Chinese",
}

// untranslated are texts that are no screen's words, each with its reason.
var untranslated = map[string]string{
	"图片":           "names a stored file that came without a name",
	"账号 ":          "begins a number that stands for a name nobody knows any more",
	"%s（预计 %s 恢复）": "a notice for citizens, whose language is the site's",
	"2006年1月2日":    "a day in such a notice",
	"文":            "a form's sign on citizens' pages, whose language is the site's", "图": "likewise", "问": "likewise", "音": "likewise", "视": "likewise", "数": "likewise",
	"：":          "joins a name and what its bearer has said",
	"内容属实，同意发布。": "what a reviewer signs, which goes into the chain as it is",
	"预览，未发布":     "stands on a page of the site, which is in Chinese",
	"经审查，不涉及国家秘密、工作秘密和个人隐私。": "likewise",
	"经审查，理由和依据成立，同意不主动公开。":   "likewise",
}

// X6: every sentence of the console's screens is in the catalogue, and the catalogue has none that no screen says.
func TestEveryWordIsTranslated(t *testing.T) {
	found := said(t)
	if len(found) < 80 {
		t.Fatalf("only %d sentences found", len(found))
	}
	for zh, where := range found {
		if english[zh] == "" && untranslated[zh] == "" {
			t.Errorf("%s: %q is not in the catalogue", where, zh)
		}
	}
	states := map[string]bool{ // of platform/site
		"已申请": true, "已批准": true, "未批准": true, "开通中": true, "试运行": true, "在线": true, "暂停服务": true, "关停公告中": true, "已关停": true,
		// and the rules of platform/clocks
		"重要政务活动": true, "规范性文件": true, "紧急发布补审": true, "政策解读任务": true, "首页更新": true,
		// and the parts of a page, in what platform/render finds in a theme
		"页脚的标识信息（主办单位、标识码、备案号、党政机关标识、找错）": true, "“演示站点”的提示": true, "“跳到正文”的链接": true, "页头的网站名称": true, "整个页面": true,
		"页头 <header>": true, "页脚 <footer>": true, "一级标题 <h1>": true,
	}
	faults := faultsOf(t)
	for zh, en := range english {
		if found[zh] == "" && faults[zh] == "" && !states[zh] {
			t.Errorf("nobody says %q any more", zh)
		}
		if faults[zh] != "" {
			en = quoted(zh, en)
		}
		if strings.TrimSpace(en) == "" || strings.ContainsFunc(en, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%q is not translated by %q", zh, en)
		}
	}
}
