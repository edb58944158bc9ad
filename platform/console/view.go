package console

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"strings"
	"text/template/parse"
	"time"

	"github.com/jba/templatecheck"
	"github.com/zhanqun/zhanqun/kernel"
)

//go:embed views/*.html
var ownViews embed.FS

//go:embed assets
var ownAssets embed.FS

// View is a declared screen.
type View interface {
	key() (room, name string)
	check(t *template.Template) error
}

// Typed is a screen whose template takes a T.
type Typed[T any] struct{ room, name string }

// Define declares that <name>.html in the room's console views defines "main" over T.
func Define[T any](room, name string) *Typed[T] { return &Typed[T]{room, name} }

func (v *Typed[T]) key() (room, name string) { return v.room, v.name }

// check proves the types, and that the screen renders when it has nothing to show.
func (v *Typed[T]) check(t *template.Template) error {
	var nothing T
	if err := templatecheck.CheckHTML(t, nothing); err != nil {
		return err
	}
	return t.Execute(io.Discard, nothing)
}

// view is a screen and the frame for it, in one language.
type view struct{ main, frame *template.Template }

// parseViews reads every view in every language.
func parseViews(files map[string]fs.FS, defined []View) (map[string]map[string]*view, error) {
	own, err := fs.Sub(ownViews, "views")
	if err != nil {
		return nil, err
	}
	all := map[string]map[string]*view{}
	for _, lang := range Languages {
		all[lang] = map[string]*view{}
		frame, err := template.New("").Funcs(funcs(lang)).ParseFS(own, "frame.html", "session.html")
		if err != nil {
			return nil, fmt.Errorf("parse the console's frame: %w", err)
		}
		if err := templatecheck.CheckHTML(frame.Lookup("frame"), framed{}); err != nil {
			return nil, fmt.Errorf("check the console's frame: %w", err)
		}
		parts, err := template.New("").Funcs(funcs(lang)).ParseFS(own, "parts.html", "editor.html", "upload.html")
		if err != nil {
			return nil, fmt.Errorf("parse the parts of screens: %w", err)
		}
		for _, v := range defined {
			room, name := v.key()
			from := files[room]
			if room == ownRoom {
				from = own
			}
			if from == nil {
				return nil, fmt.Errorf("screen %s/%s: the room gives no views", room, name)
			}
			set, err := template.New("").Funcs(funcs(lang)).ParseFS(from, name+".html")
			if err == nil && set.Lookup("main") == nil {
				err = fmt.Errorf(`no template named "main"`)
			}
			if err == nil {
				err = supply(set, parts)
			}
			if err == nil {
				err = v.check(set.Lookup("main"))
			}
			if err != nil {
				return nil, fmt.Errorf("screen %s/%s: %w", room, name, err)
			}
			all[lang][room+"/"+name] = &view{set.Lookup("main"), frame.Lookup("frame")}
		}
	}
	return all, nil
}

// supply gives a screen the parts that it calls and has not itself, and no others: every screen keeps its own copies.
func supply(set, parts *template.Template) error {
	var open []*parse.Tree
	for _, t := range set.Templates() {
		open = append(open, t.Tree)
	}
	for len(open) > 0 {
		tree := open[0]
		open = open[1:]
		if tree == nil { // the set's own, which is no text
			continue
		}
		var err error
		called(tree.Root, func(name string) {
			part := parts.Lookup(name)
			if err != nil || part == nil || set.Lookup(name) != nil {
				return
			}
			copied := part.Tree.Copy()
			_, err = set.AddParseTree(name, copied)
			open = append(open, copied)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// called names the templates that a part of a template calls.
func called(n parse.Node, name func(string)) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return
		}
		for _, below := range n.Nodes {
			called(below, name)
		}
	case *parse.TemplateNode:
		name(n.Name)
	case *parse.IfNode:
		called(n.List, name)
		called(n.ElseList, name)
	case *parse.RangeNode:
		called(n.List, name)
		called(n.ElseList, name)
	case *parse.WithNode:
		called(n.List, name)
		called(n.ElseList, name)
	}
}

const ownRoom = "console"

// funcs are what templates may call: t speaks the person's language, the others write moments in Beijing's time.
func funcs(lang string) template.FuncMap {
	return template.FuncMap{
		"t":     func(zh string) string { return Say(lang, zh) },
		"deed":  func(action string) string { return deed(lang, action) },
		"brief": brief,
		"short": short,
		"day":   day,
		"date":  func(t time.Time) string { return moment(t, time.DateOnly) },
		"at":    func(t time.Time) string { return moment(t, "2006-01-02 15:04") },
		"clock": func(t time.Time) string { return moment(t, "15:04") },
		"iso":   func(t time.Time) string { return moment(t, time.RFC3339) },
	}
}

// brief is a value of the chain short enough for a column: a digest by its first characters.
func brief(text string) string {
	if r := []rune(text); len(r) > 24 {
		return string(r[:12]) + "…"
	}
	return text
}

// moment writes a time, and a zero time as nothing.
func moment(t time.Time, form string) string {
	if t.IsZero() {
		return ""
	}
	return t.In(kernel.Beijing).Format(form)
}

// render writes a screen in its frame.
func (c *Console) render(lang, key string, f framed, data any) ([]byte, error) {
	v := c.views[lang][key]
	if v == nil {
		return nil, fmt.Errorf("screen %s was not given to New", key)
	}
	var main, out bytes.Buffer
	if err := v.main.Execute(&main, data); err != nil {
		return nil, fmt.Errorf("render %s: %w", key, err)
	}
	f.Main = template.HTML(main.String()) // escaped by the screen's own run
	if err := v.frame.Execute(&out, f); err != nil {
		return nil, fmt.Errorf("render the frame of %s: %w", key, err)
	}
	return out.Bytes(), nil
}

// asset is a file of the console by its hashed address.
type asset struct {
	body []byte
	kind string
}

const assetPrefix = "/-/assets/"

// kinds are the files there may be.
var kinds = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

// loadAssets gives every file an address that holds its digest, so that it may be kept for ever.
func loadAssets() (map[string]asset, error) {
	all := map[string]asset{}
	files, err := fs.ReadDir(ownAssets, "assets")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		body, err := ownAssets.ReadFile("assets/" + f.Name())
		if err != nil {
			return nil, err
		}
		ext := path.Ext(f.Name())
		if kinds[ext] == "" {
			return nil, fmt.Errorf("console asset %s is of no known kind", f.Name())
		}
		sum := sha256.Sum256(body)
		all[assetPrefix+strings.TrimSuffix(f.Name(), ext)+"."+hex.EncodeToString(sum[:4])+ext] = asset{body, kinds[ext]}
	}
	return all, nil
}

// Asset answers a file by its address.
func (c *Console) Asset(address string) (body []byte, contentType string, ok bool) {
	a, ok := c.assets[address]
	return a.body, a.kind, ok
}

// address is where a file is found.
func (c *Console) address(name string) string {
	ext := path.Ext(name)
	for at := range c.assets {
		if strings.HasPrefix(at, assetPrefix+strings.TrimSuffix(name, ext)+".") && strings.HasSuffix(at, ext) {
			return at
		}
	}
	return ""
}
