package app

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/platform/clocks"
)

// M8: a notice on working days is looked at and taken over on the command line, once; what is wrong with it is said, and nothing is taken over.
func TestCalendarCommands(t *testing.T) {
	dir := t.TempDir()
	data := "--data=" + filepath.Join(dir, "data")
	must := func(stdin string, args ...string) string {
		t.Helper()
		code, out, stderr := run(t, stdin, append(args, data)...)
		if code != exitOK {
			t.Fatalf("%v: exit %d, %s", args, code, stderr)
		}
		return out
	}
	must(fourOrgs, "org", "import", "-")
	file := filepath.Join(dir, "2027.csv")
	if err := os.WriteFile(file, []byte("# version: 2027-1\n# years: 2027\n2027-01-01,holiday,元旦\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := must("", "calendar", "import", file, "--dry-run"); !strings.Contains(out, "版本 2027-1 会改动 0 个") {
		t.Errorf("got %q", out)
	}
	if out := must("", "calendar", "list", "--json"); strings.TrimSpace(out) != "[]" {
		t.Errorf("a dry run leaves %q", out)
	}
	if out := must("", "calendar", "import", file, "--source=演示通知〔2026〕9号"); !strings.Contains(out, "已导入版本 2027-1") {
		t.Errorf("got %q", out)
	}
	var all []clocks.Loaded
	if err := json.Unmarshal([]byte(must("", "calendar", "list", "--json")), &all); err != nil || len(all) != 1 || all[0].Source != "演示通知〔2026〕9号" {
		t.Errorf("got %+v, %v", all, err)
	}
	if out := must("", "calendar", "list"); !strings.Contains(out, "2027-1") {
		t.Errorf("got %q", out)
	}
	var years []clocks.Year
	if err := json.Unmarshal([]byte(must("", "calendar", "show", "--json")), &years); err != nil || len(years) != 3 {
		t.Errorf("got %+v, %v", years, err)
	}
	if out := must("", "calendar", "show"); !strings.Contains(out, "已导入") {
		t.Errorf("got %q", out)
	}
	for _, c := range []struct{ stdin, want string }{{"2027-01-01,holiday\n", "# version"}, {"# version: x\n# years: 2027\n2027-13-01,holiday\n", "第 3 行"},
		{"# version: 2027-1\n# years: 2027\n", "已经导入过"}} {
		if code, _, stderr := run(t, c.stdin, "calendar", "import", "-", "--source=演示", data); code != exitFailed || !strings.Contains(stderr, c.want) {
			t.Errorf("%q: exit %d, %q, want %q", c.stdin, code, stderr, c.want)
		}
	}
	if code, _, stderr := run(t, "", "calendar", "import", file, data); code != exitFailed || !strings.Contains(stderr, "--source") {
		t.Errorf("without a source: exit %d, %q", code, stderr)
	}
}
