package paste

import (
	"bufio"
	"encoding/json"
	"fmt"
	"html"
	"strings"
	"testing"
	"unicode"

	"github.com/zhanqun/zhanqun/kernel/corpus"
	"github.com/zhanqun/zhanqun/platform/render"
	"pgregory.net/rapid"
)

// spelled is a text without what nobody sees of it: white space, and the characters that are dropped.
func spelled(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || gone(r) || r == 0 {
			return -1
		}
		return r
	}, text)
}

// settles holds what is true of every text: cleaned twice is cleaned once, and the sanitiser finds nothing to change.
func settles(t testing.TB, source string) string {
	t.Helper()
	r, err := Clean(source)
	if err != nil {
		t.Fatalf("%.200q: %v", source, err)
	}
	if s := render.Sanitise(r.HTML); s != r.HTML {
		t.Fatalf("%.300q became\n%q, of which the sanitiser makes\n%q", source, r.HTML, s)
	}
	again, err := Clean(r.HTML)
	if err != nil || again.HTML != r.HTML {
		t.Fatalf("%.300q became\n%q, and cleaned once more\n%q, %v", source, r.HTML, again.HTML, err)
	}
	return r.HTML
}

// markup draws a fragment as word processors and pages write them, and the text that a reader sees of it.
func markup(t *rapid.T, depth int) (source, text string) {
	var s, seen strings.Builder
	words := func() {
		w := rapid.StringMatching(`[一-龥a-z0-9，。：（）<>&"' 　\x{a0}\x{ad}\x{200b}\n]{0,12}`).Draw(t, "words")
		s.WriteString(html.EscapeString(w))
		seen.WriteString(w)
	}
	inner := func(open, shut string) {
		in, text := markup(t, depth-1)
		s.WriteString(open + in + shut)
		seen.WriteString(text)
	}
	for range rapid.IntRange(0, 5).Draw(t, "parts") {
		if depth == 0 {
			words()
			continue
		}
		switch rapid.IntRange(0, 13).Draw(t, "part") {
		case 0, 1:
			words()
		case 2:
			inner(`<p class=MsoNormal style="mso-list:none;text-align:`+rapid.SampledFrom([]string{"left", "right", "center"}).Draw(t, "align")+`">`, "<o:p></o:p></p>")
		case 3:
			inner(`<span style="font-weight:`+rapid.SampledFrom([]string{"bold", "normal", "700"}).Draw(t, "weight")+`">`, "</span>")
		case 4:
			n := rapid.IntRange(1, 6).Draw(t, "level")
			inner(fmt.Sprintf("<h%d>", n), fmt.Sprintf("</h%d>", n))
		case 5:
			inner("<ul><li>", "</li></ul>")
		case 6:
			inner("<ol><li>", "<li></li></ol>")
		case 7:
			inner("<table><tr><td colspan=2>", "</td></tr><tr><td>1</td><td rowspan=3>2</td></tr></table>")
			seen.WriteString("12")
		case 8:
			inner("<div><section>", "</section></div>")
		case 9:
			inner(`<a href="https://www.gov.cn/?a=1&amp;b=2">`, "</a>")
		case 10:
			s.WriteString("<br>")
		case 11:
			inner("<b><i><u>", "</u></i></b>")
		case 12:
			inner("<blockquote>", "</blockquote>")
		case 13:
			m := rapid.SampledFrom([]string{"（一）", "一、", "a)", "3."}).Draw(t, "marker") // what a list of ours cannot show
			inner("<p style='mso-list:l0 level1 lfo"+rapid.StringMatching(`[1-3]`).Draw(t, "list")+"'><span style='mso-list:Ignore'>"+m+"</span>甲", "</p>")
			seen.WriteString(m + "甲")
		}
	}
	return s.String(), seen.String()
}

