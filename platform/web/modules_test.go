package web

import (
	"os/exec"
	"runtime/debug"
	"strings"
	"testing"
)

// promises 1.2: fiber brings fasthttp 1.51, which lets one request smuggle another.
func TestFasthttpIsPinned(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{with .Replace}}{{.Version}}{{else}}{{.Version}}{{end}}", "github.com/valyala/fasthttp").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	built := func(version string, replaced *debug.Module) error {
		return checkModules(&debug.BuildInfo{Deps: []*debug.Module{{Path: "github.com/valyala/fasthttp", Version: version, Replace: replaced}}})
	}
	if err := built(strings.TrimSpace(string(out)), nil); err != nil {
		t.Error(err)
	}
	for _, old := range []string{"v1.51.0", "v1.74.0", "v1.76.9", "v2.0.0", "(devel)", ""} {
		if built(old, nil) == nil {
			t.Errorf("fasthttp %s is accepted", old)
		}
	}
	if built("v1.77.0", &debug.Module{Version: "v1.51.0"}) == nil {
		t.Error("a replaced fasthttp is accepted")
	}
	if err := built("v1.80.1", nil); err != nil {
		t.Error(err)
	}
}
