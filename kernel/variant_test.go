package kernel

import "testing"

// S2, LC19: a variant is the beginning of a path, whole; what only looks like one is an address of the page itself.
func TestCutVariant(t *testing.T) {
	for _, c := range []struct {
		path string
		v    Variant
		rest string
	}{
		{"/", "", "/"}, {"/a/1", "", "/a/1"}, {"/-/elder", Elder, "/"}, {"/-/elder/", Elder, "/"}, {"/-/elder/a/1", Elder, "/a/1"}, {"/-/hant/c/x", Hant, "/c/x"},
		{"/-/elderly/a", "", "/-/elderly/a"}, {"/-/elder/-/hant/a", Elder, "/-/hant/a"}, {"/c/-/elder/a", "", "/c/-/elder/a"}, {"/-/media/1/x", "", "/-/media/1/x"}, {"", "", ""},
	} {
		if v, rest := CutVariant(c.path); v != c.v || rest != c.rest {
			t.Errorf("%s: got %q and %q, want %q and %q", c.path, v, rest, c.v, c.rest)
		}
	}
	for _, v := range append(Variants, "") {
		if got, rest := CutVariant(v.Prefix() + "/a/1"); got != v || rest != "/a/1" {
			t.Errorf("%q: got %q and %q", v, got, rest)
		}
	}
}
