package compare

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/platform/render"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// C7, look.md 2.3(5): a change is shown where it stands, by phrases, and the result is what may stand there.
func TestHTML(t *testing.T) {
	for name, row := range map[string]struct{ was, is, want string }{
		"nothing":               {"<p>一</p>", "<p>一</p>", "<p>一</p>"},
		"a few characters":      {"<p>请于3月15日前报送。</p>", "<p>请于4月1日前报送。</p>", "<p>请于<del>3月15</del><ins>4月1</ins>日前报送。</p>"},
		"a number is one word":  {"<p>共1200万元</p>", "<p>共1260万元</p>", "<p>共<del>1200</del><ins>1260</ins>万元</p>"},
		"a paragraph put in":    {"<p>一段话。</p><p>三段话。</p>", "<p>一段话。</p><p>新的一段，完全不同。</p><p>三段话。</p>", "<p>一段话。</p><p><ins>新的一段，完全不同。</ins></p><p>三段话。</p>"},
		"a paragraph gone":      {"<p>甲</p>\n<p>乙</p>", "<p>甲</p>", "<p>甲</p><p><del>乙</del></p>"},
		"made bold":             {"<p>请认真贯彻执行</p>", "<p>请<strong>认真</strong>贯彻执行</p>", "<p>请<del>认真</del><ins><strong>认真</strong></ins>贯彻执行</p>"},
		"inside bold":           {"<p><strong>安康市人民政府办公室</strong></p>", "<p><strong>安康市人民政府</strong></p>", "<p><strong>安康市人民政府</strong><del><strong>办公室</strong></del></p>"},
		"a line of a list":      {"<ul><li>甲项</li><li>乙项工作</li></ul>", "<ul><li>甲项</li><li>丙</li><li>乙项工作</li></ul>", "<ul><li>甲项</li><li><ins>丙</ins></li><li>乙项工作</li></ul>"},
		"a cell":                {"<table><tbody><tr><td>名称</td><td>1</td></tr></tbody></table>", "<table><tbody><tr><td>名称</td><td>2</td></tr></tbody></table>", "<table><tbody><tr><td>名称</td><td><del>1</del><ins>2</ins></td></tr></tbody></table>"},
		"a row":                 {"<table><tbody><tr><td>甲</td></tr></tbody></table>", "<table><tbody><tr><td>甲</td></tr><tr><td>乙</td></tr></tbody></table>", "<table><tbody><tr><td>甲</td></tr><tr><td><ins>乙</ins></td></tr></tbody></table>"},
		"a picture":             {"<p>图</p>", `<p>图<img src="/-/media/a.png" alt="桥"/></p>`, `<p>图<ins><img src="/-/media/a.png" alt="桥"/></ins></p>`},
		"a rule":                {"<p>甲</p>", "<p>甲</p><hr>", "<p>甲</p><ins><hr/></ins>"},
		"what looks like marks": {"<p>写成&lt;b&gt;的</p>", "<p>写成&lt;i&gt;的</p>", "<p>写成&lt;<del>b</del><ins>i</ins>&gt;的</p>"},
		"hostile":               {"<p>甲</p>", `<p onclick="x()">甲<script>x()</script>乙</p>`, "<p>甲<ins>乙</ins></p>"},
		"empty before":          {"", "<p>甲</p>", "<p><ins>甲</ins></p>"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := HTML(row.was, row.is); got != row.want {
				t.Errorf("got  %s\nwant %s", got, row.want)
			}
		})
	}
	if got := Line("旧的<标题>", "新的<标题>"); got != "<del>旧</del><ins>新</ins>的&lt;标题&gt;" {
		t.Errorf("a line became %s", got)
	}
}

// without takes one of the marks away with what it holds, and the other's content stands.
func without(t testing.TB, marked string, gone atom.Atom) []string {
	t.Helper()
	root := parse(marked)
	var all []*html.Node
	for n := range root.Descendants() {
		if n.DataAtom == gone {
			all = append(all, n)
		}
	}
	for _, n := range all {
		n.Parent.RemoveChild(n)
	}
	return wordsIn(source(root))
}

