package review

import (
	"strings"
	"testing"
)

const remarked = `<h2>一、总则</h2><p>全市<strong>茶叶</strong>产量 三千吨。</p><ul><li>第一项</li><li><p>第二项的正文</p></li></ul><p>全市茶叶产量。</p>`

// C7: the paragraphs of a text are counted as people count them: the innermost that hold words, in order.
func TestParagraphsAreCounted(t *testing.T) {
	got := strings.Join(Paragraphs(remarked), "|")
	if want := "一、总则|全市茶叶产量 三千吨。|第一项|第二项的正文|全市茶叶产量。"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// C7: a remark stands at its words, over inner marks and whatever spaces, in its paragraph or in the nearest one that still has them;
// words that are gone are said to be gone.
func TestRemarksStayWithTheirWords(t *testing.T) {
	for _, row := range []struct {
		name  string
		note  Note
		place int
		shown string
	}{
		{"over an inner element", Note{Quote: "全市茶叶产量三千", Block: 2}, 2, `<p><mark class="remark" id="remark-1">全市</mark><strong><mark class="remark">茶叶</mark></strong><mark class="remark">产量 三千<sup>1</sup></mark>吨。</p>`},
		{"the paragraph that was meant", Note{Quote: "茶叶产量", Block: 5}, 5, `<p>全市<mark class="remark" id="remark-1">茶叶产量<sup>1</sup></mark>。</p>`},
		{"moved from far below", Note{Quote: "第二项", Block: 40}, 4, `<mark class="remark" id="remark-1">第二项<sup>1</sup></mark>的正文`},
		{"without a paragraph", Note{Quote: "第一项"}, 3, `<li><mark class="remark" id="remark-1">第一项<sup>1</sup></mark></li>`},
		{"a browser's line ends", Note{Quote: "产量\n三千", Block: 2}, 2, `<mark class="remark" id="remark-1">产量 三千<sup>1</sup></mark>`},
		{"gone", Note{Quote: "两千吨", Block: 2}, 0, remarked},
		{"over two paragraphs", Note{Quote: "第一项第二项", Block: 3}, 0, remarked},
		{"nothing quoted", Note{Block: 2}, 0, remarked},
	} {
		shown, numbers, found := Mark(remarked, []Note{row.note})
		if got := row.note.Stands(Paragraphs(remarked)); got != row.place || found[0] != (row.place > 0) || (numbers[0] == 1) != (row.note.Quote != "") {
			t.Errorf("%s: stands in %d, want %d; number %d, found %v", row.name, got, row.place, numbers[0], found[0])
		}
		if !strings.Contains(shown, row.shown) {
			t.Errorf("%s: shown as %s, want %s", row.name, shown, row.shown)
		}
	}
	shown, _, found := Mark(remarked, []Note{{Quote: "茶叶产量", Block: 2}, {Quote: "叶产", Block: 2}, {Quote: "产量三千", Block: 2}})
	if !found[0] || !found[1] || !found[2] || strings.Count(shown, "<sup>") != 3 || strings.Count(shown, " id=") != 3 {
		t.Errorf("remarks within remarks: %s", shown)
	}
}

// C7: whatever a text and a quote hold, marking adds marks and numbers and changes no word.
func FuzzRemarks(f *testing.F) {
	f.Add(remarked, "茶叶产量", 2)
	f.Add(`<p>a<b>b</p>c`, "b", 0)
	f.Add(`<table><tr><td>1<td>2</table>`, "2", 9)
	f.Add("<p>a\xff", "a\xff", 1)
	f.Fuzz(func(t *testing.T, body, quote string, block int) {
		plain, _, _ := Mark(body, nil)
		shown, numbers, found := Mark(body, []Note{{Quote: quote, Block: block}})
		if !found[0] && shown != plain || numbers[0] > 1 || found[0] && !strings.Contains(shown, "<sup>1</sup></mark>") {
			t.Fatalf("found %v, number %d, and %q became %q", found[0], numbers[0], plain, shown)
		}
		if strings.Contains(plain, "mark") || strings.Contains(plain, "sup") {
			return // of the text's own marks nothing can be taken out again
		}
		without := strings.NewReplacer("<sup>1</sup></mark>", "", "</mark>", "", `<mark class="remark" id="remark-1">`, "", `<mark class="remark">`, "").Replace(shown)
		if without != plain {
			t.Fatalf("%q became %q", plain, shown)
		}
	})
}
