package desk

import (
	"errors"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// The walks over the routes, with people, sessions and both engines, are app's: TestTheDesk.

// C1: what the plain form does not show stays as it was; typed text becomes paragraphs, marked text stays marked.
func TestTheFormChangesOnlyWhatItShows(t *testing.T) {
	was := article.Payload{Kind: article.Policy, Title: "旧", Subtitle: "副题", Author: "甲", Keywords: "水", Document: &article.Document{Number: "〔2026〕1号"}, Origin: &article.Origin{Batch: "b"}}
	typed := fields{Body: "一\n二 < 三", Lines: []typedLine{{"title", "新"}, {"summary", "摘"}, {"source", "源"}}}
	got := typed.into(was)
	want := was
	want.Title, want.Body, want.Summary, want.Source = "新", "<p>一</p>\n<p>二 &lt; 三</p>", "摘", "源"
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := (fields{Body: "<table></table>", Marked: true}).into(was).Body; got != "<table></table>" {
		t.Errorf("marked text became %q", got)
	}
}

// C9: which errors are the person's to put right on the same screen, and where they are shown.
func TestWhatAPersonPutsRight(t *testing.T) {
	for _, row := range []struct {
		err   error
		is    bool
		field string
	}{
		{fault.In("title", "标题不能为空。"), true, "title"}, {fault.New(fault.Conflict, "变了。"), true, ""}, {fault.New(fault.Forbidden, "不能。"), true, ""},
		{fault.New(fault.TooLarge, "太大。"), true, ""}, {fault.New(fault.NotFound, "没有。"), false, ""}, {fault.New(fault.Unavailable, "没有响应。"), false, ""},
		{errors.New("a bug"), false, ""},
	} {
		field, is := wrong(row.err)
		if is != row.is || field != row.field || is && statuses[fault.KindOf(row.err)] == 0 {
			t.Errorf("%v: %q, %v", row.err, field, is)
		}
	}
	w := trouble{"标题不能为空。", "title"}
	if w.At("title") != w.Say || w.At("body") != "" {
		t.Errorf("%+v is shown elsewhere", w)
	}
}

// C7: a step that holds both opinions is called by both.
func TestTheNamesOfSteps(t *testing.T) {
	for want, p := range map[string]publication.PolicyStep{
		"审核": {Name: "review", HoldsReview: true}, "保密审查": {Name: "secrecy", HoldsSecrecy: true}, "终审": {Name: "final"},
		"审核和保密审查": {Name: "review", HoldsReview: true, HoldsSecrecy: true},
	} {
		if got := stepName(p); got != want {
			t.Errorf("%+v is called %q, want %q", p, got, want)
		}
	}
}

// Issue 4, 3: whatever an address says, the list has one address for what it understood, which says the same again.
func FuzzFilter(f *testing.F) {
	for _, q := range []string{"", "state=draft&q=停水&column=2&author=11&from=2026-11-01&to=2026-11-30&p=3", "state=nonsense", "column=-1&p=0", "from=2026-02-30", "q=%00&q=x", "state=bin&p=99999999999"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := url.ParseQuery(text)
		if err != nil {
			return
		}
		got, _ := readFilter(q)
		_, rest, _ := strings.Cut(got.at("/x"), "?")
		once, err := url.ParseQuery(rest)
		if err != nil {
			t.Fatalf("%q became %q: %v", text, rest, err)
		}
		again, ok := readFilter(once)
		if !ok || again != got {
			t.Errorf("%q became %+v, then %+v, understood: %v", text, got, again, ok)
		}
		got.chosen() // no address makes it fail
	})
}

// Must show 2: a choice between two is one; what nobody has decided is not saved.
func TestWhatIsNotDecidedIsNotSaved(t *testing.T) {
	base := article.Payload{Kind: article.News, Title: "题", Body: "<p>一</p><p>二</p>"}
	mine, theirs := base, base
	mine.Body, mine.Disclosure, mine.Document = "<p>一</p><p>我</p>", article.OnRequest, &article.Document{Number: "1号"}
	theirs.Body, theirs.Disclosure = "<p>他</p><p>二</p>", article.Withheld
	m := mergeOf(base, mine, theirs)
	if m.open != 1 || m.took != 1 {
		t.Fatalf("%d open, %d taken", m.open, m.took)
	}
	for take, want := range map[string]string{"": "", "both": "", "mine": article.OnRequest, "theirs": article.Withheld} {
		for i := range m.lines {
			m.lines[i].Take = take
		}
		p, all := m.into(mine)
		if all != (want != "") || all && (p.Disclosure != want || p.Body != "<p>他</p>\n<p>我</p>" || p.Document == nil || p.Document.Number != "1号") {
			t.Errorf("%q: %v, %+v", take, all, p)
		}
	}
	if base.Document != nil || theirs.Document != nil {
		t.Error("merging wrote into what it was given")
	}
}

// E4, d12: the form marks the tables of a text, one that says nothing of them leaves their marks, and what cannot be drawn is refused.
func TestTheFormMarksCharts(t *testing.T) {
	table := func(class, cell string) string {
		return "<table" + class + "><tbody><tr><td>年</td><td>数</td></tr><tr><td>2026</td><td>" + cell + "</td></tr></tbody></table>"
	}
	typed := fields{Body: table("", "3"), Marked: true, Kinds: []string{"chart-line"}}
	if got := typed.into(article.Payload{}).Body; got != table(` class="chart-line"`, "3") {
		t.Errorf("marked it is %s", got)
	}
	typed = fields{Body: table(` class="chart-bar"`, "3"), Marked: true}
	if got := typed.into(article.Payload{}).Body; got != typed.Body {
		t.Errorf("unasked it is %s", got)
	}
	for body, refused := range map[string]bool{table(` class="chart-bar"`, "3"): false, table("", "很多"): false, table(` class="chart-bar"`, "很多"): true} {
		if err := plotted(body); fault.Is(err, fault.Invalid) != refused || err != nil && !refused {
			t.Errorf("%s: %v", body, err)
		}
	}
}
