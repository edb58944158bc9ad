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
)

// beneath are the folders whose faults reach a screen: the rooms with screens, and those that they ask.
var beneath = []string{"kernel/fault", "policies", "storage/db", "platform/console", "platform/estate", "platform/identity", "platform/org", "platform/publication",
	"platform/render", "platform/site", "platform/web", "tenants/article", "tenants/checks", "tenants/column", "tenants/desk", "tenants/paste", "tenants/review"}

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
}

// faultsOf finds the Chinese in every call of fault below those folders.
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
				if c, ok := n.(*ast.CallExpr); ok && isFault(c) {
					for _, text := range chinese(c) {
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

func chinese(c *ast.CallExpr) (all []string) {
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
		{"another fault's sentence", fault.In("org", "%s", "没有这个机构。"), "There is no such unit."},
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
