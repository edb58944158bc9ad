package app

import (
	"strings"
	"testing"
)

// A8, A9, d52: whatever the desk does to open a site the command line does too: apply, refuse, approve, open, launch, suspend for days.
func TestAnApplicationOnTheCommandLine(t *testing.T) {
	data := "--data=" + t.TempDir()
	do := func(want int, args ...string) string {
		t.Helper()
		code, out, stderr := run(t, "", append(args, data)...)
		if code != want {
			t.Fatalf("%v ended with %d: %s%s", args, code, out, stderr)
		}
		return out + stderr
	}
	if code, out, stderr := run(t, fourOrgs, "org", "import", "-", data); code != exitOK {
		t.Fatal(out, stderr)
	}
	apply := []string{"site", "apply", "--org=610900", "--why=开办门户网站", "--document=安政办函〔2026〕12号", "--lead=李某", "--lead-login=lead", "--leader=王某", "--leader-login=leader", "--json"}
	do(exitOK, apply...)
	at := "ankang.localhost"
	if out := do(exitFailed, apply...); !strings.Contains(out, "已经开设了") {
		t.Errorf("a second application: %s", out)
	}
	do(exitFailed, "site", "open", at, "--reason=开通")
	do(exitOK, "site", "refuse", at, "--reason=材料不全")
	do(exitOK, apply...)
	do(exitOK, "site", "approve", at, "--reason=符合规定")
	do(exitOK, "site", "open", at, "--reason=安政办函〔2026〕12号")
	do(exitOK, "site", "launch", at, "--reason=试运行正常")
	if out := do(exitOK, "site", "suspend", at, "--reason=检修", "--notice=本站检修。", "--days=3"); !strings.Contains(out, "预计") {
		t.Errorf("the notice names no day: %s", out)
	}
	do(exitFailed, "site", "suspend", at, "--reason=检修", "--notice=本站检修。", "--days=300")
	do(exitOK, "site", "resume", at, "--reason=检修完毕")
	if out := do(exitOK, "site", "show", at, "--json"); !strings.Contains(out, `"state": "online"`) {
		t.Errorf("in the end: %s", out)
	}
	if out := do(exitOK, "site", "recheck", "open") + do(exitOK, "site", "recheck", "list", "--late", "--json"); !strings.Contains(out, "开始了 0 个") || !strings.Contains(out, "[]") {
		t.Errorf("a new site is re-checked: %s", out)
	}
	for _, args := range [][]string{{"confirm", at, "--note=安政办函〔2027〕3号"}, {"accept", at, "--reason=符合规定"}, {"return", at, "--reason=材料不全"}} {
		if out := do(exitFailed, append([]string{"site", "recheck"}, args...)...); !strings.Contains(out, "没有要办的年度复核") {
			t.Errorf("%v before it is due: %s", args, out)
		}
	}
}
