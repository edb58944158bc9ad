package render

import (
	"fmt"
	"maps"
	"slices"

	"github.com/BurntSushi/toml"
)

// installed is a theme beside the built-in ones.
type installed struct {
	theme  *theme
	assets map[string]asset
	digest string
}

// Named is a theme that sites may be shown in.
type Named struct {
	Name, Title string
	Builtin     bool
}

// Themes are the themes that a site may be shown in, the built-in ones first.
func (r *Renderer) Themes() []Named {
	var out []Named
	for _, name := range slices.Sorted(maps.Keys(r.themes)) {
		if name != elderTheme { // every site's, and nobody's choice
			out = append(out, Named{name, r.themes[name].Title, true})
		}
	}
	all := *r.installed.Load()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		out = append(out, Named{name, all[name].theme.Title, false})
	}
	return out
}

// Install has exactly these packages beside the built-in themes. One that is there already with the same bytes stays as it is; one that
// does not stand any more, because the program has changed under it, is left out and named in the error, and its sites are shown in the plain theme.
func (r *Renderer) Install(packs ...*Pack) error {
	have, next := *r.installed.Load(), map[string]*installed{}
	var failed error
	for _, p := range packs {
		if old := have[p.Name]; old != nil && old.digest == p.Digest {
			next[p.Name] = old
			continue
		}
		in, err := r.raised(p)
		if err != nil {
			failed = fmt.Errorf("theme %s: %w", p.Name, err)
			continue
		}
		next[p.Name] = in
	}
	r.installed.Store(&next)
	return failed
}

// OnFailure has f called when an installed theme cannot show a page, from whichever goroutine wanted it.
func (r *Renderer) OnFailure(f func(theme, view string, err error)) { r.onFailure.Store(&f) }

// raised makes a theme of a package.
func (r *Renderer) raised(p *Pack) (*installed, error) {
	t, err := p.theme()
	if err != nil {
		return nil, err
	}
	in := &installed{theme: t, assets: map[string]asset{}, digest: p.Digest}
	found := maps.Clone(r.themes)
	found[t.name] = t
	if err := t.raise(found, in.assets); err != nil {
		return nil, err
	}
	return in, r.parse(t)
}

func (p *Pack) theme() (*theme, error) {
	t := &theme{name: p.Name, files: p.files}
	if _, err := toml.DecodeFS(t.files, "theme.toml", t); err != nil {
		return nil, fmt.Errorf("read theme.toml: %w", err)
	}
	return t, nil
}

// Beside is this renderer with one package more, for looking at it; nothing of it is installed.
func (r *Renderer) Beside(p *Pack) (*Renderer, error) {
	in, err := r.raised(p)
	if err != nil {
		return nil, err
	}
	other := &Renderer{themes: r.themes, assets: r.assets, shell: r.shell, aids: r.aids, rooms: r.rooms, defined: r.defined}
	all := maps.Clone(*r.installed.Load())
	all[p.Name] = in
	other.installed.Store(&all)
	return other, nil
}
