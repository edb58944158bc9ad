package identity_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
	"golang.org/x/crypto/argon2"
)

const word = "汉江两岸的早晨有雾" + "很好" // eleven characters

func from(ip string) identity.Visit {
	return identity.Visit{IP: netip.MustParseAddr(ip), Agent: "Browser 1"}
}

var home = from("192.0.2.7")

// known is a person with the password word.
func (d *desk) known() identity.Account {
	d.t.Helper()
	a := d.person(d.login(), hanbin)
	d.password(a, word)
	return a
}

func (d *desk) password(a identity.Account, password string) {
	d.t.Helper()
	if err := d.SetPassword(server(), a.ID, password); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) in(a identity.Account, v identity.Visit) string {
	d.t.Helper()
	token, got, err := d.SignIn(context.Background(), a.Login, word, v)
	if err != nil || got.ID != a.ID {
		d.t.Fatalf("sign in %s: %v, %v", a.Login, got, err)
	}
	return token
}

// fails signs in wrongly and answers the fault.
func (d *desk) fails(login, password string, v identity.Visit) error {
	d.t.Helper()
	token, a, err := d.SignIn(context.Background(), login, password, v)
	if !fault.Is(err, fault.Forbidden) || token != "" || a.ID != 0 {
		d.t.Fatalf("sign in %s: token %q, %v, %v", login, token, a, err)
	}
	return err
}

// waits is how long a fault asks to wait.
func waits(err error) time.Duration {
	var w identity.Wait
	if !errors.As(err, &w) {
		return 0
	}
	return time.Duration(w)
}

func (d *desk) signedIn(token string) bool {
	d.t.Helper()
	_, err := d.Session(context.Background(), token)
	if err != nil && !fault.Is(err, fault.Forbidden) {
		d.t.Fatal(err)
	}
	return err == nil
}

// text reads one value from the store.
func (d *desk) text(query string, args ...any) (s string) {
	d.t.Helper()
	if err := d.db.Conn(context.Background()).NewRaw(query, args...).Scan(context.Background(), &s); err != nil {
		d.t.Fatal(err)
	}
	return s
}

