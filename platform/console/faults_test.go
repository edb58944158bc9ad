package console

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/org"
)

// beneath are the folders whose faults reach a screen: the rooms with screens, and those that they ask.
var beneath = []string{
	"kernel/fault",
	"kernel/workday",
	"platform/audit",
	"platform/clocks",
	"platform/console",
	"platform/estate",
	"platform/identity",
	"platform/notify",
	"platform/org",
	"platform/pages",
	"platform/publication",
	"platform/render",
	"platform/search",
	"platform/site",
	"platform/theme",
	"platform/visits",
	"platform/watch",
	"platform/web",
	"policies",
	"storage/blob",
	"storage/db",
	"storage/index",
	"tenants/article",
	"tenants/checks",
	"tenants/column",
	"tenants/correction",
	"tenants/desk",
	"tenants/disclosure",
	"tenants/emergency",
	"tenants/media",
	"tenants/numbering",
	"tenants/paste",
	"tenants/review",
}

// unheard are files of them whose faults no screen shows, each with its reason.
var unheard = map[string]string{
	"storage/db/db.go":           "a store that cannot be opened is told of on the command line",
	"storage/db/migrate.go":      "likewise, of one that is too new",
	"platform/web/ops.go":        "the operators' listener",
	"platform/web/address.go":    "takedown on the command line",
	"tenants/article/http.go":    "citizens' pages, whose language is the site's",
	"tenants/article/import.go":  "migrations are imported on the command line",
	"tenants/article/mapping.go": "likewise",
	"tenants/article/source.go":  "likewise",
	"tenants/article/list.go":    "citizens' pages",
	"platform/search/page.go":    "likewise",
	"platform/search/search.go":  "likewise",
	"platform/pages/cache.go":    "likewise",
	"platform/web/form.go":       "likewise",

	"tenants/correction/correction.go": "citizens' pages: the form of a report",
	"tenants/correction/flood.go":      "likewise",
	"tenants/correction/http.go":       "likewise",
	"tenants/correction/secret.go":     "likewise",
	"platform/audit/export.go":         "a chain that was exported is verified on the command line",
	"platform/clocks/rule.go":          "rules are read before there is a screen",
	"storage/blob/url.go":              "where files are kept is told on the command line",
	"storage/blob/minio/minio.go":      "likewise",
}

// elsewhere are files whose sentences that stand in no call of fault are read elsewhere, each with where.
var elsewhere = map[string]string{
	"platform/render/pages.go":           "citizens' pages",
	"platform/render/sample.go":          "pages of a sample",
	"platform/search/samples.go":         "likewise",
	"tenants/article/samples.go":         "likewise",
	"platform/publication/publish.go":    "likewise, where something was",
	"platform/publication/departures.go": "likewise",
	"platform/web/answer.go":             "the small page of an error before anybody is known",
	"platform/notify/letter.go":          "letters, which are in Chinese",
	"platform/clocks/notice.go":          "notices, which are in Chinese as the rules are",
	"tenants/article/schedule.go":        "a note on a citizen's page",
	"tenants/article/text.go":            "likewise",
	"tenants/article/validity.go":        "likewise",
	"tenants/checks/leaders.go":          "a rule about Chinese, which quotes it",
	"tenants/checks/homes.go":            "likewise",
	"tenants/checks/personal.go":         "likewise",
	"tenants/checks/structure.go":        "likewise",
	"tenants/checks/words.go":            "likewise",
	"tenants/desk/http_article.go":       "what a reviewer signs, which goes into the chain as it is",
	"tenants/emergency/http_sheet.go":    "likewise",
}

