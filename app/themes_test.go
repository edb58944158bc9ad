package app

import (
	"io/fs"
	"testing"

	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/themes"
)

// V1, V2, S1, d53: every theme that comes with the program keeps the contract that packages are held to, on every page of every room.
func TestShippedThemesKeepTheContract(t *testing.T) {
	r, err := renderer()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"base", "city", "dept", "town", "elder"} {
		dir, err := fs.Sub(themes.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		p, found := render.ReadDir(dir)
		if p != nil {
			found = r.CheckShipped(p, samples())
		}
		for _, f := range found {
			t.Errorf("%s: %s", name, f)
		}
	}
}
