package render

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
	"golang.org/x/net/html"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
)

// Check says everything that keeps a package from being installed; nothing is right only when it says nothing. It fills in the package's name.
//
// 国办发〔2017〕47号 附件 has every page say whose it is, and the guide's 页面规范 holds for all sites of a city: so a theme is tried on every page
// of every room before anybody may choose it. A theme is refused for what a browser could show, not only for what it would show today.
func (r *Renderer) Check(p *Pack, samples []Sample) []Problem { return r.check(p, samples, false) }

// CheckShipped is Check of a theme that comes with the program, whose name is its own.
func (r *Renderer) CheckShipped(p *Pack, samples []Sample) []Problem {
	return r.check(p, samples, true)
}

func (r *Renderer) check(p *Pack, samples []Sample, shipped bool) []Problem {
	f := &finder{}
	t := f.manifest(r, p, shipped)
	if t == nil {
		return f.found
	}
	p.Name, p.Title = t.name, t.Title
	f.files(r, p, t)
	rules := f.sheet(t)
	f.views(r, t)
	if len(f.found) > 0 {
		return f.found // what follows would say the same once more
	}
	other, err := r.Beside(p)
	if err != nil {
		f.add("", fault.New(fault.Invalid, "主题装不起来：%s", err.Error()))
		return f.found
	}
	other.themes = maps.Clone(r.themes)
	delete(other.themes, t.name) // one that is shipped is looked at as a package too
	raised := (*other.installed.Load())[t.name].theme
	f.weight(other, raised)
	site := SampleSite(t.name)
	if t.name == elderTheme {
		other.themes[elderTheme], site = raised, site.In(kernel.Elder)
	}
	var pages []*html.Node
	for _, s := range samples {
		if s.variant != "" && s.variant != site.Variant || s.variant == "" && s.View == "home" && site.Variant == kernel.Elder {
			continue // the elder version has a home page of its own
		}
		if page := f.page(other, raised, s, site); page != nil {
			pages = append(pages, page)
		}
	}
	if t.name != baseTheme { // which is where the platform itself says how its parts look
		f.hidden(t.name+".css", rules, pages)
	}
	return f.found
}

// finder gathers problems, each once.
type finder struct{ found []Problem }

const problemsAtMost = 100

func (f *finder) add(file string, err error) {
	p := Problem{file, err}
	if len(f.found) < problemsAtMost && !slices.ContainsFunc(f.found, func(q Problem) bool { return q.String() == p.String() }) {
		f.found = append(f.found, p)
	}
}

var themeName = regexp.MustCompile(`^[a-z][a-z0-9-]{1,29}$`)

// manifest reads theme.toml; nil when nothing more can be said of the package.
func (f *finder) manifest(r *Renderer, p *Pack, shipped bool) *theme {
	const file = "theme.toml"
	b, err := fs.ReadFile(p.files, file)
	if errors.Is(err, fs.ErrNotExist) {
		f.add(file, fault.New(fault.Invalid, "没有 theme.toml。请在主题文件夹里放一份，写明 name、title、parent 和 tokens。"))
		return nil
	}
	var m struct {
		Name, Title, Parent string
		Tokens              map[string]string
	}
	if err != nil {
		f.add(file, fault.New(fault.Invalid, "theme.toml 读不懂：%s", err.Error()))
		return nil
	}
	md, err := toml.Decode(string(b), &m)
	if err != nil {
		f.add(file, fault.New(fault.Invalid, "theme.toml 读不懂：%s", err.Error()))
		return nil
	}
	for _, k := range md.Undecoded() {
		f.add(file, fault.New(fault.Invalid, "不认识“%s”这一项。只能写 name、title、parent 和 [tokens]。", k.String()))
	}
	if !themeName.MatchString(m.Name) {
		f.add(file, fault.New(fault.Invalid, "name 须为 2 至 30 个小写字母、数字或短横线，以字母开头。"))
		return nil
	}
	if r.themes[m.Name] != nil && !shipped {
		f.add(file, fault.New(fault.Invalid, "“%s”是自带主题的名称。请换一个 name。", m.Name))
		return nil
	}
	if n := utf8.RuneCountInString(strings.TrimSpace(m.Title)); n < 1 || n > 20 {
		f.add(file, fault.New(fault.Invalid, "title 须为 1 至 20 个字，是选主题的人看到的名称。"))
	}
	parent := r.themes[m.Parent]
	if m.Name != baseTheme && (parent == nil || m.Parent == elderTheme) {
		f.add(file, fault.New(fault.Invalid, "parent 须为自带的主题之一，如 base。"))
		return nil
	}
	t := &theme{name: m.Name, Title: m.Title, Parent: m.Parent, Tokens: m.Tokens, files: p.files}
	t.chain = []*theme{t}
	if parent != nil && m.Name != baseTheme {
		t.chain = append(t.chain, parent.chain...)
	}
	f.tokens(r, t)
	return t
}

