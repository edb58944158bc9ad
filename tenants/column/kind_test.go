package column

import (
	"os"
	"testing"

	"github.com/zhanqun/zhanqun/platform/site"
)

// B2: every column of every template has a kind, and every kind the name by which an inspection counts it.
func TestEveryKindHasItsName(t *testing.T) {
	all, err := site.LoadTemplates(os.DirFS("../../platform/site/templates"))
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for name, template := range all {
		for _, c := range template.Columns {
			used[c.Kind] = true
			if _, known := kindNames[c.Kind]; !known {
				t.Errorf("template %s: column %d is of kind %q, which has no name", name, c.No, c.Kind)
			}
		}
	}
	for kind := range kindNames {
		if !used[kind] {
			t.Errorf("no template has a column of kind %q", kind)
		}
	}
	for _, kind := range []string{"news", "notice", "policy", "interpretation"} { // what a veto counts
		if !used[kind] {
			t.Errorf("kind %q is nowhere", kind)
		}
	}
}
