package identity

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"golang.org/x/oauth2"
)

// Provider is a city's own identity provider (统一身份认证), which speaks OpenID Connect.
type Provider struct {
	Issuer, Client, Secret string
	Back                   string // the console's address that it leads back to
}

// provider is one with what it says of itself, which is asked for when it is first needed: a console starts without it.
type provider struct {
	Provider
	mu    sync.Mutex
	found *oidc.Provider
}

// providerWithin bounds one request to the provider.
const providerWithin = 10 * time.Second

// SignInBy says by which provider people may sign in besides the password. Call it before serving.
func (s *Accounts) SignInBy(p Provider) { s.provider = &provider{Provider: p} }

// HasProvider reports whether there is one.
func (s *Accounts) HasProvider() bool { return s.provider != nil }

// config is how the provider is asked. ctx bounds nothing of it: the provider's keys are asked for later, too.
func (p *provider) config() (*oidc.Provider, *oauth2.Config, error) {
	if p == nil {
		return nil, nil, fault.New(fault.NotFound, "这里没有启用统一身份认证。")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found == nil {
		found, err := oidc.NewProvider(p.context(), p.Issuer)
		if err != nil {
			return nil, nil, fault.Because(err, fault.Unavailable, "统一身份认证现在连不上，请用密码登录，或稍后再试。")
		}
		p.found = found
	}
	return p.found, &oauth2.Config{ClientID: p.Client, ClientSecret: p.Secret, Endpoint: p.found.Endpoint(), RedirectURL: p.Back, Scopes: []string{oidc.ScopeOpenID}}, nil
}

func (p *provider) context() context.Context {
	return oidc.ClientContext(context.Background(), &http.Client{Timeout: providerWithin})
}

// Journey is a way to the provider and back.
type Journey struct {
	State, Nonce, Verifier string
	To                     string           // where the person wants to go
	Link                   kernel.AccountID `json:",omitzero"` // who wants to be known by it; 0: it is a sign-in
	Until                  time.Time
}

// journeys is what seals a journey in place of an account.
const journeys kernel.AccountID = 0

// Leave answers where the provider is and what the browser keeps meanwhile, sealed: a code that somebody else has fetched fits no browser.
func (s *Accounts) Leave(link kernel.AccountID, to string) (address, kept string, err error) {
	_, config, err := s.provider.config()
	if err != nil {
		return "", "", err
	}
	j := Journey{State: newToken(), Nonce: newToken(), Verifier: oauth2.GenerateVerifier(), To: to, Link: link, Until: s.now().Add(secondStep)}
	b, err := json.Marshal(j)
	if err != nil {
		return "", "", err
	}
	sealed, err := s.sealer.seal(journeys, b)
	if err != nil {
		return "", "", err
	}
	return config.AuthCodeURL(j.State, oidc.Nonce(j.Nonce), oauth2.S256ChallengeOption(j.Verifier)), base64.RawURLEncoding.EncodeToString([]byte(sealed)), nil
}

// Subject is who somebody is to a provider: these two and nothing else. Names and addresses of mail change hands.
type Subject struct{ Issuer, Subject string }

// Return answers who comes back from the provider, and with what journey.
func (s *Accounts) Return(ctx context.Context, kept, state, code string) (Subject, Journey, error) {
	lost := fault.New(fault.Forbidden, "这次统一身份认证没有完成或等得太久，请重新登录。")
	var j Journey
	raw, err := base64.RawURLEncoding.DecodeString(kept)
	if err != nil {
		return Subject{}, j, lost
	}
	b, err := s.sealer.open(journeys, string(raw))
	if err != nil || json.Unmarshal(b, &j) != nil || !s.now().Before(j.Until) || subtle.ConstantTimeCompare([]byte(j.State), []byte(state)) != 1 || code == "" {
		return Subject{}, Journey{}, lost
	}
	found, config, err := s.provider.config()
	if err != nil {
		return Subject{}, j, err
	}
	token, err := s.provider.verified(ctx, found, config, code, j)
	if err != nil {
		return Subject{}, j, fault.Because(err, fault.Forbidden, "统一身份认证的答复没有通过核对，请重新登录；一直不行的，请用密码登录。")
	}
	return Subject{token.Issuer, token.Subject}, j, nil
}

// verified exchanges the code for the provider's word, and checks signature, audience, time and nonce.
func (p *provider) verified(ctx context.Context, found *oidc.Provider, config *oauth2.Config, code string, j Journey) (*oidc.IDToken, error) {
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, &http.Client{Timeout: providerWithin}), providerWithin)
	defer cancel()
	got, err := config.Exchange(ctx, code, oauth2.VerifierOption(j.Verifier))
	if err != nil {
		return nil, err
	}
	raw, ok := got.Extra("id_token").(string)
	if !ok {
		return nil, errors.New("identity: the provider sent no id_token")
	}
	token, err := found.Verifier(&oidc.Config{ClientID: p.Client}).Verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(j.Nonce)) != 1 || token.Subject == "" {
		return nil, errors.New("identity: the provider answers another question")
	}
	return token, nil
}

// LinkSubject lets the account be known by a subject. It answers a Conflict fault when either is linked already.
func (s *Accounts) LinkSubject(ctx context.Context, id kernel.AccountID, who Subject) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.lock(ctx, id); err != nil {
			return err
		}
		if err := s.insertSubject(ctx, id, who, s.now()); err != nil {
			return err
		}
		return s.log.Record(ctx, audit.Entry{Action: "user.subject.link", Object: "account/" + id.String(), Note: map[string]string{"issuer": who.Issuer}})
	})
}

// UnlinkSubject undoes LinkSubject for the provider.
func (s *Accounts) UnlinkSubject(ctx context.Context, id kernel.AccountID) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		gone, err := s.dropSubjects(ctx, id)
		if err == nil && gone == 0 {
			err = fault.New(fault.NotFound, "现在没有关联，请刷新后再看。")
		}
		if err != nil {
			return err
		}
		return s.log.Record(ctx, audit.Entry{Action: "user.subject.unlink", Object: "account/" + id.String()})
	})
}

// SignInAs is SignIn for whom the provider has named: what a right password would give, a second step where one is due.
func (s *Accounts) SignInAs(ctx context.Context, who Subject, v Visit) (string, Account, error) {
	a, err := s.bySubject(ctx, who)
	if err != nil {
		return "", Account{}, err
	}
	if a.ID == 0 || a.State != Active {
		return "", Account{}, fault.New(fault.Forbidden, "这个统一身份还没有关联到可用的账号。请先用密码登录，在“我的账号”里关联。")
	}
	c, err := s.credentials(ctx, a.Login)
	if err != nil {
		return "", Account{}, err
	}
	token, err := s.begin(ctx, c, "", v.clean(), s.now())
	return token, a, err
}
