package app

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const modulePath = "github.com/zhanqun/zhanqun/"

// services are the platform's services, lowest first: a room of this list imports earlier ones only.
var services = []string{"events", "jobs", "audit", "hant", "render", "pages", "web", "module", "identity", "org", "publication", "site"}

// edges are the rooms a room may enter besides those its wing may, each with its reason.
var edges = map[string]map[string]string{
	"platform/estate": {"platform/console": "its screens stand in the console's frame"},
	"platform/clocks": {"platform/console": "its board stands in the console's frame"},
	"platform/notify": {"platform/console": "its screens stand in the console's frame"},
	"platform/search": {"platform/console": "the screens of its words stand in the console's frame"},
	"platform/visits": {"platform/console": "its screens stand in the console's frame"},
	"platform/theme":  {"platform/console": "its screens stand in the console's frame"},
	"platform/watch":  {"platform/console": "its screens stand in the console's frame", "platform/estate": "it shows how a site was opened and looked at again"},
	"storage/index":   {"storage/db": "the index is written inside the caller's transaction"},
	"tenants/access":  {"tenants/correction": "the privacy page says how long a report's sender is known"},
	"tenants/article": {"tenants/column": "an article stands in a column"},
	"tenants/desk": {"tenants/article": "its screens write articles", "tenants/column": "an article's column is chosen in a form",
		"tenants/review": "its screens take the steps of review", "tenants/checks": "its screens show what was found before an article is sent",
		"tenants/media": "its form puts pictures and files into a text", "tenants/interpretation": "its screens say which policy a text explains, and publish both at once"},
	"tenants/emergency": {"tenants/review": "a warning takes the steps of review, or the emergency's"},
	"tenants/checks":    {"tenants/article": "it reads articles before they are sent", "tenants/column": "a link to a column leads somewhere while the column does"},
	"tenants/paste":     {"tenants/article": "a cleaned text becomes a draft", "tenants/column": "a draft's column is chosen in the form"},
	"tenants/review":    {"tenants/article": "review decides about articles", "tenants/column": "a column names its review policy"},
}

// wings are the patterns every room of a wing may enter.
var wings = map[string][]string{
	"kernel":   {"kernel/*"},
	"policies": {"kernel/*"},
	"themes":   {"kernel/*"},
	"storage":  {"kernel/*"},
	"platform": {"kernel/*", "policies/*", "themes/*", "storage/*"}, // and earlier services
	"tenants":  {"kernel/*", "policies/*", "themes/*", "storage/*", "platform/*"},
	"app":      {"*"},
	"deploy":   {}, // programs beside the server: they know no room
	".":        {"app"},
}

// doors say which files may import an outside library.
var doors = map[string]func(room, file string) bool{
	"github.com/uptrace/bun": func(room, file string) bool {
		return strings.HasPrefix(room, "storage/") || strings.HasPrefix(file, "store")
	},
	"github.com/gofiber/fiber": func(room, file string) bool {
		return room == "platform/web" || room == "app" || strings.HasPrefix(file, "http")
	},
	"github.com/casbin/casbin":  func(room, _ string) bool { return room == "policies" },
	"github.com/minio/minio-go": func(room, _ string) bool { return strings.HasPrefix(room, "storage/blob") },
}

// webOnly are the names of fiber that only platform/web may say (promises.md 1.2).
var webOnly = []string{"Hostname", "BaseURL", "RedirectBack", "SendFile", "IP", "IPs"}

func under(pattern, room string) bool {
	p, ok := strings.CutSuffix(pattern, "/*")
	return pattern == "*" || room == p || ok && strings.HasPrefix(room, p+"/")
}

// owner is the room a package belongs to: storage/blob/minio belongs to storage/blob.
func owner(pkg string) string {
	parts := strings.Split(pkg, "/")
	if n := len(parts); n > 2 && (parts[0] == "storage" || parts[0] == "platform" || parts[0] == "tenants") {
		return strings.Join(parts[:2], "/")
	}
	return pkg
}

func mayEnter(from, to string) bool {
	from, to = owner(from), owner(to)
	if from == to {
		return true
	}
	if _, ok := edges[from][to]; ok {
		return true
	}
	wing, name, _ := strings.Cut(from, "/")
	for _, p := range wings[wing] {
		if under(p, to) {
			return true
		}
	}
	if toWing, toName, _ := strings.Cut(to, "/"); wing == "platform" && toWing == "platform" {
		i, j := slices.Index(services, name), slices.Index(services, toName)
		return j >= 0 && (i < 0 || j < i) // a duty that is no service may enter all services
	}
	return false
}

// violations reports every import and every name below root that the floor plan forbids.
func violations(root string) (bad []string, err error) {
	err = filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); name == "testdata" || name != "." && name != ".." && strings.HasPrefix(name, ".") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		bad = append(bad, judge(f, filepath.ToSlash(filepath.Dir(rel)), filepath.ToSlash(rel))...)
		return nil
	})
	return bad, err
}

