package demo

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/clocks"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/tenants/interpretation"
)

// starts are first starts in different seasons, also on the first and the last day of a month and on a leap day.
var starts = []time.Time{
	time.Date(2026, 11, 23, 1, 30, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
	time.Date(2028, 2, 29, 15, 59, 0, 0, time.UTC), time.Date(2027, 7, 31, 20, 0, 0, 0, time.UTC),
}

func plan(t *testing.T, start time.Time) []Article {
	t.Helper()
	all, err := Plan(start)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestThePlanRepeatsForEqualStarts(t *testing.T) {
	a, b := plan(t, starts[0]), plan(t, starts[0])
	if len(a) != len(b) {
		t.Fatalf("got %d and %d articles", len(a), len(b))
	}
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("article %d differs:\n%v\n%v", i, a[i], b[i])
		}
	}
}

func TestEveryArticleAppearsInTheMonthsBeforeTheStart(t *testing.T) {
	for _, start := range starts {
		first, last := start.AddDate(0, -Months, 0), time.Time{}
		for _, a := range plan(t, start) {
			if a.At.After(start) || a.At.Before(first.AddDate(0, 0, -40)) {
				t.Errorf("start %s: %s %q is of %s", start, a.Site, a.Title, a.At)
			}
			if a.At.Before(last) {
				t.Fatalf("the plan is not in order at %q", a.Title)
			}
			last = a.At
		}
	}
}

func TestNoBlankIsLeftAndNothingLooksReal(t *testing.T) {
	left := regexp.MustCompile(`[{}]|\[\[|\]\]|~`)
	phone := regexp.MustCompile(`0915-\d+-?\d*`)
	number := regexp.MustCompile(`〔\d{4}〕(.*?)号`)
	for _, start := range starts {
		for _, a := range plan(t, start) {
			text := strings.Join([]string{a.Title, a.Summary, a.Source, a.Number, a.Index, a.Issuer, a.Body, a.Fields}, "\n")
			if m := left.FindString(text); m != "" {
				t.Errorf("%s %q keeps %q", a.Site, a.Title, m)
			}
			for _, p := range phone.FindAllString(text, -1) {
				if !strings.HasPrefix(p, "0915-000-") {
					t.Errorf("%s %q shows the telephone %s", a.Site, a.Title, p)
				}
			}
			for _, n := range number.FindAllStringSubmatch(text, -1) {
				if !strings.Contains(n[1], "演示") {
					t.Errorf("%s %q shows the document number %s", a.Site, a.Title, n[0])
				}
			}
			if a.Issuer != "" && (a.Number == "" || a.Genre == "" || a.Index == "" || !strings.Contains(a.Title, "演示")) {
				t.Errorf("%s: the document %q lacks a number, a genre or 演示", a.Site, a.Title)
			}
			if a.Title == "" || a.Body == "" || a.Summary == "" || a.Source == "" || len([]rune(a.Title)) > 60 {
				t.Errorf("%s %q is not whole", a.Site, a.Title)
			}
		}
	}
}

func TestEverySiteHasEnoughToReadAndNoTwoLookAlike(t *testing.T) {
	count, titles, bodies := map[string]int{}, map[string]map[string]bool{}, map[string]string{}
	for _, a := range plan(t, starts[0]) {
		count[a.Site]++
		if titles[a.Site] == nil {
			titles[a.Site] = map[string]bool{}
		}
		if titles[a.Site][a.Title] {
			t.Errorf("%s has %q twice", a.Site, a.Title)
		}
		titles[a.Site][a.Title] = true
		if a.Column == 1 && bodies[a.Body] != "" {
			t.Errorf("%s and %s have the same news %q", a.Site, bodies[a.Body], a.Title)
		}
		bodies[a.Body] = a.Site
	}
	places, err := readPlaces()
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, p := range places {
		kinds[p.Kind]++
		least, most := 24, 110
		if p.Kind == channelPlace {
			least, most = 10, 26
		}
		if n := count[p.Slug]; n < least || n > most {
			t.Errorf("%s has %d articles, want %d to %d", p.Slug, n, least, most)
		}
	}
	if kinds[cityPlace] != 1 || kinds[countyPlace] != 10 || kinds[deptPlace] < 6 || kinds[channelPlace] != 12 {
		t.Errorf("the places are %v", kinds)
	}
}

func TestTheNewsIsDaysOldOnTheFirstDay(t *testing.T) { // n13: 每周至少更新一次
	for _, start := range starts {
		newest := map[string]time.Time{}
		for _, a := range plan(t, start) {
			if a.Column == 1 || a.Column == 2 {
				newest[a.Site] = a.At
			}
		}
		for site, at := range newest {
			if late := lamps[site] == (lamp{0, clocks.Red}); late != (start.Sub(at) > 7*24*time.Hour) {
				t.Errorf("start %s: the newest of %s is of %s", start.In(kernel.Beijing).Format(time.DateOnly), site, at.Format(time.DateOnly))
			}
		}
	}
}