var (
	pictureName = regexp.MustCompile(`^pictures/[a-z0-9][a-z0-9-]*\.(svg|png|webp)$`)
	iconName    = regexp.MustCompile(`^icons/[a-z0-9][a-z0-9-]*\.svg$`)
)

const pictureMost = 300 << 10

// files refuses what is neither style, picture nor template, and pictures that are something else.
func (f *finder) files(r *Renderer, p *Pack, t *theme) {
	known := map[string]bool{"theme.toml": true, t.name + ".css": true}
	for _, v := range r.defined {
		known[v.Room()+"/"+v.Name()+".html"] = true
	}
	err := fs.WalkDir(p.files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || known[name] {
			return err
		}
		if !pictureName.MatchString(name) && !iconName.MatchString(name) {
			if path.Ext(name) == ".html" {
				f.add(name, fault.New(fault.Invalid, "平台没有这个页面。模板的路径是“模块/页面.html”，如 portal/home.html；可以改的页面见 docs/themes.md。"))
			} else {
				f.add(name, fault.New(fault.Invalid, "主题里只能有 theme.toml、%s.css、pictures、icons 和页面模板，没有脚本、字体和别的文件。请删去。", t.name))
			}
			return nil
		}
		b, err := fs.ReadFile(p.files, name)
		if err != nil {
			return err
		}
		if len(b) > pictureMost {
			f.add(name, fault.New(fault.Invalid, "图片有 %d KB，最多 %d KB。请缩小。", len(b)>>10, pictureMost>>10))
		}
		if err := picture(path.Ext(name), b); err != nil {
			f.add(name, err)
		}
		return nil
	})
	if err != nil {
		f.add("", fault.New(fault.Invalid, "主题包读不完整：%s", err.Error()))
	}
	if _, err := fs.Stat(p.files, t.name+".css"); err != nil {
		f.add(t.name+".css", fault.New(fault.Invalid, "没有样式表。文件名须与 name 相同；不需要样式时放一个空文件。"))
	}
}

// weight holds the stylesheet, with the parents' and the platform's, to its budget.
func (f *finder) weight(r *Renderer, t *theme) {
	body, _, _ := r.Asset(t.css) // it was registered just now
	if n := gzipped(body); n > cssMost {
		f.add(t.name+".css", fault.New(fault.Invalid, "样式表连同上级主题压缩后有 %d 字节，最多 %d 字节。请删去用不到的样式。", n, cssMost))
	}
}

const (
	cssMost  = 12 << 10
	htmlMost = 25 << 10
)