// wordsIn are the words of every line; where marks made two lines of one is not looked at.
func wordsIn(body string) []string {
	all := strings.Fields(strings.NewReplacer("\u00a0", " ").Replace(render.PlainText(body)))
	slices.Sort(all)
	return all
}

func agree(t testing.TB, was, is string) {
	t.Helper()
	was, is = render.Sanitise(was), render.Sanitise(is)
	got := HTML(was, is)
	if again := source(parse(got)); strings.TrimSuffix(strings.TrimPrefix(again, "<body>"), "</body>") != got {
		t.Errorf("a parser reads %q as %q", got, again)
	}
	if now, want := strings.Join(without(t, got, atom.Del), ""), strings.Join(wordsIn(is), ""); letters(now) != letters(want) {
		t.Errorf("%q\n-> %q\nas %q: without what went it says %q, want %q", was, is, got, now, want)
	}
	if then, want := strings.Join(without(t, got, atom.Ins), ""), strings.Join(wordsIn(was), ""); letters(then) != letters(want) {
		t.Errorf("%q\n-> %q\nas %q: without what came it says %q, want %q", was, is, got, then, want)
	}
}

// letters are the characters of a text in an order of their own: a table's parts may come in another.
func letters(s string) string {
	r := []rune(s)
	slices.Sort(r)
	return string(r)
}

// C7: whatever two bodies are, the comparison is a closed piece of HTML that holds both: the one without what came, the other without what went.
func FuzzHTML(f *testing.F) {
	for _, seed := range [][2]string{
		{"<p>一二三</p><ul><li>甲<p>乙</p></li></ul>", "<p>一<b>二</b>三四</p><ol><li>甲</li></ol>"},
		{`<table><caption>表</caption><thead><tr><th>a</th></tr></thead><tr><td rowspan=2>1<td>2</table>`, `<table><tr><td>1</table><figure><img src="/-/media/a.png"><figcaption>图</figcaption></figure>`},
		{`<a href="/x"><p>甲</p></a>`, `<a href="/y">甲<p>乙</p></a>乙<br>丙`}, {"<blockquote>甲<hr>乙</blockquote>", "<li>甲</li><td>乙"},
		{"<table>甲<tr><td><table><tr><td>乙", "<ul>甲<table><tbody></tbody><thead></thead>乙"}, {"<p>" + strings.Repeat("甲乙", 700) + "</p>", "<p>" + strings.Repeat("丙丁", 700) + "</p>"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, was, is string) { agree(t, was, is) })
}

// What stays is a longest common subsequence; beyond the bound it is a shorter one.
func TestMatch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		draw := func() []int {
			all := make([]int, r.IntN(14))
			for i := range all {
				all[i] = r.IntN(4)
			}
			return all
		}
		a, b := draw(), draw()
		got := match(a, b)
		last := pair{-1, -1}
		for _, p := range got {
			if p.a <= last.a || p.b <= last.b || a[p.a] != b[p.b] {
				t.Fatalf("%v and %v: %v", a, b, got)
			}
			last = p
		}
		if want := longest(a, b); len(got) != want {
			t.Errorf("%v and %v: %d stay, %d could", a, b, len(got), want)
		}
	}
}

func longest(a, b []int) int {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	if a[0] == b[0] {
		return 1 + longest(a[1:], b[1:])
	}
	return max(longest(a[1:], b), longest(a, b[1:]))
}

// pieces writes a merge down: lines as they stand, [mine|theirs] where both changed, +line where the other's was taken.
func pieces(all []Piece) string {
	var out []string
	for _, p := range all {
		switch {
		case p.Both:
			out = append(out, "["+strings.Join(p.Mine, " ")+"|"+strings.Join(p.Theirs, " ")+"]")
		case p.Took:
			out = append(out, "+"+strings.Join(p.Mine, " +"))
		default:
			out = append(out, strings.Join(p.Mine, " "))
		}
	}
	return strings.Join(out, " ")
}

