package article

import (
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/tenants/column"
)

// B5: an article without fields is to the byte what it was before there were any, so that old digests stand; fields come last, and what is
// empty is left out.
func TestFieldsAreAdditiveInTheDigest(t *testing.T) {
	const old = `{"kind":"news","title":"甲","body":"<p>乙</p>","source":"丙","disclosure":"proactive"}`
	p, err := decode([]byte(old))
	if err != nil || p.Check() != nil {
		t.Fatal(err)
	}
	if got, err := p.encode(); err != nil || string(got) != old {
		t.Errorf("got %s, %v; want %s", got, err, old)
	}
	p.Fields = []Field{{"c2f1", "主讲人", column.AsText, " "}, {"c2f2", "场次", column.AsText, " 上午  场 "}}
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	want := strings.TrimSuffix(old, "}") + `,"fields":[{"key":"c2f2","label":"场次","type":"text","value":"上午 场"}]}`
	if got, err := p.encode(); err != nil || string(got) != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
}

// B5: no value gets in that a page could not show safely, whoever made the payload.
func TestFieldsAreChecked(t *testing.T) {
	for _, row := range []struct {
		name   string
		fields []Field
	}{
		{"a script for an address", []Field{{"c2f1", "网址", column.AsLink, "javascript:alert(1)"}}},
		{"a type that is not there", []Field{{"c2f1", "网址", "html", "<b>"}}},
		{"a key of no form", []Field{{"title", "网址", column.AsText, "x"}}},
		{"a key twice", []Field{{"c2f1", "甲", column.AsText, "x"}, {"c2f1", "乙", column.AsText, "x"}}},
		{"a label too long", []Field{{"c2f1", strings.Repeat("长", 21), column.AsText, "x"}}},
		{"a control character", []Field{{"c2f1", "甲", column.AsText, "\x02"}}},
		{"a bidi label without letters", []Field{{"c2f1", "", column.AsText, "x"}}},
	} {
		p := news("标题")
		p.Fields = row.fields
		if err := p.Check(); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v", row.name, err)
		}
	}
}

// B5: the values stand on the public page, escaped, an address as a link, and are found; they stay when the column asks for them no more,
// and no other site's page or search has them.
func TestFieldsOnThePage(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.must(h.Columns.SetFields(h.ctx, h.city.ID, 2, 0, []column.Field{{Label: "主讲人", Type: column.AsText}}))
		p := news("讲座通知")
		p.Fields = []Field{{"c2f1", "主讲人", column.AsText, "<b>茶博士</b>"}, {"c2f2", "报名网址", column.AsLink, "https://example.cn/?a=1&b=2"},
			{"c2f3", "安排", column.AsLong, "上午讲课\n下午参观"}}
		id := h.publish(h.city, 2, p)
		h.must(h.Columns.SetFields(h.ctx, h.city.ID, 2, 1, nil))
		doc := h.document(h.show(h.city, id))
		if got := doc.Find("dl.own dt").Text(); got != "主讲人报名网址安排" {
			t.Errorf("the page names %q", got)
		}
		if got := doc.Find("dl.own dd").First().Text(); got != "<b>茶博士</b>" || doc.Find("dl.own b").Length() != 0 {
			t.Errorf("the page shows %q", got)
		}
		if href, _ := doc.Find("dl.own a").Attr("href"); href != "https://example.cn/?a=1&b=2" {
			t.Errorf("the link leads to %q", href)
		}
		if doc.Find("dl.own br").Length() != 1 {
			t.Error("two lines are not two")
		}
		live, err := h.Published.Live(h.ctx, publication.Object{Site: h.city.ID, Kind: Kind, ID: id})
		h.must(err)
		found, err := h.searchable(h.ctx, live)
		h.must(err)
		if !strings.Contains(found.Body, "主讲人 <b>茶博士") || !strings.Contains(found.Body, "下午参观") {
			t.Errorf("what is found is %q", found.Body)
		}
	})
}
