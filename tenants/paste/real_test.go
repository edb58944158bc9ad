package paste

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/corpus"
	"github.com/zhanqun/zhanqun/kernel/proof"
	"github.com/zhanqun/zhanqun/platform/render"
)

// realDocument is a row of the real documents: what its old site knew of it, and its text.
type realDocument struct {
	Title, Number string
	Body          string `json:"body_html"`
}

// printed is a number without the brackets that people choose.
func printed(number string) string {
	return strings.NewReplacer("〔", "", "〕", "", "[", "", "]", "", "【", "", "】", "", "（", "", "）", "", " ", "").Replace(number)
}

// B6, X1: over the real documents, all 3,000 in the long form: where the first lines print the number, it is found; what is found is what the old site knew; a title
// that is taken out of a text is its title. None loses a word but that title.
func TestRecogniseRealDocuments(t *testing.T) {
	z, err := gzip.NewReader(corpus.Open(t, "policies.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(z)
	var all, numbered, found, other, titles, same int
	for {
		var row realDocument
		if err := d.Decode(&row); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if all++; all%proof.Times(4, 1) != 0 {
			continue
		}
		r, err := Official(row.Body, true)
		if err != nil {
			t.Fatal(err)
		}
		first := strings.SplitN(render.PlainText(row.Body), "\n", 9)
		prints := row.Number != "" && strings.Contains(printed(strings.Join(first[:min(8, len(first))], "")), printed(row.Number))
		switch got := r.Found.Document.Number; {
		case got != "" && row.Number != "" && printed(got) != printed(row.Number):
			other++
			t.Logf("%s: found %s, the old site says %s", row.Title, got, row.Number)
		case prints:
			if numbered++; got != "" {
				found++
			}
		}
		if r.Found.Title != "" {
			if titles++; spelled(r.Found.Title) == spelled(row.Title) {
				same++
			} else {
				t.Logf("%s is called %s", row.Title, r.Found.Title)
			}
		}
		if got, want := spelled(render.PlainText(r.HTML)), spelled(render.PlainText(render.Sanitise(row.Body))); len(got)+len(spelled(r.Found.Title)) != len(want) && r.Seen.Removed == 0 {
			t.Errorf("%s: %d bytes of words became %d and a title of %d", row.Title, len(want), len(got), len(spelled(r.Found.Title)))
		}
	}
	t.Logf("%d documents; %d of %d printed numbers found, %d others; %d of %d titles are those of the old site", all, found, numbered, other, same, titles)
	if found*100 < 90*numbered || other*100 > numbered || same*100 < 90*titles {
		t.Error("too few were recognised, or too many wrongly")
	}
}
