package paste

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/corpus"
)

// bodies are every n-th text of the real documents.
func bodies(t testing.TB, want int) (all []string) {
	t.Helper()
	z, err := gzip.NewReader(corpus.Open(t, "policies.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(z)
	for i := 0; ; i++ {
		var row struct {
			Body string `json:"body_html"`
		}
		if err := d.Decode(&row); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		if i%(3000/want) == 0 {
			all = append(all, row.Body)
		}
	}
}