func judge(f *ast.File, room, rel string) (bad []string) {
	for _, im := range f.Imports {
		path, _ := strconv.Unquote(im.Path.Value) // the parser has checked it
		if to, ok := strings.CutPrefix(path, modulePath); ok {
			if !mayEnter(room, to) {
				bad = append(bad, fmt.Sprintf("%s must not import %s", rel, to))
			}
			continue
		}
		for lib, open := range doors {
			if strings.HasPrefix(path, lib) && !open(owner(room), filepath.Base(rel)) {
				bad = append(bad, fmt.Sprintf("%s must not import %s", rel, path))
			}
		}
		if mw, ok := strings.CutPrefix(path, "github.com/gofiber/fiber/v2/middleware/"); ok && room != "platform/web" {
			bad = append(bad, fmt.Sprintf("%s must not import fiber's %s middleware", rel, mw))
		}
		wing, _, _ := strings.Cut(room, "/")
		if wing == "kernel" && strings.Contains(strings.Split(path, "/")[0], ".") {
			bad = append(bad, fmt.Sprintf("%s must not import %s: kernel is the standard library only", rel, path))
		}
		if path == "github.com/gofiber/fiber/v2" && room != "platform/web" {
			bad = append(bad, forbiddenNames(f, rel)...)
		}
	}
	return bad
}

func forbiddenNames(f *ast.File, rel string) (bad []string) {
	ast.Inspect(f, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		x, _ := s.X.(*ast.Ident)
		if slices.Contains(webOnly, s.Sel.Name) || x != nil && x.Name == "fiber" && s.Sel.Name == "New" {
			bad = append(bad, fmt.Sprintf("%s must not call %s: only platform/web may", rel, s.Sel.Name))
		}
		return true
	})
	return bad
}

func TestFloorplan(t *testing.T) {
	bad, err := violations("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range bad {
		t.Error(b)
	}
}

// Each deliberate violation is named, and nothing else is.
func TestFloorplanCatches(t *testing.T) {
	imp := func(path string) string { return "import _ \"" + path + "\"\n" }
	own := func(room string) string { return imp(modulePath + room) }
	for _, c := range []struct{ name, file, src, want string }{
		{"the platform does not know what sites say", "platform/site/x.go", "package site\n" + own("tenants/article"), "platform/site/x.go must not import tenants/article"},
		{"a service does not know a later one", "platform/audit/x.go", "package audit\n" + own("platform/web"), "platform/audit/x.go must not import platform/web"},
		{"kernel knows no store", "kernel/x.go", "package kernel\n" + own("storage/db"), "kernel/x.go must not import storage/db"},
		{"columns do not know articles", "tenants/column/x.go", "package column\n" + own("tenants/article"), "tenants/column/x.go must not import tenants/article"},
		{"SQL stands in store.go only", "tenants/column/column.go", "package column\n" + imp("github.com/uptrace/bun"), "tenants/column/column.go must not import github.com/uptrace/bun"},
		{"fiber stands in http.go only", "tenants/article/article.go", "package article\n" + imp("github.com/gofiber/fiber/v2"), "tenants/article/article.go must not import github.com/gofiber/fiber/v2"},
		{"casbin stands in policies only", "platform/web/x.go", "package web\n" + imp("github.com/casbin/casbin/v2"), "platform/web/x.go must not import github.com/casbin/casbin/v2"},
		{"fiber's cache middleware is nobody's", "app/http.go", "package app\n" + imp("github.com/gofiber/fiber/v2/middleware/cache"), "app/http.go must not import fiber's cache middleware"},
		{"the host is read by platform/web only", "tenants/article/http.go", "package article\nimport \"github.com/gofiber/fiber/v2\"\nfunc f(c *fiber.Ctx) string { return c.Hostname() }\n", "tenants/article/http.go must not call Hostname: only platform/web may"},
		{"storage knows no room", "storage/blob/files/x.go", "package files\n" + own("platform/audit"), "storage/blob/files/x.go must not import platform/audit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			p := filepath.Join(dir, filepath.FromSlash(c.file))
			if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(p, []byte(c.src), 0o644); err != nil {
				t.Fatal(err)
			}
			got, err := violations(dir)
			if err != nil || !slices.Equal(got, []string{c.want}) {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
		})
	}
}

// An edge that nothing uses is a door left open.
func TestEveryDeclaredRoomExists(t *testing.T) {
	for _, s := range services {
		if _, err := os.Stat(filepath.Join("..", "platform", s)); err != nil {
			t.Errorf("the floor plan names platform/%s: %v", s, err)
		}
	}
	for from, tos := range edges {
		for to, reason := range tos {
			if _, err := os.Stat(filepath.Join("..", filepath.FromSlash(to))); err != nil || reason == "" {
				t.Errorf("edge %s -> %s: %v, reason %q", from, to, err, reason)
			}
		}
	}
}
