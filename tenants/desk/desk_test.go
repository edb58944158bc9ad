package desk

import (
	"errors"
	"reflect"
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
