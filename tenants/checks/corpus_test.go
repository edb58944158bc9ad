package checks

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel/corpus"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// readDocuments reads the real official documents.
func readDocuments(t testing.TB, each func(id string, p article.Payload)) {
	z, err := gzip.NewReader(corpus.Open(t, "policies.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	s := bufio.NewScanner(z)
	s.Buffer(nil, 64<<20)
	for s.Scan() {
		var d struct {
			ID, Title, Issuer, Number string
			Body                      string `json:"body_html"`
		}
		if err := json.Unmarshal(s.Bytes(), &d); err != nil {
			t.Fatal(err)
		}
		p := article.Payload{Kind: article.Policy, Title: d.Title, Source: d.Issuer, Body: d.Body, Document: &article.Document{Number: d.Number, Issuer: d.Issuer}}
		each(d.ID, p)
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
}

// C9, C10, C11, S3 (issue 4, 7): three thousand real laws and measures hold no number of a person, so every such finding is a false alarm; and of words,
// whose findings may be right, there are fewer than one in 5,000 characters.
func TestFalseAlarmsOnRealDocuments(t *testing.T) {
	c := Context{Words: []*Dictionary{NewDictionary(Basic())}}
	documents, characters := 0, 0
	found, quotes := map[Rule]int{}, map[string]int{}
	readDocuments(t, func(id string, p article.Payload) {
		documents++
		characters += utf8.RuneCountInString(marked("body", p.Body).text)
		for _, f := range Words(p, c) {
			found[f.Rule]++
			quotes[f.Quote]++
			if f.Personal() {
				t.Errorf("%s: %s %q", id, f.Rule, f.Quote)
			}
		}
	})
	t.Logf("%d documents, %d characters", documents, characters)
	for _, rule := range slices.Sorted(maps.Keys(found)) {
		t.Logf("%s: %d, one in %d characters", rule, found[rule], characters/found[rule])
		if found[rule]*5000 > characters {
			t.Errorf("%s is found too often", rule)
		}
	}
	t.Logf("the words: %v", quotes)
	if documents < 3000 {
		t.Errorf("only %d documents were read", documents)
	}
}
