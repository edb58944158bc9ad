package identity

import (
	"bytes"
	"net/url"
	"strings"
	"testing"
	"time"
)

// RFC 6238, appendix B: the last six of the eight digits, by the RFC's own secret.
func TestCodesAreThoseOfTheStandard(t *testing.T) {
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		if got := totp(secret, stepAt(time.Unix(at, 0))); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
	now := time.Unix(1111111111, 0)
	for step := stepAt(now) - 3; step <= stepAt(now)+3; step++ {
		near := step >= stepAt(now)-1 && step <= stepAt(now)+1
		if got := matches(secret, totp(secret, step), now, 0); (len(got) == 1 && got[0] == step) != near {
			t.Errorf("the code of step %+d: %v", step-stepAt(now), got)
		}
		if got := matches(secret, totp(secret, step), now, step); len(got) != 0 {
			t.Errorf("a used code of step %+d: %v", step-stepAt(now), got)
		}
	}
}

// d51: sealed, a secret is its account's and its key's; a copy, a change or another key opens nothing. What a phone reads is the standard form.
func TestSecretsAreSealed(t *testing.T) {
	one, err := newSealer(bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	other, _ := newSealer(bytes.Repeat([]byte{2}, 32))
	secret := []byte("12345678901234567890")
	sealed, err := one.seal(7, secret)
	again, _ := one.seal(7, secret)
	if err != nil || sealed == again || strings.Contains(sealed, base32Secret(secret)) {
		t.Fatalf("%q, %q, %v", sealed, again, err)
	}
	if got, err := one.open(7, sealed); err != nil || !bytes.Equal(got, secret) {
		t.Errorf("opened %q, %v", got, err)
	}
	for name, open := range map[string]func() ([]byte, error){
		"another account": func() ([]byte, error) { return one.open(8, sealed) },
		"another key":     func() ([]byte, error) { return other.open(7, sealed) },
		"no key":          func() ([]byte, error) { return sealer{}.open(7, sealed) },
		"a changed text":  func() ([]byte, error) { return one.open(7, "A"+sealed[1:]) },
		"nothing":         func() ([]byte, error) { return one.open(7, "") },
	} {
		if got, err := open(); err == nil {
			t.Errorf("%s opens it: %q", name, got)
		}
	}
	u, err := url.Parse(otpauth("zhang.san", secret))
	if err != nil || u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/"+issuer+":zhang.san" || u.Query().Get("secret") != "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" || u.Query().Get("issuer") != issuer {
		t.Errorf("a phone reads %v, %v", u, err)
	}
}
