package render

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

const (
	baseTheme  = "base"
	elderTheme = "elder" // of every site's elder version
)

// theme is one folder of the themes, or a package that was installed: how a page looks, and nothing else.
type theme struct {
	name, Title, Parent string
	Tokens              map[string]string // its own
	files               fs.FS             // its folder
	chain               []*theme          // itself, its parent, ..., base
	brand               string
	css, favicon        string   // addresses
	motifs              []string // addresses of drawings that stand for a missing picture
	panorama            string   // a wide one, for a headline to stand in
	icons               map[string]template.HTML
	views               map[viewKey]*template.Template
}

type asset struct {
	body        []byte
	contentType string
}

var types = map[string]string{".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp"}

// loadThemes reads every folder that has a theme.toml and registers what its pages will ask for.
func loadThemes(all fs.FS, assets map[string]asset) (map[string]*theme, error) {
	dirs, err := fs.Glob(all, "*/theme.toml")
	if err != nil {
		return nil, err
	}
	found := map[string]*theme{}
	for _, d := range dirs {
		t := &theme{name: path.Dir(d)}
		if t.files, err = fs.Sub(all, t.name); err != nil {
			return nil, err
		}
		if _, err := toml.DecodeFS(t.files, "theme.toml", t); err != nil {
			return nil, fmt.Errorf("read %s: %w", d, err)
		}
		found[t.name] = t
	}
	if found[baseTheme] == nil {
		return nil, fmt.Errorf("there is no theme %q", baseTheme)
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if err := found[name].raise(found, assets); err != nil {
			return nil, fmt.Errorf("theme %s: %w", name, err)
		}
	}
	return found, nil
}

// raise makes the theme whole over its parents: pictures, icons, stylesheet; its views are parsed by the renderer.
func (t *theme) raise(found map[string]*theme, assets map[string]asset) error {
	if err := t.inherit(found); err != nil {
		return err
	}
	if err := t.build(assets); err != nil {
		return err
	}
	t.brand = t.resolved()["brand"]
	return checkContrast(t.resolved())
}

func (t *theme) inherit(found map[string]*theme) error {
	for at := t; ; at = found[at.Parent] {
		if at == nil {
			return fmt.Errorf("its parent %q is not there", t.Parent)
		}
		if slices.Contains(t.chain, at) {
			return fmt.Errorf("%s is its own ancestor", at.name)
		}
		t.chain = append(t.chain, at)
		if at.name == baseTheme {
			return nil
		}
		if at.Parent == "" {
			at.Parent = baseTheme
		}
	}
}

// tokens are the parents' and its own.
func (t *theme) tokens() map[string]string {
	all := map[string]string{}
	for _, at := range slices.Backward(t.chain) {
		maps.Copy(all, at.Tokens)
	}
	return all
}

// resolved is every token of the theme; a value that is another token's name is followed once.
func (t *theme) resolved() map[string]string {
	all := t.tokens()
	for k, v := range all {
		if to, ok := all[v]; ok {
			all[k] = to
		}
	}
	return all
}

// build gathers pictures, icons and the stylesheet: tokens, then base to theme, then the platform's own.
func (t *theme) build(assets map[string]asset) error {
	pictures := map[string]string{}
	t.icons = map[string]template.HTML{}
	css := t.tokenCSS()
	for _, at := range slices.Backward(t.chain) {
		if err := t.gather(at, pictures, assets); err != nil {
			return err
		}
		b, err := fs.ReadFile(at.files, at.name+".css")
		if err != nil {
			return err
		}
		css += string(b)
	}
	t.favicon = pictures["icon.svg"]
	for _, name := range slices.Sorted(maps.Keys(pictures)) {
		if strings.HasPrefix(name, "motif-") {
			t.motifs = append(t.motifs, pictures[name])
		}
	}
	if t.panorama = pictures["panorama.svg"]; t.panorama == "" && len(t.motifs) > 0 {
		t.panorama = t.motifs[0]
	}
	if t.favicon == "" || len(t.motifs) == 0 || len(t.icons) == 0 {
		return fmt.Errorf("it needs pictures/icon.svg, pictures/motif-*.svg and icons")
	}
	own, err := fs.ReadFile(shellFS, "shell/shell.css")
	if err != nil {
		return err
	}
	linked, err := linkPictures(squeeze(css+string(own)), pictures)
	if err != nil {
		return err
	}
	t.css = register(assets, t.name, ".css", []byte(linked))
	return nil
}

