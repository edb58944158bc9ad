package app

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Promise 2.7: every package whose code or tests start a goroutine, by themselves or by a ticker, a timer that calls, a process or a store
// that is opened, looks for leaked ones when its tests end. A package without tests of its own is looked at in those that use it.
func TestEveryPackageWithGoroutinesLooksForLeaks(t *testing.T) {
	starts, looks, tests := map[string]string{}, map[string]bool{}, map[string]bool{}
	err := filepath.WalkDir("..", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(p, ".go") {
			return err
		}
		dir := filepath.Dir(p)
		src, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		tests[dir] = tests[dir] || strings.HasSuffix(p, "_test.go")
		looks[dir] = looks[dir] || strings.Contains(string(src), "goleak.VerifyTestMain(") || strings.Contains(string(src), "goleak.Find(")
		f, err := parser.ParseFile(token.NewFileSet(), p, src, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				starts[dir] = p
			case *ast.CallExpr:
				if s, ok := n.Fun.(*ast.SelectorExpr); ok && startsOne(s) {
					starts[dir] = p
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for dir, file := range starts {
		if tests[dir] && !looks[dir] {
			t.Errorf("%s starts goroutines (%s) and no TestMain of it calls goleak", dir, file)
		}
	}
	if len(starts) < 10 {
		t.Errorf("only %d packages start goroutines: %v", len(starts), starts)
	}
}

// startsOne reports whether a call begins something that runs beside its caller.
func startsOne(s *ast.SelectorExpr) bool {
	of, _ := s.X.(*ast.Ident)
	if s.Sel.Name == "Go" {
		return true
	}
	return of != nil && (of.Name == "dbtest" || of.Name == "exec" && strings.HasPrefix(s.Sel.Name, "Command") ||
		of.Name == "time" && (s.Sel.Name == "NewTicker" || s.Sel.Name == "Tick" || s.Sel.Name == "AfterFunc"))
}
