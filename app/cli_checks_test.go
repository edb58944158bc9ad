package app

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/tenants/checks"
)

// Issue 6: packs are imported, listed and removed on the command line, for the cluster or one site; files are checked offline.
func TestWordPacksOnTheCommandLine(t *testing.T) {
	dir := t.TempDir()
	data := "--data=" + dir
	must := func(stdin string, args ...string) string {
		t.Helper()
		code, out, stderr := run(t, stdin, append(args, data)...)
		if code != exitOK {
			t.Fatalf("%v: exit %d, %s", args, code, stderr)
		}
		return out
	}
	must(fourOrgs, "org", "import", "-")
	must("", "site", "create", "--org=610902", "--template=county", "--host=hanbin.localhost")
	file := filepath.Join(dir, "地名.csv")
	if err := os.WriteFile(file, []byte("青龙潭,规范用语,青龙池\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := must("", "wordpack", "import", file); !strings.Contains(out, "“地名”，1 条") {
		t.Errorf("got %q", out)
	}
	must("白虎岭,敏感\n", "wordpack", "import", "-", "--name=本站", "--site=hanbin.localhost")
	var all []checks.Installed
	if err := json.Unmarshal([]byte(must("", "wordpack", "list", "--json")), &all); err != nil || len(all) != 1 || all[0].Name != "地名" || all[0].Entries != 1 {
		t.Errorf("got %+v, %v", all, err)
	}
	if out := must("", "wordpack", "list", "--site=hanbin.localhost"); !strings.Contains(out, "本站") || strings.Contains(out, "地名") {
		t.Errorf("got %q", out)
	}
	letter := filepath.Join(dir, "letter.txt")
	if err := os.WriteFile(letter, []byte("青龙潭的李某，13800001111，白虎岭。\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, _ := run(t, "", "check", letter, data)
	if code != exitPartly || !strings.Contains(out, "青龙池") || !strings.Contains(out, "手机号") || strings.Contains(out, "白虎岭  ") {
		t.Errorf("exit %d, %q", code, out)
	}
	if code, out, _ := run(t, "", "check", letter, "--site=hanbin.localhost", data); code != exitPartly || !strings.Contains(out, "“白虎岭”是敏感表述") {
		t.Errorf("exit %d, %q", code, out)
	}
	must("", "wordpack", "remove", "地名")
	if err := os.WriteFile(letter, []byte("没有什么。\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := must("", "check", letter); !strings.Contains(out, "没有发现问题") {
		t.Errorf("got %q", out)
	}
	var sheet bytes.Buffer
	z := zip.NewWriter(&sheet)
	part, err := z.Create("word/document.xml")
	if err == nil {
		_, err = part.Write([]byte(`<w:p xmlns:w="w"><w:t>13800001111</w:t></w:p>`))
	}
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	list, masked := filepath.Join(dir, "list.docx"), t.TempDir()
	if err := os.WriteFile(list, sheet.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := run(t, "", "check", list, "--mask="+masked, data); code != exitPartly || !strings.Contains(stderr, "遮去 1 处") {
		t.Errorf("exit %d, %q", code, stderr)
	}
	must("", "check", filepath.Join(masked, "list.docx"))
	for _, c := range []struct {
		stdin, want string
		args        []string
	}{
		{"按装,怪\n", "第 1 行", []string{"wordpack", "import", "-", "--name=坏"}}, {"", "--name", []string{"wordpack", "import", "-"}},
		{"", "没有“地名”", []string{"wordpack", "remove", "地名"}}, {"", "没有站点", []string{"wordpack", "list", "--site=nowhere.localhost"}},
		{"", "DOCX", []string{"check", filepath.Join(dir, "zhanqun.db")}}, {"", "没有同名", []string{"check", list, "--mask=" + masked}}, {"", "不能直接遮", []string{"check", letter, "--mask=" + masked}},
		{"", "打不开", []string{"check", filepath.Join(dir, "nothing.docx")}},
	} {
		if code, out, stderr := run(t, c.stdin, append(c.args, data)...); code != exitFailed || out != "" || !strings.Contains(stderr, c.want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%v: exit %d, %q %q", c.args, code, out, stderr)
		}
	}
}