// B5: the words are those of the source, in their order; only white space changes. What opens a box inside a line may move what the parser
// moves, so the parser is asked what a browser shows.
func TestTheWordsStay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		source, _ := markup(t, 3)
		r, err := Clean(source)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := spelled(render.PlainText(r.HTML)), spelled(shown(t, source)); got != want {
			t.Fatalf("%s\nbecame\n%s\nwords %q\nwant  %q", source, r.HTML, got, want)
		}
		f, err := Official(source, false)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := spelled(render.PlainText(f.HTML)), spelled(shown(t, source)); got != want {
			t.Fatalf("recognising %s\nbecame\n%s\nwords %q\nwant  %q", source, f.HTML, got, want)
		}
	})
}

// shown is the text of a source in the order in which a browser's tree holds it.
func shown(t *rapid.T, source string) string {
	nodes, ok := render.Parse(source)
	if !ok {
		t.Fatalf("no parser reads %q", source)
	}
	var b strings.Builder
	for _, n := range nodes {
		if n.FirstChild == nil {
			b.WriteString(n.Data[:len(n.Data)*btoi(n.Type == 1)])
		}
		b.WriteString(words(n))
	}
	return b.String()
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// B5: whatever comes, it settles at once.
func TestWhateverIsPastedSettles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		source, _ := markup(t, 4)
		r, err := Clean(source)
		if err != nil {
			t.Fatal(err)
		}
		if s := render.Sanitise(r.HTML); s != r.HTML {
			t.Fatalf("%s\nbecame\n%s\nsanitised\n%s", source, r.HTML, s)
		}
		if again, err := Clean(r.HTML); err != nil || again.HTML != r.HTML {
			t.Fatalf("%s\nbecame\n%s\nagain\n%s", source, r.HTML, again.HTML)
		}
	})
}

// hostile are the payloads and strings of the real input.
func hostile(t testing.TB) (all []string) {
	t.Helper()
	for _, name := range []string{"xss-payloads-dev.txt", "open-redirect-dev.txt", "traversal-dev.txt"} {
		lines := bufio.NewScanner(corpus.Open(t, "conformance/"+name))
		for lines.Scan() {
			all = append(all, lines.Text())
		}
		if err := lines.Err(); err != nil {
			t.Fatal(err)
		}
	}
	var strange []string
	if err := json.NewDecoder(corpus.Open(t, "conformance/naughty-strings-a.json")).Decode(&strange); err != nil {
		t.Fatal(err)
	}
	return append(all, strange...)
}

// B5, d51: each payload of the real input, alone and in the places where a clipboard could carry it.
func TestHostileClipboardsSettle(t *testing.T) {
	n := 0
	for _, p := range hostile(t) {
		for _, form := range []string{"%s", "<p class=MsoNormal>甲%s乙</p>", "<table><tr><td>%s</td></tr></table>", `<a href="%s">甲</a>`, `<img src="%s" alt="%[1]s">`,
			"<style>.xl65{%s}</style><p class=xl65>甲</p>", "<p style=\"mso-list:l0 level1 lfo1\"><span style='mso-list:Ignore'>%s</span>甲</p>", "<!--[if gte mso 9]>%s<![endif]-->"} {
			out := settles(t, fmt.Sprintf(form, p))
			if strings.Contains(strings.ToLower(out), "<script") || strings.Contains(out, "style=") {
				t.Errorf("%q in %q leaves %q", p, form, out)
			}
			n++
		}
	}
	t.Logf("%d clipboards", n)
	if n < 2000 {
		t.Errorf("only %d", n)
	}
}

// B5: real documents are read as they are and settle; nothing of their words is lost.
func TestRealDocumentsSettle(t *testing.T) {
	n := 0
	for _, body := range bodies(t, 300) {
		out := settles(t, body)
		if got, want := spelled(render.PlainText(out)), spelled(render.PlainText(render.Sanitise(body))); got != want {
			t.Fatalf("%.300q: the words changed", body)
		}
		n++
	}
	if n < 100 {
		t.Errorf("only %d", n)
	}
}
