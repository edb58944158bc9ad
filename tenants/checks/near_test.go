package checks

import (
	"slices"
	"testing"

	"github.com/zhanqun/zhanqun/tenants/article"
)

// edited is a text of which so many in a thousand characters, together, were written anew.
func edited(p article.Payload, perThousand int) article.Payload {
	text := []rune(marked("body", p.Body).text)
	at := len(text) / 3
	for i := at; i < min(len(text), at+max(1, len(text)*perThousand/1000)); i++ {
		text[i] = '改' + rune(i%50)
	}
	p.Body = "<p>" + string(text) + "</p>"
	return p
}

// printed is a document as near compares it.
type printed struct {
	print uint64
	words []uint64
}

func printOfDocument(p article.Payload) printed {
	all := shingles(p)
	return printed{printOf(all), all}
}

// finds reports whether near would find b by a, without the store: a quarter in common, prints alike, words the same.
func (a printed) finds(b printed) bool {
	x, y := bands(a.print), bands(b.print)
	quarter := x[0] == y[0] || x[1] == y[1] || x[2] == y[2] || x[3] == y[3]
	return quarter && alike(a.print, b.print) && same(slices.Clone(a.words), slices.Clone(b.words)) >= nearLeast
}

// X2: of real documents that were copied with one character, three or ten in a thousand changed, nearly all are found; nothing is
// named that is not almost the same.
func TestNearDuplicatesOfRealDocuments(t *testing.T) {
	found, seen, named := map[int]int{}, 0, 0
	var all []printed
	readDocuments(t, func(_ string, p article.Payload) {
		if seen++; seen%10 != 0 || len(shingles(p)) == 0 {
			return
		}
		mine := printOfDocument(p)
		all = append(all, mine)
		for _, n := range []int{0, 3, 10} {
			if mine.finds(printOfDocument(edited(p, n))) {
				found[n]++
			}
		}
	})
	tried := len(all)
	for i := range all { // of different documents
		for j := range i {
			if all[i].finds(all[j]) {
				named++
			}
		}
	}
	t.Logf("of %d: one character %d, three in a thousand %d, ten in a thousand %d; of %d pairs of documents %d are almost the same", tried, found[0], found[3], found[10], tried*(tried-1)/2, named)
	if named > tried/10 {
		t.Errorf("too many are named")
	}
	if tried < 250 || found[0]*100 < tried*99 || found[3]*100 < tried*97 || found[10]*100 < tried*90 {
		t.Errorf("too few are found")
	}
}
