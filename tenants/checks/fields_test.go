package checks

import (
	"slices"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/tenants/article"
)

// B5: what a column asks for is checked like any other text, and masking it writes into no other copy of the article.
func TestFieldsAreLookedThrough(t *testing.T) {
	p := article.Payload{Title: "公示", Body: "<p>名单如下，请予监督。</p>", Fields: []article.Field{
		{Key: "c2f1", Label: "地点", Type: "text", Value: "大厅"}, {Key: "c2f2", Label: "证件", Type: "text", Value: "身份证号：610902190102030012"}}}
	all := slices.DeleteFunc(Check(p, surroundings()), func(f Finding) bool { return f.Rule != Identity })
	if len(all) != 1 || all[0].Quote != "610902190102030012" || all[0].Fix == nil {
		t.Fatalf("found %+v", all)
	}
	got, err := Apply(p, all...)
	if err != nil || strings.Contains(got.Fields[1].Value, "190102030012") || got.Fields[0] != p.Fields[0] {
		t.Errorf("masked to %+v, %v", got.Fields, err)
	}
	if !strings.Contains(p.Fields[1].Value, "610902190102030012") {
		t.Error("masking wrote into the article that it was given")
	}
}

// D3: a document without an index number is spoken of only where no rule gives it one.
func TestAnIndexNumberThatIsGivenIsNotMissed(t *testing.T) {
	says := func(c Context) bool {
		return slices.ContainsFunc(Check(article.Payload{Kind: article.Policy, Title: "通知", Body: "<p>一</p>"}, c), func(f Finding) bool { return f.Place.Field == "document.index_number" })
	}
	if !says(Context{}) || says(Context{Numbered: true}) {
		t.Error("it is said where a rule gives one, or not where none does")
	}
}
