package identity_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/policies"
)

const origin, party = "https://console.ankang.example", "console.ankang.example"

// stick is a security key, written by itself after WebAuthn level 2: what it answers is what a browser would send.
type stick struct {
	t     *testing.T
	key   *ecdsa.PrivateKey
	id    []byte
	count uint32
}

func newStick(t *testing.T, id string) *stick {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &stick{t: t, key: key, id: []byte(id)}
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// client is what the browser signs with: the kind, the challenge out of what the server asks, and where it is.
func (s *stick) client(kind, options, at string) []byte {
	s.t.Helper()
	var o struct{ Challenge string }
	if err := json.Unmarshal([]byte(options), &o); err != nil || o.Challenge == "" {
		s.t.Fatalf("the server asks %q, %v", options, err)
	}
	b, _ := json.Marshal(map[string]any{"type": kind, "challenge": o.Challenge, "origin": at, "crossOrigin": false})
	return b
}

func (s *stick) data(flags byte) []byte {
	party := sha256.Sum256([]byte(party))
	s.count++
	return binary.BigEndian.AppendUint32(append(party[:], flags), s.count)
}

func (s *stick) answer(response map[string]any) string {
	b, _ := json.Marshal(map[string]any{"id": b64(s.id), "rawId": b64(s.id), "type": "public-key", "clientExtensionResults": map[string]any{}, "response": response})
	return string(b)
}

// make answers a registration.
func (s *stick) make(options string) string {
	s.t.Helper()
	public, err := s.key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		s.t.Fatal(err)
	}
	cose := append([]byte{0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32}, public[1:33]...)
	cose = append(append(cose, 0x22, 0x58, 32), public[33:]...)
	data := append(s.data(0x45), make([]byte, 16)...)
	data = append(append(binary.BigEndian.AppendUint16(data, uint16(len(s.id))), s.id...), cose...)
	object := append([]byte("\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58"), byte(len(data)))
	return s.answer(map[string]any{"clientDataJSON": b64(s.client("webauthn.create", options, origin)), "attestationObject": b64(append(object, data...))})
}