func (d *desk) run(query string, args ...any) {
	d.t.Helper()
	err := d.db.InTx(context.Background(), func(ctx context.Context) error {
		_, err := d.db.Conn(ctx).NewRaw(query, args...).Exec(ctx)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

// d51, Q2: length and a short list, no rules of composition (NIST 800-63B).
func TestPasswordsThatAreRefused(t *testing.T) {
	a := identity.Account{Login: "zhang.san-610902", Name: "一二三四五六七八九十"}
	for _, c := range []struct{ name, password, want string }{
		{"too short", "hanjiang-茶x", "至少 12"},
		{"characters, not bytes", "早晨江上有雾很", "至少 12"},
		{"eight characters", "早晨江上有雾很大", ""},
		{"too long", strings.Repeat("长短", 64) + "x", "最多 128"},
		{"the login in capitals", "ZHANG.SAN-610902", "登录名或姓名"},
		{"the name", a.Name, "登录名或姓名"},
		{"one of the first that are tried", "1qaz2wsx3edc4rfv", "太常见"},
		{"one of them, made longer", "Sunshine!2026!", "太常见"},
		{"one of them between figures", "2026-sunshine-1", "太常见"},
		{"the place and a year", "Ankang@2026!!", "太常见"},
		{"the place in characters", "安康市政府2026年", "太常见"},
		{"the login and figures", "zhang.san-610902!123", "太常见"},
		{"what is tried first in China", "woaini1314520", "太常见"},
		{"three characters over and over", "abcabcabcabc", "太常见"},
		{"a control character", "abcdefghi\x00jkl", "不可见"},
		{"broken text", "abcdefghi\xffjkl", "不可见"},
		{"a sentence", word, ""},
		{"letters only", "correcthorsebattery", ""},
		{"128 characters", strings.Repeat("长短快慢", 32), ""},
		{"spaces", "a b c d e f g", ""},
		{"a name and more", a.Name + "的猫和三只狗", ""},
	} {
		if err := identity.CheckPassword(a, c.password); (err == nil) != (c.want == "") || err != nil && !strings.Contains(fault.Say(err), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	drawn := map[string]bool{}
	for range 100 {
		p := identity.NewPassword()
		if len(p) != 23 || drawn[p] || len(drawn) < 5 && identity.CheckPassword(a, p) != nil {
			t.Errorf("drew %q", p)
		}
		drawn[p] = true
	}
}

// promises.md 4.2: argon2id in PHC form, an own salt each; composed and decomposed spellings are one; the chain never has it.
func TestThePasswordIsKeptAsArgon2id(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		a, b := d.person("jia", hanbin), d.person("yi-bing", hanbin)
		d.password(a, "caf\u00e9 noir à Ankang")
		d.password(b, "caf\u00e9 noir à Ankang")
		kept, other := d.text("SELECT secret FROM passwords WHERE account_id = ?", int64(a.ID)), d.text("SELECT secret FROM passwords WHERE account_id = ?", int64(b.ID))
		if !strings.HasPrefix(kept, "$argon2id$v=19$m=19456,t=2,p=1$") || kept == other {
			t.Errorf("kept %q and %q", kept, other)
		}
		if _, _, err := d.SignIn(context.Background(), " JIA ", "cafe\u0301 noir a\u0300 Ankang", home); err != nil {
			t.Errorf("the other spelling: %v", err)
		}
		if err := d.SetPassword(context.Background(), a.ID, word); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a citizen: %v", err)
		}
		if err := d.SetPassword(server(), 99, word); !fault.Is(err, fault.NotFound) {
			t.Errorf("nobody: %v", err)
		}
		if err := d.SetPassword(server(), a.ID, a.Login+"-short"); !fault.Is(err, fault.Invalid) {
			t.Errorf("a bad one: %v", err)
		}
		if err := d.db.InTx(server(), func(ctx context.Context) error { return d.SetPassword(ctx, a.ID, word) }); err == nil || fault.KindOf(err) != "" {
			t.Errorf("inside a transaction: %v", err)
		}
		lines, err := d.log.List(context.Background(), kernel.Platform, kernel.Page{Number: 1, Size: 100})
		if err != nil {
			t.Fatal(err)
		}
		said := 0
		for _, l := range lines {
			if l.Action == "user.password" && l.Object == "account/"+a.ID.String() {
				said++
			}
			if strings.Contains(fmt.Sprint(l), "Ankang") || strings.Contains(fmt.Sprint(l), "argon2") {
				t.Errorf("the chain says %v", l)
			}
		}
		if said != 1 {
			t.Errorf("%d entries of %d", said, len(lines))
		}
	})
}

// promises.md 4.2: a password that was cheaper is computed anew at the next sign-in, and stays the same password; a row that asks
// for too much opens nothing.
func TestAPasswordGrowsWithItsNextSignIn(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		a := d.known()
		salt := []byte("sixteen bytes ok")
		put := func(memory, rounds uint32, claim string) {
			sum := argon2.IDKey([]byte(word), salt, rounds, memory, 1, 32)
			b := base64.RawStdEncoding
			d.run("UPDATE passwords SET secret = ? WHERE account_id = ?", "$argon2id$v=19$"+claim+"$"+b.EncodeToString(salt)+"$"+b.EncodeToString(sum), int64(a.ID))
		}
		put(8*1024, 1, "m=8192,t=1,p=1")
		d.in(a, home)
		if got := d.text("SELECT secret FROM passwords WHERE account_id = ?", int64(a.ID)); !strings.HasPrefix(got, "$argon2id$v=19$m=19456,t=2,p=1$") {
			t.Errorf("kept %q", got)
		}
		d.in(a, home)
		put(64, 1, "m=4194304,t=1,p=1")
		d.fails(a.Login, word, home)
		put(64, 1, "m=0,t=0,p=0")
		d.fails(a.Login, word, home)
	})
}

// What happened is kept for the audit administrator, without what was typed; what is over is removed.
func TestSignInsAreNoted(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := kernel.WithRequestID(context.Background(), "req-1")
		a, bare := d.known(), d.person(d.login(), hanbin)
		typed := "my password was typed here"
		d.fails(typed, "x", home)
		d.fails("mysecretword", "x", home)
		d.fails(a.Login, "wrong", home)
		d.fails(bare.Login, word, home)
		token, _, err := d.SignIn(ctx, a.Login, word, home)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.SignOut(ctx, token); err != nil {
			t.Fatal(err)
		}
		if err := d.Disable(server(), a.ID); err != nil {
			t.Fatal(err)
		}
		d.fails(a.Login, word, home)
		all, err := d.SignIns(context.Background(), start, 100)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range slices.Backward(all) {
			got = append(got, fmt.Sprintf("%s %v %s", e.Outcome, e.Account == a.ID, e.Request))
			if e.IP != home.IP || !e.At.Equal(start) || strings.Contains(fmt.Sprint(e), "secret") {
				t.Errorf("got %+v", e)
			}
		}
		want := []string{"unknown_login false ", "unknown_login false ", "wrong_password true ", "no_password false ", "signed_in true req-1", "signed_out true req-1", "disabled true "}
		slices.Sort(got) // all at one moment
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("got %q", got)
		}
		if some, err := d.SignIns(context.Background(), start, 2); err != nil || len(some) != 2 {
			t.Errorf("got %v, %v", some, err)
		}
		if later, err := d.SignIns(context.Background(), start.Add(time.Second), 9); err != nil || len(later) != 0 {
			t.Errorf("got %v, %v", later, err)
		}
		d.now = d.now.AddDate(1, 0, 1)
		d.in(d.known(), home)
		for table, want := range map[string]string{"sessions": "1", "signin_failures": "0", "signins": "1"} {
			if n := d.text("SELECT count(*) FROM " + table); n != want {
				t.Errorf("%s: %s rows are left", table, n)
			}
		}
	})
}
