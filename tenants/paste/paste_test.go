package paste

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/platform/render"
)

var update = flag.Bool("update", false, "write the golden files anew; read every difference before you commit it")

func inChinese(zh string) string { return zh }

// golden is what a clipboard becomes, with what was recognised and said.
func golden(r Result) string {
	var b strings.Builder
	b.WriteString(r.HTML + "\n<!--\n")
	for _, line := range append(r.Found.Notes(inChinese), r.Seen.Notes(inChinese)...) {
		b.WriteString(line + "\n")
	}
	for _, p := range r.Pictures {
		fmt.Fprintf(&b, "picture after block %d, %q\n", p.Block, p.Alt)
	}
	b.WriteString("-->\n")
	return b.String()
}

func clipboards(t testing.TB) map[string]string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.html")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range files {
		if strings.HasSuffix(f, ".golden.html") {
			continue
		}
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(f, ".html")] = string(raw)
	}
	if len(all) < 8 {
		t.Fatalf("only %d clipboards", len(all))
	}
	return all
}

// looks are what may not be left of how a text looked.
var looks = regexp.MustCompile(`(?i)style=|mso|<font|<span|<o:p|file:|class="(?:Mso|xl|p1|TRS)|&nbsp;|\x{a0}|\x{ad}|\x{200b}|javascript:|<script|data-`)

// LE4, B5: what Word, WPS, Excel, a government's web page, 微信 and LibreOffice put on the clipboard becomes what the golden files say: no style,
// nothing of a word processor's own, lists and joined cells right, and the sanitiser finds nothing to change.
func TestClipboards(t *testing.T) {
	for name, source := range clipboards(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			r, err := Official(source, true)
			if err != nil {
				t.Fatal(err)
			}
			got := golden(r)
			if *update {
				if err := os.WriteFile(name+".golden.html", []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name + ".golden.html")
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if m := looks.FindString(r.HTML); m != "" {
				t.Errorf("%q is left", m)
			}
			if s := render.Sanitise(r.HTML); s != r.HTML {
				t.Errorf("the sanitiser makes of it\n%s", s)
			}
		})
	}
}