// use answers a sign-in from the page at.
func (s *stick) use(options, at string) string {
	s.t.Helper()
	client, data := s.client("webauthn.get", options, at), s.data(0x05)
	sum := sha256.Sum256(client)
	digest := sha256.Sum256(append(append([]byte{}, data...), sum[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, s.key, digest[:])
	if err != nil {
		s.t.Fatal(err)
	}
	return s.answer(map[string]any{"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature)})
}

// keyed is a person with a second factor and a passkey.
func (d *desk) keyed(id string) (identity.Account, *stick) {
	d.t.Helper()
	a, _, _ := d.armed(policies.SA, office)
	s := newStick(d.t, id)
	options, err := d.BeginPasskey(as(a), a.ID, "a token")
	if err != nil {
		d.t.Fatal(err)
	}
	if err := d.AddPasskey(as(a), a.ID, "a token", "钥匙", s.make(options)); err != nil {
		d.t.Fatalf("%v: %v", err, fault.Say(err))
	}
	return a, s
}

// Q1: a passkey opens its own account, at our origin, for the challenge of this sign-in, once; a copy of it, another's, and what is no answer open
// nothing and count as wrong codes do. What the store keeps is bound to the account.
func TestAPasskeyOpensItsOwnSignIn(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.strict()
		ctx := context.Background()
		if err := d.PasskeysAt(origin); err != nil {
			t.Fatal(err)
		}
		a, key := d.keyed("key of a")
		b, other := d.keyed("key of b")
		begin := func(token string) string {
			t.Helper()
			options, err := d.BeginPasskeyStep(ctx, token)
			if err != nil || !strings.Contains(options, b64(key.id)) || strings.Contains(options, b64(other.id)) {
				t.Fatalf("the server asks %s, %v", options, err)
			}
			return options
		}
		token := d.half(a, home)
		first := begin(token)
		made, got, err := d.FinishWithPasskey(ctx, token, key.use(first, origin), home)
		if err != nil || got.ID != a.ID || !d.signedIn(made) {
			t.Fatalf("with the key: %v, %v", got, err)
		}
		if keys, err := d.Passkeys(ctx, a.ID); err != nil || len(keys) != 1 || keys[0].Name != "钥匙" || !keys[0].Used.Equal(d.now) {
			t.Errorf("keys %v, %v", keys, err)
		}
		token = d.half(a, home)
		client := 0
		for name, answer := range map[string]func(options string) string{
			"another's key":              func(o string) string { return other.use(o, origin) },
			"another page's":             func(o string) string { return key.use(o, "https://console.ankang.example.evil.example") },
			"the last sign-in's":         func(string) string { return key.use(first, origin) },
			"nothing":                    func(string) string { return "" },
			"half an answer":             func(o string) string { return key.use(o, origin)[:60] },
			"a key whose count is older": func(o string) string { key.count = 0; defer func() { key.count = 100 }(); return key.use(o, origin) },
		} {
			client++
			from := from("198.51.100." + string(rune('0'+client)))
			if made, _, err := d.FinishWithPasskey(ctx, token, answer(begin(token)), from); !fault.Is(err, fault.Invalid) || made != "" {
				t.Errorf("%s: %q, %v", name, made, err)
			}
		}
		options := begin(token)
		d.now = d.now.Add(11 * time.Minute)
		if _, _, err := d.FinishWithPasskey(ctx, token, key.use(options, origin), home); !fault.Is(err, fault.Forbidden) {
			t.Errorf("after eleven minutes: %v", err)
		}
		token = d.half(a, home)
		options = begin(token)
		if _, _, err := d.FinishWithPasskey(ctx, token, key.use(options, origin), home); err != nil {
			t.Errorf("afterwards: %v", err)
		}
		d.run("UPDATE passkeys SET account_id = ? WHERE id = ?", int64(b.ID), b64(key.id))
		if _, err := d.BeginPasskeyStep(ctx, d.half(b, home)); err == nil || fault.KindOf(err) != "" {
			t.Errorf("a key that was moved in the store: %v", err)
		}
	})
}

// Q1: there is no passkey without a second factor to fall back on; a beginning serves once; a key belongs to one account; it goes with the factor.
func TestHowAPasskeyComesAndGoes(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.strict()
		ctx := context.Background()
		a := d.known()
		if _, err := d.BeginPasskey(as(a), a.ID, "a token"); !fault.Is(err, fault.Conflict) {
			t.Errorf("without a second factor: %v", err)
		}
		if err := d.PasskeysAt(origin); err != nil {
			t.Fatal(err)
		}
		b, key := d.keyed("one key")
		c, _ := d.keyed("another key")
		options, err := d.BeginPasskey(as(c), c.ID, "a token")
		if err != nil {
			t.Fatal(err)
		}
		if err := d.AddPasskey(as(c), c.ID, "another token", "钥匙", key.make(options)); !fault.Is(err, fault.Conflict) {
			t.Errorf("in another session: %v", err)
		}
		if err := d.AddPasskey(as(c), c.ID, "a token", "钥匙", key.make(options)); !fault.Is(err, fault.Conflict) {
			t.Errorf("another's key: %v", err)
		}
		if err := d.AddPasskey(as(b), b.ID, "a token", " ", ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("without a name: %v", err)
		}
		if _, err := d.BeginPasskey(as(b), b.ID, "a token"); err != nil {
			t.Fatal(err)
		}
		if err := d.AddPasskey(as(b), b.ID, "a token", "钥匙", "{}"); !fault.Is(err, fault.Invalid) {
			t.Errorf("no answer: %v", err)
		}
		if err := d.RemovePasskey(as(c), c.ID, b64(key.id)); !fault.Is(err, fault.NotFound) {
			t.Errorf("another's is removed: %v", err)
		}
		if err := d.RemoveFactor(server(), b.ID); err != nil {
			t.Fatal(err)
		}
		if keys, err := d.Passkeys(ctx, b.ID); err != nil || len(keys) != 0 {
			t.Errorf("after the second factor: %v, %v", keys, err)
		}
		keys, err := d.Passkeys(ctx, c.ID)
		if err != nil || len(keys) != 1 || d.RemovePasskey(as(c), c.ID, keys[0].ID) != nil {
			t.Errorf("removing %v, %v", keys, err)
		}
		if chain := strings.Join(d.entries(kernel.Platform), "\n"); strings.Count(chain, "user.passkey.add|") != 2 || strings.Count(chain, "user.passkey.remove|") != 1 {
			t.Errorf("the chain says\n%s", chain)
		}
	})
}