func TestMarkup(t *testing.T) {
	got := markup("甲 < 乙\n## 小标题\n- 一\n- 二\n| 项 | 数 |\n| 丙 | 1 |\n|| 名称 | 丁 |\n")
	want := "<p>甲 &lt; 乙</p>\n<h2>小标题</h2>\n<ul>\n<li>一</li>\n<li>二</li>\n</ul>\n"
	if !strings.HasPrefix(got, want) {
		t.Errorf("got %q", got)
	}
	for _, part := range []string{`<th scope="col">项</th>`, `<td>丙</td>`} {
		if !strings.Contains(got, part) {
			t.Errorf("%q is missing in %q", part, got)
		}
	}
	if got := markup("|| 名称 | 丁 |"); !strings.Contains(got, `<th scope="row">名称</th><td>丁</td>`) {
		t.Errorf("got %q", got)
	}
}

func TestAnExplanationAppearsWithItsDocument(t *testing.T) { // d10: 同步提供解读
	for _, start := range starts {
		at := map[string]time.Time{}
		for _, a := range plan(t, start) {
			at[a.Site+a.Title] = a.At
		}
		document, explained := at["ankang安康市农村集体聚餐食品安全管理办法（演示）"], at["ankang关于农村集体聚餐登记的五个常见问题"]
		if document.IsZero() || explained.Before(document) || explained.Sub(document) > 6*time.Hour {
			t.Errorf("start %s: the document is of %s, its explanation of %s", start, document, explained)
		}
	}
}

// M1, d07, d43: on the day of the first start most sites are in time, some near an end and a few over it, whenever that day is; and the portal's
// desk has a normative document and a policy without interpretation under each light.
func TestTheLightsOfTheFirstDay(t *testing.T) {
	templates, err := site.LoadTemplates(site.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	places, err := readPlaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, start := range starts {
		newest, desk := map[string]map[int64]time.Time{}, ""
		for _, a := range plan(t, start) {
			switch a.Left {
			case leftDraft:
				desk += " issued " + counted(issued).shows(a.At, start)
				continue
			case leftSent:
				desk += " unexplained " + counted(unexplained).shows(a.At, start)
				continue
			}
			if newest[a.Site] == nil {
				newest[a.Site] = map[int64]time.Time{}
			}
			newest[a.Site][a.Column], newest[a.Site][0] = a.At, a.At
		}
		for _, want := range []string{"issued ok", "issued warn", "issued bad", "unexplained ok", "unexplained warn", "unexplained bad"} {
			if strings.Count(desk, want) != 1 {
				t.Errorf("start %s: the desk has%s", start.Format(time.DateOnly), desk)
				break
			}
		}
		for _, p := range places {
			want := lamps[p.Slug]
			for _, k := range append(cyclesOf(templates[templateOf[p.Kind]]), cycle{}) {
				last, count := newest[p.Slug][k.column], counted(k.ends)
				if k.column == 0 {
					count = weekly
				}
				light := clocks.Green
				if want.light != "" && want.column == k.column {
					light = want.light
				}
				if last.IsZero() && light == clocks.Green {
					continue // a blank column
				}
				if got := count.shows(last, start); got != light {
					t.Errorf("start %s: column %d of %s, last of %s, is %s, want %s", start.Format(time.DateOnly), k.column, p.Slug, last.Format(time.DateOnly), got, light)
				}
			}
		}
	}
}

// E1, d12: the portal explains in each form, and these texts are its newest, so that its home page leads to all of them.
func TestThePortalExplainsInEveryForm(t *testing.T) {
	for _, start := range starts {
		var last []Article
		for _, a := range plan(t, start) {
			if a.Site == "ankang" && a.Column == 22 {
				last = append(last, a)
			}
		}
		forms := map[string]bool{}
		for _, a := range last[max(0, len(last)-7):] {
			if a.After != "" {
				forms[a.Form] = true
			}
			if want := map[string]string{"lift": interpretation.Video, "elderly": interpretation.Audio, "sewage": interpretation.Infographic}[a.Media]; want != "" && want != a.Form {
				t.Errorf("%s is %s", a.Title, a.Form)
			}
		}
		if len(forms) != len(interpretation.Forms) {
			t.Errorf("start %s: the newest seven explain as %v", start.Format(time.DateOnly), forms)
		}
	}
}

// E5: what the demonstration shows was made for it, is small, and is there.
func TestTheFilmsAreSmall(t *testing.T) {
	for _, pattern := range []string{"lift.mp4", "lift.jpg", "lift.vtt", "elderly.m4a", "elderly.txt", "sewage.png"} {
		raw, err := content.ReadFile("content/media/" + pattern)
		if err != nil || len(raw) == 0 || len(raw) > 60<<10 {
			t.Errorf("%s has %d bytes, %v", pattern, len(raw), err)
		}
	}
	for name, f := range films {
		if !strings.Contains(f.Name, "演示") || len(beside(name+".vtt"))+len(beside(name+".txt")) == 0 {
			t.Errorf("%s does not say what it is, or has no words", f.Name)
		}
	}
}