// Must show 2: what two people changed in different places stands together; what both changed is asked about, with the words of both.
func TestMerge(t *testing.T) {
	for _, row := range []struct{ name, base, mine, theirs, want string }{
		{"nobody", "甲 乙", "甲 乙", "甲 乙", "甲 乙"}, {"mine", "甲 乙", "甲 丙", "甲 乙", "甲 丙"}, {"theirs", "甲 乙", "甲 乙", "甲 丙", "甲 +丙"},
		{"different places", "甲 乙 丙", "一 乙 丙", "甲 乙 三", "一 乙 +三"}, {"side by side", "甲 乙", "一 乙", "甲 二", "一 +二"},
		{"the same", "甲 乙", "甲 丙", "甲 丙", "甲 丙"}, {"overlapping", "甲 乙 丙", "甲 一 丙", "甲 二 丙", "甲 [一|二] 丙"},
		{"one rewrote, one deleted", "甲 乙 丙", "甲 一 丙", "甲 丙", "甲 [一|] 丙"}, {"both added at the end", "甲", "甲 一", "甲 二", "甲 [一|二]"},
		{"one added, one changed elsewhere", "甲 乙 丙", "甲 新 乙 丙", "甲 乙 三", "甲 新 乙 +三"}, {"nothing before", "", "一", "二", "[一|二]"},
		{"all deleted", "甲 乙", "", "甲 乙", ""},
	} {
		if got := pieces(Merge(strings.Fields(row.base), strings.Fields(row.mine), strings.Fields(row.theirs))); strings.TrimSpace(got) != row.want {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}

// Must show 2, nothing is lost: every paragraph that either wrote is in the result, and who wrote nothing changes nothing.
func FuzzMerge(f *testing.F) {
	f.Add("甲乙丙", "甲一丙", "甲二丙")
	f.Add("", "一", "二")
	f.Fuzz(func(t *testing.T, b, m, s string) {
		base, mine, theirs := strings.Split(b, ""), strings.Split(m, ""), strings.Split(s, "")
		flat := func(all []Piece) (out []string) {
			for _, p := range all {
				out = append(append(out, p.Mine...), p.Theirs...)
			}
			return out
		}
		for _, row := range []struct {
			name            string
			a, b, c, wanted []string
		}{{"only theirs", base, base, theirs, theirs}, {"only mine", base, mine, base, mine}, {"the same", base, mine, mine, mine}} {
			if got := flat(Merge(row.a, row.b, row.c)); !slices.Equal(got, row.wanted) {
				t.Errorf("%s: %q, want %q", row.name, got, row.wanted)
			}
		}
		got := flat(Merge(base, mine, theirs))
		for _, w := range slices.Concat(mine, theirs) {
			if !slices.Contains(got, w) && !slices.Contains(base, w) {
				t.Errorf("%q of %q and %q is lost in %q", w, mine, theirs, got)
			}
		}
	})
}

// LE3's document of twenty thousand characters, with a change in every paragraph.
func BenchmarkHTML(b *testing.B) {
	var was, is strings.Builder
	for i := range 100 {
		text := strings.Repeat(fmt.Sprintf("各县区人民政府要高度重视第%d项工作，", i), 12)
		fmt.Fprintf(&was, "<p>%s</p>", text)
		fmt.Fprintf(&is, "<p>%s并及时报告。</p>", strings.Replace(text, "高度", "十分", 3))
	}
	for b.Loop() {
		HTML(was.String(), is.String())
	}
}

// The worst there is: everything is other words.
func BenchmarkHTMLOfTwoTexts(b *testing.B) {
	was, is := "<p>"+strings.Repeat("甲乙丙丁", 5000)+"</p>", "<p>"+strings.Repeat("子丑寅卯", 5000)+"</p>"
	for b.Loop() {
		HTML(was, is)
	}
}
