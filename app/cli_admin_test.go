package app

import (
	"context"
	"encoding/json"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
)

// d51 (A6, Q2): the first administrator is made on the server; a password is shown once or comes from standard input, and never
// stands in the arguments; a person's sessions are listed and ended.
func TestAdministratorsOnTheCommandLine(t *testing.T) {
	data := "--data=" + t.TempDir()
	must := func(stdin string, args ...string) string {
		t.Helper()
		code, out, stderr := run(t, stdin, append(args, data)...)
		if code != exitOK {
			t.Fatalf("%v: exit %d, %s", args, code, stderr)
		}
		return out
	}
	must(fourOrgs, "org", "import", "-")
	create := func(login, org, role string) []string {
		return []string{"admin", "create", "--login=" + login, "--name=张三", "--org=" + org, "--role=" + role}
	}
	var made administered
	if err := json.Unmarshal([]byte(must("", append(create("ops", "610900", "po"), "--json")...)), &made); err != nil || made.Role != "PO" || made.Org != "安康市" || len(made.Password) != 23 {
		t.Fatalf("got %+v, %v", made, err)
	}
	if out := must("汉江两岸的早晨有雾吗\r\n不是这一行", append(create("audit", "610900", "SV"), "--password-stdin")...); strings.Contains(out, "汉江") || !strings.Contains(out, "audit  张三") {
		t.Errorf("got %q", out)
	}
	for _, c := range []struct {
		name, stdin, want string
		args              []string
	}{
		{"a county runs no platform", "", "承担平台运维的单位", create("county", "610902", "PO")},
		{"no such role", "", "没有“XX”这个岗位", create("nobody", "610900", "XX")},
		{"no such org", "", "", create("nobody", "999999", "PO")},
		{"the login is taken", "", "已有人使用", create("ops", "610900", "PO")},
		{"a short password", "short\n", "至少 12", append(create("nobody", "610900", "PO"), "--password-stdin")},
		{"the login as password", "nobody-nobody\n", "与登录名", append(create("nobody-nobody", "610900", "PO"), "--password-stdin")},
		{"no password on standard input", "", "没有密码", append(create("nobody", "610900", "PO"), "--password-stdin")},
		{"no such person", "", "没有这个登录名", []string{"admin", "password", "nobody"}},
		{"no sessions of nobody", "", "没有这个登录名", []string{"admin", "sessions", "nobody"}},
	} {
		if code, out, stderr := run(t, c.stdin, append(c.args, data)...); code != exitFailed || out != "" || !strings.Contains(stderr, c.want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: exit %d, %q %q", c.name, code, out, stderr)
		}
	}
	cfg, err := Config{Data: strings.TrimPrefix(data, "--data=")}.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	ctx, h := context.Background(), opened(t, cfg)
	in := func(login, password string) error {
		_, _, err := h.Accounts.SignIn(ctx, login, password, identity.Visit{IP: netip.MustParseAddr("192.0.2.7"), Agent: "Browser 1"})
		return err
	}
	if err := in("nobody", made.Password); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a refused account: %v", err)
	}
	for login, password := range map[string]string{"ops": made.Password, "audit": "汉江两岸的早晨有雾吗"} {
		if err := in(login, password); err != nil {
			t.Errorf("%s: %v", login, err)
		}
	}
	if out := must("", "admin", "sessions", "audit"); !strings.Contains(out, "192.0.2.7") || !strings.Contains(out, "Browser 1") {
		t.Errorf("got %q", out)
	}
	if out := must("", "admin", "sessions", "audit", "--end", "--json"); !strings.Contains(out, `"ended": true`) {
		t.Errorf("got %q", out)
	}
	if out := must("", "admin", "sessions", "AUDIT", "--json"); strings.TrimSpace(out) != "[]" {
		t.Errorf("still %s", out)
	}
	var renewed administered
	if err := json.Unmarshal([]byte(must("", "admin", "password", "ops", "--json")), &renewed); err != nil || renewed.Password == made.Password {
		t.Fatalf("got %+v, %v", renewed, err)
	}
	if err := in("ops", made.Password); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the old password: %v", err)
	}
	if err := in("ops", renewed.Password); err != nil {
		t.Errorf("the new password: %v", err)
	}
	restored := filepath.Join(t.TempDir(), "restored")
	archive := filepath.Join(t.TempDir(), "a.tar")
	must("", "backup", "--to="+archive)
	if code, _, stderr := run(t, "", "restore", archive, "--into="+restored, "--key-file="+filepath.Join(cfg.Data, "key")); code != exitOK {
		t.Fatal(stderr)
	}
	if cfg, err = (Config{Data: restored}).Resolve(); err != nil {
		t.Fatal(err)
	}
	before, err := h.Accounts.SignIns(ctx, time.Time{}, 100)
	if err != nil {
		t.Fatal(err)
	}
	h = opened(t, cfg)
	after, err := h.Accounts.SignIns(ctx, time.Time{}, 100)
	if err != nil || len(after) != len(before) || len(after) < 4 {
		t.Errorf("%d of %d sign-ins came back, %v", len(after), len(before), err)
	}
	if live, err := h.Accounts.Sessions(ctx, renewed.ID, ""); err != nil || len(live) != 0 {
		t.Errorf("sessions came back: %v, %v", live, err)
	}
	if err := in("ops", renewed.Password); err != nil {
		t.Errorf("restored: %v", err)
	}
}