func (t *theme) gather(at *theme, pictures map[string]string, assets map[string]asset) error {
	files, err := fs.Glob(at.files, "pictures/*")
	if err != nil {
		return err
	}
	for _, p := range files {
		b, err := fs.ReadFile(at.files, p)
		if err != nil {
			return err
		}
		ext := path.Ext(p)
		if types[ext] == "" || ext == ".css" || ext == ".svg" && activeSVG.Match(b) {
			return fmt.Errorf("%s is not a picture a theme may carry", p)
		}
		base := path.Base(p)
		pictures[base] = register(assets, at.name+"-"+strings.TrimSuffix(base, ext), ext, b)
	}
	icons, err := fs.Glob(at.files, "icons/*.svg")
	if err != nil {
		return err
	}
	for _, p := range icons {
		b, err := fs.ReadFile(at.files, p)
		if err != nil {
			return err
		}
		if activeSVG.Match(b) {
			return fmt.Errorf("%s is not a picture a theme may carry", p)
		}
		t.icons[strings.TrimSuffix(path.Base(p), ".svg")] = template.HTML(strings.TrimSpace(string(b)))
	}
	return nil
}

// activeSVG finds what makes a drawing a program, or fetch something.
var activeSVG = regexp.MustCompile(`(?i)<script|<foreignObject|\son\w+\s*=|<style|style\s*=|href\s*=|<!ENTITY|<image`)

func register(assets map[string]asset, name, ext string, body []byte) string {
	sum := sha256.Sum256(body)
	p := "/-/assets/" + name + "." + hex.EncodeToString(sum[:6]) + ext
	assets[p] = asset{body, types[ext]}
	return p
}

var cssURL = regexp.MustCompile(`url\(\s*"?([^")]*)"?\s*\)`)

// linkPictures replaces url("x.svg") by the hashed address; a stylesheet cannot name anything else.
func linkPictures(css string, pictures map[string]string) (string, error) {
	var bad string
	css = cssURL.ReplaceAllStringFunc(css, func(m string) string {
		name := cssURL.FindStringSubmatch(m)[1]
		to, ok := pictures[name]
		if !ok {
			bad = name
		}
		return `url("` + path.Base(to) + `")`
	})
	if bad != "" {
		return "", fmt.Errorf("its stylesheet names %q, which is no picture of the theme", bad)
	}
	if strings.Contains(css, "@import") {
		return "", fmt.Errorf("its stylesheet may not import")
	}
	return css, nil
}

var (
	cssComment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	cssSpace   = regexp.MustCompile(`\s+`)
	cssPunct   = regexp.MustCompile(` ?([{};,]) ?`)
)

// squeeze drops comments and the white space that means nothing; our stylesheets have no strings with braces.
func squeeze(css string) string {
	css = cssComment.ReplaceAllString(css, "")
	css = cssSpace.ReplaceAllString(css, " ")
	css = cssPunct.ReplaceAllString(css, "$1")
	return strings.ReplaceAll(strings.TrimSpace(css), ";}", "}")
}

// Asset returns a file of a theme by its hashed address "/-/assets/<name>.<hash>.<ext>"; it never changes
// under that address.
func (r *Renderer) Asset(path string) (body []byte, contentType string, ok bool) {
	if a, ok := r.assets[path]; ok {
		return a.body, a.contentType, true
	}
	for _, in := range *r.installed.Load() {
		if a, ok := in.assets[path]; ok {
			return a.body, a.contentType, true
		}
	}
	if css := brandCSS(path); css != nil {
		return css, types[".css"], true
	}
	return nil, "", false
}
