package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// mutant is one predicate or one guard that can be taken out.
type mutant struct {
	id                   int // from 1
	room, file, fn, text string
	nth                  int // among those of the function with the same text
	guard                bool
}

// key names a mutant however the lines of its file move.
func (m mutant) key() string {
	return fmt.Sprintf("%s\t%s\t%s\t%d", m.file, m.fn, m.text, m.nth)
}

// guarded are the files whose predicates and guards are tried.
func guarded(rel string) bool {
	for _, under := range []string{"platform/", "tenants/", "policies/", "storage/index/"} {
		if strings.HasPrefix(rel, under) {
			return true
		}
	}
	return rel == "app/guard.go"
}

// tenancy finds what keeps a statement to one site, or joins rows of one site. The rows of sites and of the audit chains
// name the site in columns of their own.
var tenancy = map[string]*regexp.Regexp{
	"":               regexp.MustCompile(`\b(?:[a-z]\.)?site_id (?:= \?|= [a-z]\.site_id\b|IN \(\?\))`),
	"platform/site":  regexp.MustCompile(`\b(?:[a-z]\.)?site_id (?:= \?|= [a-z]\.site_id\b|IN \(\?\))|\bs\.(?:id|parent_id) = \?`),
	"platform/audit": regexp.MustCompile(`\bchain = \?`),
}

// guardName is how a function is called that answers nil when something may be done.
var guardName = regexp.MustCompile(`^([mM]ay([A-Z]\w*)?|Can[A-Z]\w*|authority|keepApart)$`)

// refusals are the kinds of fault with which a rule, not a typing error, is answered.
var refusals = []string{"Forbidden", "Conflict", "Gone"}

// file is one source under instrumentation.
type file struct {
	rel, room, fn string
	src           []byte
	fset          *token.FileSet
	edits         []edit
	found         *[]mutant
}

// edit inserts text; closing ones come before opening ones, and the last opened is closed first.
type edit struct {
	at, seq int
	closing bool
	text    string
}

// find walks the rooms below root. It returns every mutant, and by file the source in which each waits for its switch.
func find(root string) (all []mutant, sources map[string][]byte, err error) {
	sources = map[string][]byte{}
	packages := map[string]string{} // folder -> package name
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path) // both come from the same walk
		if rel = filepath.ToSlash(rel); d.IsDir() || !guarded(rel) || !strings.HasSuffix(rel, ".go") || strings.HasSuffix(rel, "_test.go") {
			return nil
		}
		before := len(all)
		src, name, err := instrument(path, rel, &all)
		if err == nil && len(all) > before {
			sources[rel], packages[filepath.Dir(rel)] = src, name
		}
		return err
	})
	for dir, name := range packages {
		sources[dir+"/zhanqun_mutants.go"] = []byte("package " + name + "\n" + switchSource)
	}
	return all, sources, err
}

func instrument(path, rel string, found *[]mutant) (src []byte, pkg string, err error) {
	if src, err = os.ReadFile(path); err != nil {
		return nil, "", err
	}
	f := &file{rel: rel, room: filepath.ToSlash(filepath.Dir(rel)), src: src, fset: token.NewFileSet(), found: found}
	tree, err := parser.ParseFile(f.fset, path, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, "", err
	}
	for _, d := range tree.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			f.fn = funcName(d)
			ast.Inspect(d, f.visit)
			f.lastWord(d)
		case *ast.GenDecl:
			if d.Tok != token.IMPORT && d.Tok != token.TYPE {
				f.declaration(d)
			}
		}
	}
	return f.apply(), tree.Name.Name, nil
}

func funcName(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return d.Name.Name
	}
	t := d.Recv.List[0].Type
	if s, ok := t.(*ast.StarExpr); ok {
		t = s.X
	}
	if id, ok := t.(*ast.Ident); ok {
		return id.Name + "." + d.Name.Name
	}
	return d.Name.Name
}

// declaration makes a constant text that holds a predicate a variable: only that can be switched.
func (f *file) declaration(d *ast.GenDecl) {
	before := len(*f.found)
	if v, ok := d.Specs[0].(*ast.ValueSpec); ok {
		f.fn = v.Names[0].Name
	}
	ast.Inspect(d, f.visit)
	if d.Tok == token.CONST && len(*f.found) > before {
		copy(f.src[f.offset(d.Pos()):], "var  ")
	}
}

func (f *file) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BasicLit:
		if n.Kind == token.STRING && strings.HasPrefix(filepath.Base(f.rel), "store") {
			f.predicates(n)
		}
	case *ast.CallExpr:
		if f.guards(n) {
			f.wrap(n, f.add(f.said(n), true), "mutantErr(%d, ", ")")
		}
	case *ast.UnaryExpr:
		_, call := n.X.(*ast.CallExpr)
		return n.Op != token.NOT || !call // a guard that answers yes or no stands in a condition
	case *ast.IfStmt:
		if n.Else == nil && f.refuses(n.Body.List) {
			f.wrap(n.Cond, f.add(f.said(n.Cond), true), "!mutant(%d) && (", ")")
		}
	case *ast.SwitchStmt:
		if n.Tag == nil {
			f.cases(n)
		}
	}
	return true
}

func (f *file) cases(n *ast.SwitchStmt) {
	for _, s := range n.Body.List {
		if c := s.(*ast.CaseClause); len(c.List) == 1 && f.refuses(c.Body) {
			f.wrap(c.List[0], f.add(f.said(c.List[0]), true), "!mutant(%d) && (", ")")
		}
	}
}

