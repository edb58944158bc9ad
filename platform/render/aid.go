package render

import (
	"fmt"

	"github.com/zhanqun/zhanqun/kernel"
)

// StatementPath is the address below a mount of the page that says what is done so that everybody can read the site.
const StatementPath = "/-/accessibility"

// PrivacyPath is the address below a mount of the page that says what is kept of people; ReportPath that of the form by which they tell of a
// mistake on a page (G17), of which answers stand below.
const (
	PrivacyPath = "/-/privacy"
	ReportPath  = "/-/report"
)

// aid is what the top bar offers readers: the page's other forms, and what the script needs.
type aid struct {
	Variant                       kernel.Variant
	Plain, Elder, Hant, Statement string
	Script, Style                 string // addresses
}

// aids are the two files behind the panel.
type aids struct{ script, style string }

func loadAids(assets map[string]asset) (a aids, err error) {
	js, err := shellFS.ReadFile("shell/aid.js")
	if err != nil {
		return a, fmt.Errorf("read the script of the panel: %w", err)
	}
	css, err := shellFS.ReadFile("shell/aid.css")
	if err != nil {
		return a, fmt.Errorf("read the style of the panel: %w", err)
	}
	a.script = register(assets, "aid", ".js", js)
	assets[a.script] = asset{js, "text/javascript; charset=utf-8"}
	a.style = register(assets, "aid", ".css", []byte(squeeze(string(css))))
	return a, nil
}

// at is the panel of a page.
func (a aids) at(s Shell) *aid {
	site, rest := s.Site, or(s.Head.Rest, "/")
	return &aid{
		Variant: site.Variant, Plain: site.Plain(rest), Elder: site.In(kernel.Elder).Path(rest), Hant: site.In(kernel.Hant).Path(rest),
		Statement: site.Path(StatementPath), Script: a.script, Style: a.style,
	}
}

// scripts are the addresses of a page in either script, for search engines: of the page itself and of its traditional form.
func scripts(s Shell) []Link {
	if s.Head.Rest == "" || s.Head.NoIndex || s.Site.Variant == kernel.Elder {
		return nil
	}
	return []Link{{Text: "zh-Hans", Href: s.Site.URL(s.Head.Rest)}, {Text: "zh-Hant", Href: s.Site.In(kernel.Hant).FullPath(s.Head.Rest)}}
}

// languages are what the variants say of themselves: the script, never a region.
var languages = map[kernel.Variant]string{"": "zh-CN", kernel.Elder: "zh-CN", kernel.Hant: "zh-Hant"}
