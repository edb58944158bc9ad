package app

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/audit"
)

// Q4, d51: the chains are verified without a server, an export without the store; what was changed is named, and no file is replaced.
func TestAuditOnTheCommandLine(t *testing.T) {
	data, file := "--data="+t.TempDir(), filepath.Join(t.TempDir(), "audit.jsonl")
	must := func(want int, says string, args ...string) {
		t.Helper()
		code, out, stderr := run(t, "", append(args, data)...)
		if code != want || !strings.Contains(out+stderr, says) {
			t.Errorf("%v: exit %d, want %d and %q: %s%s", args, code, want, says, out, stderr)
		}
	}
	if code, _, stderr := run(t, fourOrgs, "org", "import", "-", data); code != exitOK {
		t.Fatal(stderr)
	}
	must(exitOK, "完整", "audit", "verify")
	must(exitOK, "已导出", "audit", "export", "--to="+file)
	must(1, "已经存在", "audit", "export", "--to="+file)
	must(1, "没有站点", "audit", "export", "--site=nowhere", "--to="+file+"2")
	must(exitOK, "完整", "audit", "verify", "--file="+file)
	must(1, "打不开", "audit", "verify", "--file="+file+"3")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, bytes.Replace(raw, []byte("org.import"), []byte("org.rename"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	must(1, "第 1 条对不上", "audit", "verify", "--file="+file)
	if err := os.WriteFile(file, []byte("甲乙丙"), 0o600); err != nil {
		t.Fatal(err)
	}
	must(1, "不是审计记录", "audit", "verify", "--file="+file)
}

// The audit administrator takes a site's chain out of the console; nobody else does.
func TestAuditIsExportedFromTheConsole(t *testing.T) {
	o := openBureau(t, filepath.Join(t.TempDir(), "z.db"))
	io, keeper := o.hire("xinxi", "IO"), o.of(o.cityPerson(t, "shenji", "AA"))
	io.write("有记录的稿件")
	at := "/sites/" + o.site.ID.String() + "/audit/export"
	io.sees(at, http.StatusForbidden)
	status, body := keeper.get(at)
	all, err := audit.VerifyExport(strings.NewReader(body))
	if status != http.StatusOK || err != nil || len(all) != 1 || all[0].Chain != o.site.ID || all[0].First != 1 {
		t.Fatalf("%d, %+v, %v: %.200s", status, all, err, body)
	}
	if n, err := o.Audit.Verify(t.Context(), o.site.ID); err != nil || n != all[0].Last {
		t.Errorf("the chain has %d, the file ends with %d, %v", n, all[0].Last, err)
	}
	if _, rest := keeper.get(at + "?after=" + kernel.SiteID(all[0].Last).String()); rest != "" {
		t.Errorf("after the last there is %s", rest)
	}
	keeper.sees("/sites/"+o.site.ID.String()+"/audit", http.StatusOK, "导出审计记录")
}
