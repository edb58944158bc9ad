package app

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

func text(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// docs/duties.md names the tests that keep each duty; a test that was renamed takes its row with it.
func TestEveryTestThatTheDutiesNameExists(t *testing.T) {
	have := map[string]bool{}
	function := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	err := filepath.WalkDir("..", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(p, "_test.go") {
			b, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			for _, m := range function.FindAllStringSubmatch(string(b), -1) {
				have[m[1]] = true
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for line := range strings.Lines(text(t, "docs/duties.md")) {
		cells := strings.Split(line, "|")
		if len(cells) != 7 || !regexp.MustCompile(`^ [dn][0-9]{2} $`).MatchString(cells[1]) {
			continue
		}
		rows++
		for name := range strings.SplitSeq(cells[5], ",") {
			if name = strings.TrimSpace(name); !have[name] {
				t.Errorf("%s names %q, which is no test", strings.TrimSpace(cells[1]), name)
			}
		}
		for room := range strings.SplitSeq(cells[4], ",") {
			if _, err := os.Stat(filepath.Join("..", strings.TrimSpace(room))); err != nil {
				t.Errorf("%s names the room %q: %v", strings.TrimSpace(cells[1]), room, err)
			}
		}
	}
	if rows < 15 {
		t.Errorf("only %d rows were read", rows)
	}
}

// CONTRIBUTING.md says where is what: every folder it names is there, and every room is in it.
func TestWhereIsWhatIsTrue(t *testing.T) {
	said := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z/]+)/` \\|").FindAllStringSubmatch(text(t, "CONTRIBUTING.md"), -1) {
		said[m[1]] = true
		if info, err := os.Stat(filepath.Join("..", m[1])); err != nil || !info.IsDir() {
			t.Errorf("there is no folder %s", m[1])
		}
	}
	for _, wing := range []string{"platform", "storage", "tenants"} {
		rooms, err := os.ReadDir(filepath.Join("..", wing))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rooms {
			if r.IsDir() && !said[wing+"/"+r.Name()] {
				t.Errorf("CONTRIBUTING.md does not say what %s/%s is for", wing, r.Name())
			}
		}
	}
}

// What the deployment files set exists, and docs/config.md lists every setting (LP10).
func TestEverySettingThatIsNamedExists(t *testing.T) {
	parser, err := kong.New(&commands{}, chinese.vars())
	if err != nil {
		t.Fatal(err)
	}
	var envs, flags []string
	for _, f := range parser.Model.Flags {
		envs = append(envs, f.Envs...)
		flags = append(flags, "--"+f.Name)
	}
	reference := text(t, "docs/config.md")
	for _, name := range append(envs, flags...) {
		if name != "--help" && !strings.Contains(reference, "`"+name+"`") {
			t.Errorf("docs/config.md does not list %s", name)
		}
	}
	for _, file := range []string{"Dockerfile", "deploy/compose.yaml", "deploy/systemd/zhanqun.service", "docs/config.md", "docs/operations.md", "README.md", "README.zh-CN.md"} {
		for _, name := range regexp.MustCompile(`ZHANQUN_[A-Z_]+`).FindAllString(text(t, file), -1) {
			if !slices.Contains(envs, name) && !strings.HasPrefix(name, "ZHANQUN_TEST_") && name != "ZHANQUN_CORPUS" {
				t.Errorf("%s names %s, which is no setting", file, name)
			}
		}
	}
	unit := text(t, "deploy/systemd/zhanqun.service")
	for _, hard := range []string{"NoNewPrivileges=yes", "ProtectSystem=strict", "DynamicUser=yes", "CapabilityBoundingSet=\n", "SystemCallFilter=@system-service"} {
		if !strings.Contains(unit, hard) {
			t.Errorf("the unit lacks %q", hard)
		}
	}
	if d := text(t, "Dockerfile"); !strings.Contains(d, "CGO_ENABLED=0") || !strings.Contains(d, "FROM scratch") || !strings.Contains(d, "USER 65532") || !strings.Contains(d, `"/zhanqun", "health"`) {
		t.Error("the image is not static, not rootless or has no health check")
	}
}