// faultsOf finds the Chinese in every call of fault below those folders, and every whole sentence beside them: it is put into a fault.
func faultsOf(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{"系统暂时不能完成这项操作，请稍后再试。": "kernel/fault"}
	for _, dir := range beneath {
		err := filepath.WalkDir(filepath.Join("..", "..", filepath.FromSlash(dir)), func(path string, d fs.DirEntry, err error) error {
			rel := strings.TrimPrefix(filepath.ToSlash(path), "../../")
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || unheard[rel] != "" {
				return err
			}
			f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(f, func(n ast.Node) bool {
				c, call := n.(*ast.CallExpr)
				_, text := n.(*ast.BasicLit)
				if call = call && isFault(c); !call && !text {
					return true
				}
				for _, text := range chinese(n) {
					if call || strings.HasSuffix(text, "。") && elsewhere[rel] == "" {
						found[text] = rel
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

func isFault(c *ast.CallExpr) bool {
	sel, ok := c.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	x, ok := sel.X.(*ast.Ident)
	return ok && x.Name == "fault" && slices.Contains([]string{"New", "Because", "In"}, sel.Sel.Name)
}

func chinese(c ast.Node) (all []string) {
	ast.Inspect(c, func(n ast.Node) bool {
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
			if s, err := strconv.Unquote(l.Value); err == nil && strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
				all = append(all, s)
			}
		}
		return true
	})
	return all
}

// quoted takes the Chinese words out of an English sentence that its original quotes too, as an example that cannot be another.
func quoted(zh, en string) string {
	for _, word := range han.FindAllString(en, -1) {
		if strings.Contains(zh, word) {
			en = strings.Replace(en, word, "", 1)
		}
	}
	return en
}

var han = regexp.MustCompile(`\p{Han}+`)

var verb = regexp.MustCompile(`%[.0-9]*[a-zA-Z]`)

// X6: every sentence that says to somebody at the console what went wrong is in the catalogue, and takes the same things in the same order.
func TestEveryFaultIsTranslated(t *testing.T) {
	found := faultsOf(t)
	if len(found) < 250 {
		t.Fatalf("only %d sentences found", len(found))
	}
	for _, zh := range slices.Sorted(maps.Keys(found)) {
		en := english[zh]
		if en == "" {
			t.Errorf("%s: %q is not in the catalogue", found[zh], zh)
		} else if want, got := verb.FindAllString(zh, -1), verb.FindAllString(en, -1); !slices.Equal(want, got) {
			t.Errorf("%q takes %v, in English %v", zh, want, got)
		}
	}
}

func TestAFaultInEnglish(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"a sentence", fault.New(fault.Invalid, "请选择要做什么。"), "Please choose what to do."},
		{"a sentence with a number", fault.In("id", "一次最多处理 %d 篇稿件。", 500), "At most 500 articles at once."},
		{"what is put in is translated too", fault.In("title", "请填写%s。", "标题"), "Please fill in: Title."},
		{"what people have written stays", fault.New(fault.Conflict, "登录名“%s”已有人使用，请换一个。", "标题党"), "The sign-in name “标题党” is taken. Please choose another."},
		{"a sentence that nobody knows stays", fault.New(fault.Invalid, "今天下雨。"), "今天下雨。"},
		{"another fault's sentence", fault.In("org", "%s", fault.New(fault.NotFound, "没有代码为 %s 的机构，请先导入机构。", "61")), "There is no unit with the code 61. Please import the units first."},
		{"a fault within another", fault.In("name", "站点名称%s", org.NameSays("", 1, 9)), "Name of the site: it may not be empty."},
		{"a fault of a field", fault.At("host", fault.New(fault.Conflict, "域名 %s 已经绑定到别的站点。", "a.gov.cn")), "The host a.gov.cn is bound to another site already."},
		{"words in a row", fault.New(fault.Forbidden, "您的岗位不办理这一步，请由%s办理。", "信息员、审核员"), "Your post does not take this step. It is for Information officer, Reviewer."},
		{"a row with a word that nobody knows", fault.New(fault.Forbidden, "您的岗位不办理这一步，请由%s办理。", "信息员、张三"), "Your post does not take this step. It is for 信息员、张三."},
		{"what is nobody's fault but ours", errNone{}, "The system cannot do this at the moment. Please try again later."},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := SayFault("en", c.err); got != c.want {
				t.Errorf("in English %q, want %q", got, c.want)
			}
			if got := SayFault("zh-CN", c.err); got != fault.Say(c.err) {
				t.Errorf("in Chinese %q", got)
			}
		})
	}
}

type errNone struct{}

func (errNone) Error() string { return "disk full: 密码" }
