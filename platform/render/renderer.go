package render

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"sync/atomic"

	"github.com/jba/templatecheck"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/hant"
	"github.com/zhanqun/zhanqun/themes"
)

// Config says where the themes are; nil means the built-in ones.
type Config struct{ Themes fs.FS }

// Renderer holds every theme's views, parsed and type-checked. It is safe for concurrent use.
type Renderer struct {
	themes    map[string]*theme // the built-in ones
	assets    map[string]asset  // theirs
	installed atomic.Pointer[map[string]*installed]
	shell     *template.Template
	aids      aids
	rooms     map[string]fs.FS // the views of each
	defined   []View
	onFailure atomic.Pointer[func(theme, view string, err error)]

	outside Outside // nil: nobody is asked before leaving
	leaving []byte  // the key of what the notice is asked
}

type viewKey struct{ room, name string }

// New parses every view in every theme and refuses what would fail before a citizen: a type error, a theme
// without contrast, a view that is declared and missing. The views are by room short name.
func New(cfg Config, views map[string]fs.FS, defined ...View) (*Renderer, error) {
	if cfg.Themes == nil {
		cfg.Themes = themes.FS
	}
	own, err := fs.Sub(shellFS, "shell")
	if err != nil {
		return nil, err
	}
	r := &Renderer{assets: map[string]asset{}, rooms: map[string]fs.FS{}, defined: append([]View{errorView, noticeView}, defined...)}
	maps.Copy(r.rooms, views)
	r.rooms[ownRoom] = own
	r.installed.Store(&map[string]*installed{})
	if r.themes, err = loadThemes(cfg.Themes, r.assets); err != nil {
		return nil, err
	}
	if r.shell, err = template.New("shell").Funcs(shellFuncs()).ParseFS(shellFS, "shell/shell.html", "shell/elder.html", "shell/aid.html"); err != nil {
		return nil, fmt.Errorf("parse the shell: %w", err)
	}
	for _, name := range []string{"shell", "elder"} {
		if err := templatecheck.CheckHTML(r.shell.Lookup(name), frame{}); err != nil {
			return nil, fmt.Errorf("check the shell: %w", err)
		}
	}
	if r.aids, err = loadAids(r.assets); err != nil {
		return nil, err
	}
	for _, t := range r.themes {
		if err := r.parse(t); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// parse gives the theme its views.
func (r *Renderer) parse(t *theme) error {
	t.views = map[viewKey]*template.Template{}
	for _, v := range r.defined {
		files := r.rooms[v.Room()]
		if files == nil {
			return fmt.Errorf("view %s/%s: the room gives no views", v.Room(), v.Name())
		}
		set, err := parseView(t, files, v)
		if err == nil {
			err = v.check(set)
		}
		if err != nil {
			return fmt.Errorf("view %s/%s in theme %s: %w", v.Room(), v.Name(), t.name, err)
		}
		t.views[viewKey{v.Room(), v.Name()}] = set
	}
	return nil
}

// parseView reads the room's view, then what the theme and its parents, eldest first, make of it.
func parseView(t *theme, room fs.FS, v View) (*template.Template, error) {
	set, err := template.New("").Funcs(t.funcs()).ParseFS(shellFS, "shell/parts.html")
	if err != nil {
		return nil, err
	}
	if set, err = set.ParseFS(room, v.Name()+".html"); err != nil {
		return nil, err
	}
	for _, at := range slices.Backward(t.chain) {
		b, err := fs.ReadFile(at.files, path.Join(v.Room(), v.Name()+".html"))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if set, err = set.Parse(string(b)); err != nil {
			return nil, err
		}
	}
	main := set.Lookup("main")
	if main == nil {
		return nil, errors.New(`no template named "main"`)
	}
	return main, nil
}

// check proves the types, and that the page renders when it has nothing to show.
func (v *Typed[T]) check(main *template.Template) error {
	var doc Doc[T]
	if err := templatecheck.CheckHTML(main, doc); err != nil {
		return err
	}
	doc.Site = &Site{}
	return main.Execute(io.Discard, doc)
}

// theme answers the site's theme; a site whose theme is not installed is shown in the plain one. The elder version has its own.
func (r *Renderer) theme(s *Site) *theme {
	if t := r.themes[elderTheme]; t != nil && s.Variant == kernel.Elder {
		return t
	}
	if t := r.themes[s.Theme]; t != nil {
		return t
	}
	if in := (*r.installed.Load())[s.Theme]; in != nil {
		return in.theme
	}
	return r.themes[baseTheme]
}

// page makes the page in the site's theme. A theme that was installed and fails on what a site says has been tried on samples only:
// the plain theme takes its place, and the operator is told.
func (r *Renderer) page(room, name string, s Shell, doc any) ([]byte, error) {
	if s.Site == nil {
		return nil, fmt.Errorf("render %s/%s: no site", room, name)
	}
	t := r.theme(s.Site)
	b, err := r.pageIn(t, room, name, s, doc)
	if err == nil || r.themes[t.name] == t {
		return b, err
	}
	if tell := r.onFailure.Load(); tell != nil {
		(*tell)(t.name, room+"/"+name, err)
	}
	return r.pageIn(r.themes[baseTheme], room, name, s, doc)
}

// pageIn renders the view alone, looks it over, and puts the shell around it. The two are separate runs, so
// that nothing a view opens can swallow the footer.
func (r *Renderer) pageIn(t *theme, room, name string, s Shell, doc any) ([]byte, error) {
	set := t.views[viewKey{room, name}]
	if set == nil {
		return nil, fmt.Errorf("render %s/%s: the view was not given to New", room, name)
	}
	var main, out bytes.Buffer
	if err := set.Execute(&main, doc); err != nil {
		return nil, fmt.Errorf("render %s/%s: %w", room, name, err)
	}
	if err := fence(main.Bytes()); err != nil {
		return nil, fmt.Errorf("render %s/%s in theme %s: %w", room, name, t.name, err)
	}
	f := newFrame(s, t, r.aids, room, name)
	f.Nav, f.Crumbs = r.asksOf(s, f.Nav), r.asksOf(s, f.Crumbs)
	f.Main = template.HTML(r.asks(s, main.Bytes())) // escaped by the view's own run, and fenced
	shell := "shell"
	if s.Site.Variant == kernel.Elder {
		shell = "elder"
	}
	if err := r.shell.ExecuteTemplate(&out, shell, f); err != nil {
		return nil, fmt.Errorf("render the shell of %s/%s: %w", room, name, err)
	}
	if s.Site.Variant == kernel.Hant {
		return hant.Page(out.Bytes()), nil
	}
	return out.Bytes(), nil
}
