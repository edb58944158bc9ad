package identity

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
)

// Passkey is a key of a person's phone, computer or stick. It takes the place of the code in the second step, and unlike a code it cannot be given
// to a page that only looks like ours.
type Passkey struct {
	ID         string
	Name       string // as its owner calls it
	Made, Used time.Time
}

// PasskeysAt says at which origin of the console keys are made and used, as "https://console.ankang.gov.cn". Call it before serving.
func (s *Accounts) PasskeysAt(origin string) error {
	u, err := url.Parse(origin)
	if err != nil {
		return err
	}
	s.passkeys, err = webauthn.New(&webauthn.Config{RPID: u.Hostname(), RPDisplayName: issuer, RPOrigins: []string{origin}})
	return err
}

// owner is an account as the library sees one.
type owner struct {
	Account
	keys []webauthn.Credential
}

func (o owner) WebAuthnID() []byte                         { return []byte(o.ID.String()) }
func (o owner) WebAuthnName() string                       { return o.Login }
func (o owner) WebAuthnDisplayName() string                { return o.Name }
func (o owner) WebAuthnCredentials() []webauthn.Credential { return o.keys }

// owner opens the account's keys: one that was changed in the store, or copied from another account, opens nothing.
func (s *Accounts) owner(ctx context.Context, id kernel.AccountID) (owner, error) {
	a, err := s.Get(ctx, id)
	if err != nil {
		return owner{}, err
	}
	if s.passkeys == nil {
		return owner{}, fault.New(fault.Conflict, "这里没有启用通行密钥。")
	}
	rows, err := s.passkeyRows(ctx, id)
	if err != nil {
		return owner{}, err
	}
	o := owner{Account: a}
	for _, r := range rows {
		b, err := s.sealer.open(id, r.Sealed)
		if err != nil {
			return o, err
		}
		var key webauthn.Credential
		if err := json.Unmarshal(b, &key); err != nil {
			return o, fmt.Errorf("read a passkey of %d: %w", id, err)
		}
		o.keys = append(o.keys, key)
	}
	return o, nil
}

// Passkeys lists the account's, oldest first.
func (s *Accounts) Passkeys(ctx context.Context, id kernel.AccountID) ([]Passkey, error) {
	rows, err := s.passkeyRows(ctx, id)
	list := make([]Passkey, len(rows))
	for i, r := range rows {
		list[i] = Passkey{ID: r.ID, Name: r.Name, Made: r.MadeAt.UTC()}
		if r.UsedAt != nil {
			list[i].Used = r.UsedAt.UTC()
		}
	}
	return list, err
}

// BeginPasskey answers what a browser needs to make a key, for the session of token. There must be a second factor to fall back on.
func (s *Accounts) BeginPasskey(ctx context.Context, id kernel.AccountID, token string) (string, error) {
	f, err := s.factorRow(ctx, id)
	if err == nil && f.OnAt == nil {
		err = fault.New(fault.Conflict, "请先设好第二验证，再添加通行密钥。")
	}
	if err != nil {
		return "", err
	}
	o, err := s.owner(ctx, id)
	if err != nil {
		return "", err
	}
	options, data, err := s.passkeys.BeginRegistration(o, webauthn.WithExclusions(webauthn.Credentials(o.keys).CredentialDescriptors()))
	if err != nil {
		return "", fmt.Errorf("begin a passkey: %w", err)
	}
	return s.ceremony(ctx, "make "+sessionID(token), id, options.Response, data)
}

// AddPasskey keeps the key that a browser has made after BeginPasskey; each beginning serves once.
func (s *Accounts) AddPasskey(ctx context.Context, id kernel.AccountID, token, name, response string) error {
	name, err := plain("name", "名称", name, 64)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		o, err := s.owner(ctx, id)
		if err != nil {
			return err
		}
		data, err := s.endCeremony(ctx, "make "+sessionID(token), id)
		if err != nil {
			return err
		}
		made, err := protocol.ParseCredentialCreationResponseBytes([]byte(response))
		if err != nil {
			return errPasskey(err)
		}
		key, err := s.passkeys.CreateCredential(o, data, made)
		if err != nil {
			return errPasskey(err)
		}
		sealed, err := s.sealKey(id, key)
		if err != nil {
			return err
		}
		row := passkeyRow{AccountID: int64(id), ID: base64.RawURLEncoding.EncodeToString(key.ID), Name: name, Sealed: sealed, MadeAt: s.now()}
		if err := s.insertPasskey(ctx, row); err != nil {
			return err
		}
		return s.log.Record(ctx, audit.Entry{Action: "user.passkey.add", Object: "account/" + id.String(), Note: map[string]string{"name": name}})
	})
}