// predicates switches each tenancy predicate of a text to one that is always true; its arguments stay.
func (f *file) predicates(lit *ast.BasicLit) {
	find, ok := tenancy[f.room]
	if !ok {
		find = tenancy[""]
	}
	var args strings.Builder
	for _, at := range find.FindAllStringIndex(lit.Value, -1) {
		text := lit.Value[at[0]:at[1]]
		fmt.Fprintf(&args, ", %d, %s", f.add(text, false), lit.Value[:at[0]]+"("+text+" OR 1=1)"+lit.Value[at[1]:])
	}
	if args.Len() > 0 {
		f.insert(lit, "mutantSQL(", args.String()+")")
	}
}

// guards reports whether a call asks a guard that answers with an error.
func (f *file) guards(c *ast.CallExpr) bool {
	name := ""
	switch fun := c.Fun.(type) {
	case *ast.Ident:
		name = fun.Name
	case *ast.SelectorExpr:
		name = fun.Sel.Name
	}
	return guardName.MatchString(name) && name != "mayHang" && name != "mayUse"
}

// refuses reports whether a body does nothing but refuse.
func (f *file) refuses(body []ast.Stmt) bool {
	if len(body) == 0 {
		return false
	}
	last := body[len(body)-1]
	if r, ok := last.(*ast.ReturnStmt); ok && len(r.Results) > 0 {
		return f.refusal(r.Results[len(r.Results)-1])
	}
	return f.room == "platform/web" && slices.ContainsFunc(body, f.turnsAway)
}

// refusal reports whether e makes a fault of one of the refusals.
func (f *file) refusal(e ast.Expr) bool {
	c, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	called := f.said(c.Fun)
	if called != "fault.New" && called != "fault.Because" {
		return false
	}
	return slices.ContainsFunc(c.Args[:min(2, len(c.Args))], func(a ast.Expr) bool {
		kind, ok := strings.CutPrefix(f.said(a), "fault.")
		return ok && slices.Contains(refusals, kind)
	})
}

// turnsAway reports whether a statement of the edge answers a request with a refusal.
func (f *file) turnsAway(s ast.Stmt) bool {
	x, ok := s.(*ast.ExprStmt)
	if !ok {
		return false
	}
	c, ok := x.X.(*ast.CallExpr)
	return ok && (f.said(c.Fun) == "s.refuse" || f.said(c.Fun) == "s.fail")
}

// lastWord switches the refusal at the end of a function, which is reached when nothing above allowed.
func (f *file) lastWord(d *ast.FuncDecl) {
	if d.Body == nil || len(d.Body.List) == 0 {
		return
	}
	if r, ok := d.Body.List[len(d.Body.List)-1].(*ast.ReturnStmt); ok && len(r.Results) > 0 {
		if e := r.Results[len(r.Results)-1]; f.refusal(e) {
			f.wrap(e, f.add("return "+f.said(e), true), "mutantErr(%d, ", ")")
		}
	}
}

func (f *file) add(text string, guard bool) int {
	m := mutant{id: len(*f.found) + 1, room: f.room, file: f.rel, fn: f.fn, text: text, guard: guard, nth: 1}
	for _, o := range *f.found {
		if o.file == m.file && o.fn == m.fn && o.text == m.text {
			m.nth++
		}
	}
	*f.found = append(*f.found, m)
	return m.id
}

// said is the source of a node on one line.
func (f *file) said(n ast.Node) string {
	return strings.Join(strings.Fields(string(f.src[f.offset(n.Pos()):f.offset(n.End())])), " ")
}

func (f *file) offset(p token.Pos) int { return f.fset.Position(p).Offset }

func (f *file) wrap(n ast.Node, id int, before, after string) {
	f.insert(n, fmt.Sprintf(before, id), after)
}

func (f *file) insert(n ast.Node, before, after string) {
	seq := len(f.edits)
	f.edits = append(f.edits, edit{f.offset(n.Pos()), seq, false, before}, edit{f.offset(n.End()), seq, true, after})
}

func (f *file) apply() []byte {
	slices.SortFunc(f.edits, func(a, b edit) int {
		switch {
		case a.at != b.at:
			return a.at - b.at
		case a.closing != b.closing:
			if a.closing {
				return -1
			}
			return 1
		case a.closing:
			return b.seq - a.seq
		}
		return a.seq - b.seq
	})
	var out bytes.Buffer
	from := 0
	for _, e := range f.edits {
		out.Write(f.src[from:e.at])
		out.WriteString(e.text)
		from = e.at
	}
	out.Write(f.src[from:])
	return out.Bytes()
}

// switchSource is added to every instrumented package: one mutant is on, named by the environment; those that a run
// comes past are noted, so that a mutant is tried with the tests that reach it.
const switchSource = `
import (
	"fmt"
	"os"
	"strconv"
	"sync/atomic"
)

var (
	mutantOn, _ = strconv.Atoi(os.Getenv("ZHANQUN_MUTANT"))
	mutantNotes = os.Getenv("ZHANQUN_MUTANT_SEEN")
	mutantSeen  [1 << 14]atomic.Bool // by id; it allocates nothing, as some tests count
)

func mutant(id int) bool {
	if mutantNotes != "" {
		if !mutantSeen[id].Swap(true) {
			f, err := os.OpenFile(mutantNotes, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
			if err != nil {
				panic(err)
			}
			fmt.Fprintln(f, id)
			f.Close()
		}
	}
	return id == mutantOn
}

func mutantErr(id int, err error) error {
	if mutant(id) {
		return nil
	}
	return err
}

func mutantSQL(text string, others ...any) string {
	for i := 0; i < len(others); i += 2 {
		if mutant(others[i].(int)) {
			text = others[i+1].(string)
		}
	}
	return text
}
`
