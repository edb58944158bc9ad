package desk

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/zhanqun/zhanqun/tenants/article"
)

func own(key, label, value string) article.Field {
	return article.Field{Key: key, Label: label, Type: "text", Value: value}
}

// B5, C9: two people's changes of a column's fields are merged like any line, whichever of them has which fields; nothing is lost.
func TestFieldsAreMerged(t *testing.T) {
	base := article.Payload{Title: "题", Body: "<p>文</p>", Fields: []article.Field{own("c2f1", "主讲人", "甲"), own("c2f2", "地点", "厅")}}
	mine, theirs := apart(base), apart(base)
	mine.Fields[0].Value = "乙"
	theirs.Fields = append(theirs.Fields[:1:1], own("c2f3", "场次", "上午")) // emptied one, filled in another
	m := mergeOf(base, mine, theirs)
	got, all := m.into(mine)
	want := []article.Field{own("c2f1", "主讲人", "乙"), own("c2f3", "场次", "上午")}
	if !all || m.open != 0 || !reflect.DeepEqual(got.Fields, want) {
		t.Errorf("got %+v, %v, %d open; want %+v", got.Fields, all, m.open, want)
	}
	theirs.Fields[0].Value = "丙"
	m = mergeOf(base, mine, theirs)
	if m.open != 1 {
		t.Fatalf("what both changed is open %d times", m.open)
	}
	for i := range m.lines {
		m.lines[i].Take = "theirs"
	}
	if got, all := m.into(mine); !all || got.Fields[0].Value != "丙" {
		t.Errorf("got %+v, %v", got.Fields, all)
	}
	if same(base, mine) || !same(base, apart(base)) {
		t.Error("a field alone tells two texts apart")
	}
	if raw, err := json.Marshal(article.Payload{Title: "题"}); err != nil || string(raw) != `{"kind":"","title":"题","body":""}` {
		t.Errorf("%s, %v", raw, err)
	}
}

// B5: what the form holds of a column's fields is put in, and what it does not hold stays.
func TestTheFormKeepsFieldsThatItDoesNotShow(t *testing.T) {
	was := article.Payload{Title: "题", Fields: []article.Field{own("c2f1", "主讲人", "甲"), own("c2f2", "地点", "厅")}}
	f := fields{Body: "文", Lines: []typedLine{{"field.c2f2", "馆"}}}
	got := f.into(was)
	if want := []article.Field{own("c2f1", "主讲人", "甲"), own("c2f2", "地点", "馆")}; !reflect.DeepEqual(got.Fields, want) {
		t.Errorf("got %+v", got.Fields)
	}
	if was.Fields[1].Value != "厅" {
		t.Error("the form wrote into what it was made of")
	}
	f.Lines = []typedLine{{"field.c2f1", ""}, {"field.c2f2", ""}}
	if got := f.into(was); got.Fields != nil {
		t.Errorf("emptied fields stay: %+v", got.Fields)
	}
}