func (s *Accounts) sealKey(id kernel.AccountID, key *webauthn.Credential) (string, error) {
	b, err := json.Marshal(key)
	if err != nil {
		return "", err
	}
	return s.sealer.seal(id, b)
}

func errPasskey(why error) error {
	return fault.Because(why, fault.Invalid, "这次没有认出通行密钥，请再试一次；一直不行的，可以用验证码。")
}

// RemovePasskey takes a key away from its account.
func (s *Accounts) RemovePasskey(ctx context.Context, id kernel.AccountID, key string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		gone, err := s.dropPasskeys(ctx, id, key)
		if err == nil && gone == 0 {
			err = fault.New(fault.NotFound, "这个通行密钥已经删除，请刷新后再看。")
		}
		if err != nil {
			return err
		}
		return s.log.Record(ctx, audit.Entry{Action: "user.passkey.remove", Object: "account/" + id.String()})
	})
}

// BeginPasskeyStep answers what a browser needs to use a key in the second step of a sign-in, or "" when the account has none.
func (s *Accounts) BeginPasskeyStep(ctx context.Context, token string) (string, error) {
	w, row, err := s.waiting(ctx, token)
	if err != nil || w.Enrol || s.passkeys == nil {
		return "", err
	}
	o, err := s.owner(ctx, w.ID)
	if err != nil || len(o.keys) == 0 {
		return "", err
	}
	options, data, err := s.passkeys.BeginLogin(o)
	if err != nil {
		return "", fmt.Errorf("begin with a passkey: %w", err)
	}
	return s.ceremony(ctx, "use "+row.ID, w.ID, options.Response, data)
}

// FinishWithPasskey is Finish with a key in the place of a code. What is wrong counts and waits as a wrong code does.
func (s *Accounts) FinishWithPasskey(ctx context.Context, token, response string, v Visit) (string, Account, error) {
	w, row, err := s.waiting(ctx, token)
	if err != nil {
		return "", Account{}, err
	}
	made := newToken()
	err = s.guarded(ctx, w.ID, v, errPasskey(nil), func(ctx context.Context, now time.Time) error { return s.whole(ctx, token, made, w.ID, v, now) },
		func(ctx context.Context, now time.Time) (bool, error) {
			return s.usePasskey(ctx, w.ID, row.ID, response, now)
		})
	if err != nil {
		return "", Account{}, err
	}
	return made, w.Account, nil
}

// usePasskey reports whether a browser has answered this beginning with a key of the account. A key whose count goes backwards is a copy.
func (s *Accounts) usePasskey(ctx context.Context, id kernel.AccountID, half, response string, now time.Time) (bool, error) {
	o, err := s.owner(ctx, id)
	if err != nil {
		return false, err
	}
	data, err := s.endCeremony(ctx, "use "+half, id)
	if fault.Is(err, fault.Conflict) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	typed, err := protocol.ParseCredentialRequestResponseBytes([]byte(response))
	if err != nil {
		return false, nil //nolint:nilerr // what was sent is no answer: it counts as a wrong one
	}
	key, err := s.passkeys.ValidateLogin(o, data, typed)
	if err != nil || key.Authenticator.CloneWarning {
		return false, nil //nolint:nilerr // likewise
	}
	sealed, err := s.sealKey(id, key)
	if err != nil {
		return false, err
	}
	return true, s.usedPasskey(ctx, id, base64.RawURLEncoding.EncodeToString(key.ID), sealed, now)
}

// ceremony keeps what the end of a ceremony needs, in the place of one begun before, and answers what the browser needs.
func (s *Accounts) ceremony(ctx context.Context, name string, id kernel.AccountID, options any, data *webauthn.SessionData) (string, error) {
	shown, err := json.Marshal(options)
	if err != nil {
		return "", err
	}
	kept, err := json.Marshal(data)
	if err != nil {
		return "", err
	}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		return s.putCeremony(ctx, ceremonyRow{ID: name, AccountID: int64(id), Data: string(kept), At: s.now()})
	})
	return string(shown), err
}

// endCeremony answers what ceremony has kept, once, or a Conflict fault.
func (s *Accounts) endCeremony(ctx context.Context, name string, id kernel.AccountID) (webauthn.SessionData, error) {
	var data webauthn.SessionData
	kept, err := s.takeCeremony(ctx, name, id, s.now().Add(-secondStep))
	if err == nil && kept == "" {
		err = fault.New(fault.Conflict, "等得太久了，请重新打开这个页面再试。")
	}
	if err == nil {
		err = json.Unmarshal([]byte(kept), &data)
	}
	return data, err
}