// tokens refuses colours that are none, that text cannot be read in, and more than three of them.
func (f *finder) tokens(r *Renderer, t *theme) {
	const file = "theme.toml"
	base := r.themes[baseTheme].Tokens
	for _, k := range sortedKeys(t.Tokens) {
		v := t.Tokens[k]
		_, alias := base[v]
		switch {
		case base[k] == "":
			f.add(file, fault.New(fault.Invalid, "不认识色名“%s”。能设的色名见 docs/themes.md。", k))
		case !alias && !hexColour.MatchString(v):
			f.add(file, fault.New(fault.Invalid, "%s 的值“%s”须为 #a4161a 这样的小写六位色值，或另一个色名。", k, v))
		}
	}
	if len(f.found) > 0 {
		return
	}
	all := t.resolved()
	for _, p := range pairs {
		if c := contrast(all[p[0]], all[p[1]]); c < minContrast {
			f.add(file, fault.New(fault.Invalid, "%s（%s）在 %s（%s）上的对比度只有 %.2f，低于 %.1f，文字会看不清。请调深或调浅其中一个。", p[0], all[p[0]], p[1], all[p[1]], c, minContrast))
		}
	}
	for _, p := range edges {
		if c := contrast(all[p[0]], all[p[1]]); c < edgeContrast {
			f.add(file, fault.New(fault.Invalid, "%s（%s）在 %s（%s）上的对比度只有 %.2f，低于 %.1f，按钮和边框会看不清。请调深或调浅其中一个。", p[0], all[p[0]], p[1], all[p[1]], c, edgeContrast))
		}
	}
	used := []string{}
	for k, c := range all {
		if !slices.Contains(told, k) {
			used = append(used, c)
		}
	}
	if b, err := fs.ReadFile(t.files, t.name+".css"); err == nil {
		used = append(used, literals(string(b))...)
	}
	if hues := families(used); len(hues) > coloursMost {
		f.add(file, fault.New(fault.Invalid, "主题用了 %d 种颜色（如 %s），一个主色调之外总共不超过 %d 种。请把相近的改成同一种。", len(hues), strings.Join(hues, "、"), coloursMost))
	}
}

// page renders one sample and looks it over.
func (f *finder) page(r *Renderer, t *theme, s Sample, site *Site) *html.Node {
	file := s.Room + "/" + s.View + ".html"
	r.installed.Store(&map[string]*installed{t.name: (*r.installed.Load())[t.name]})
	var failed error
	r.OnFailure(func(_, _ string, err error) { failed = err })
	b, err := s.HTML(r, site)
	if err = errors.Join(failed, err); err != nil {
		f.add(file, viewFault(err))
		return nil
	}
	doc, err := html.Parse(strings.NewReader(string(b)))
	if err != nil {
		f.add(file, viewFault(err))
		return nil
	}
	for _, wrong := range lookOver(doc, site, s.shows) {
		f.add(file, wrong)
	}
	if n := gzipped(b); n > htmlMost {
		f.add(file, fault.New(fault.Invalid, "页面压缩后有 %d 字节，最多 %d 字节。请精简模板。", n, htmlMost))
	}
	return doc
}

// viewFault is why a view cannot be shown, in a sentence.
func viewFault(err error) error {
	text := err.Error()
	if i := strings.LastIndex(text, "a view may not write "); i >= 0 {
		return fault.New(fault.Invalid, "模板里不能写 %s：它会执行、加载别的东西，或越出正文。请删去。", text[i+len("a view may not write "):])
	}
	for _, unbalanced := range []string{"is not closed", "closes nothing", "has no place", "non-text context"} {
		if strings.Contains(text, unbalanced) {
			return fault.New(fault.Invalid, "模板里的标签没有成对：%s。请补上或删去。", excerpt(tail(text)))
		}
	}
	return fault.Because(err, fault.Invalid, "模板不能用：%s。模板能用的数据和函数见 docs/themes.md。", fmt.Sprint(tail(text)))
}

// tail is what a chain of wrapped errors says last.
func tail(text string) string {
	if i := strings.LastIndex(text, ": "); i >= 0 {
		return text[i+2:]
	}
	return text
}
