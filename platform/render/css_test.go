package render

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/themes"
)

// V1, WCAG 1.4.3: every pair of text and ground of every theme, and every colour of the palette with what is made of it.
func TestContrast(t *testing.T) {
	r := renderer(t)
	pairsSeen := 0
	for name, th := range r.themes {
		tokens := th.resolved()
		for _, p := range pairs {
			pairsSeen++
			if c := contrast(tokens[p[0]], tokens[p[1]]); c < minContrast {
				t.Errorf("%s: %s on %s is %.2f", name, p[0], p[1], c)
			}
		}
		for word, c := range palette {
			for _, on := range []string{tokens["ground"], tokens["ground-2"], tokens["page"], "#ffffff"} {
				for _, ink := range []string{c, mix(c, "#000000", 0.28), mix(c, "#000000", 0.14)} {
					pairsSeen++
					if got := contrast(ink, on); got < minContrast {
						t.Errorf("%s (%s) on %s of %s is %.2f", word, ink, on, name, got)
					}
				}
			}
			if got := contrast(mix(c, "#000000", 0.28), mix(c, "#ffffff", 0.92)); got < minContrast {
				t.Errorf("%s on its tint is %.2f", word, got)
			}
		}
	}
	t.Logf("%d pairs", pairsSeen)
	if c := contrast("#000000", "#ffffff"); c < 20.99 || c > 21.01 {
		t.Errorf("black on white is %.3f", c)
	}
	if c := contrast("#999999", "#ffffff"); c < 2.84 || c > 2.86 { // look.md: never #999 on white (2.85)
		t.Errorf("#999 on white is %.3f", c)
	}
}

// V1: a site sets its brand colour from what can be read, and nothing else.
func TestCheckTokens(t *testing.T) {
	for _, c := range []struct {
		name   string
		tokens map[string]string
		ok     bool
	}{
		{"nothing", nil, true},
		{"a colour of the palette", map[string]string{"brand": "靛蓝"}, true},
		{"a dark colour", map[string]string{"brand": "#0B5CAD"}, true},
		{"a pale colour", map[string]string{"brand": "#ffd400"}, false},
		{"a colour that is only just too pale for paper", map[string]string{"brand": "#767676"}, false},
		{"no colour", map[string]string{"brand": "red;} body{display:none"}, false},
		{"another token", map[string]string{"ink": "#000000"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := CheckTokens(c.tokens); (err == nil) != c.ok || err != nil && !fault.Is(err, fault.Invalid) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// look.md's floor: Chromium 86 and Safari 14, which has no gap in flex rows; and the budget of 12 kB.
func TestStylesheets(t *testing.T) {
	r := renderer(t)
	for name, th := range r.themes {
		body, _, ok := r.Asset(th.css)
		if !ok {
			t.Fatalf("%s has no stylesheet", name)
		}
		rules, err := parseCSS(string(body))
		if err != nil {
			t.Fatalf("%s: %s", name, fault.Say(err))
		}
		f := &finder{}
		for s, i := (&sheet{finder: f, file: name, theme: th, tokens: th.resolved()}), 0; i < len(rules); i++ {
			s.rule(rules[i])
		}
		for _, p := range f.found {
			if strings.Contains(p.String(), "不认识") {
				t.Error(p)
			}
		}
		if n := strings.Count(string(body), "{") - strings.Count(string(body), "}"); n != 0 {
			t.Errorf("%s: %d braces are not closed", name, n)
		}
		for _, must := range []string{"@media print", "prefers-reduced-motion", "forced-colors:active", ":focus"} {
			if !strings.Contains(string(body), must) {
				t.Errorf("%s has no %s", name, must)
			}
		}
		n := gzipped(body)
		if n > 12<<10 {
			t.Errorf("%s weighs %d bytes gzipped, at most 12 kB", name, n)
		}
		t.Logf("%s: %d bytes, %d gzipped", name, len(body), n)
	}
}

// Q6: the themes hold data only, and the check that says so finds what is not.
func TestThemesAreData(t *testing.T) {
	known := regexp.MustCompile(`^(theme\.toml|\w+\.css|pictures/[\w-]+\.svg|icons/\w+\.svg|\w+/\w+\.html)$`)
	err := fs.WalkDir(themes.FS, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if _, rest, _ := strings.Cut(p, "/"); !known.MatchString(rest) {
			t.Errorf("%s is neither style, picture nor template", p)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestFence(t *testing.T) {
	for in, want := range map[string]string{
		"<div><p>甲<br><img src=x></p></div>":                           "",
		`<svg viewBox="0 0 1 1"><path d="M0 0"/><circle r="1"/></svg>`: "",
		"<div><p></div></p>":                                           "</div> closes nothing",
		"<p>":                                                          "<p> is not closed",
		"</p>":                                                         "</p> closes nothing",
		"<meta name=robots content=all>":                               "a view may not write <meta>",
		"<p ONCLICK=x>":                                                "a view may not write the attribute onclick",
		`<p title="</main><footer>">甲</p>`:                             "",
		"<svg><path d='M0 0'></path></svg>":                            "</path> has no place in a view",
	} {
		got := ""
		if err := fence([]byte(in)); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
}
