package app

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/identity"
)

// issuerOf is a city's identity provider, written after OpenID Connect Core 1.0: discovery, keys, and codes for tokens, with PKCE.
type issuerOf struct {
	*httptest.Server
	t   *testing.T
	key *rsa.PrivateKey
	mu  sync.Mutex
	now map[string]url.Values // by code: what was asked at the authorization endpoint
	bad func(claims map[string]any, key **rsa.PrivateKey)
	sub string // who is at the provider's own screen
}

func newIssuer(t *testing.T) *issuerOf {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &issuerOf{t: t, key: key, now: map[string]url.Values{}}
	mux := http.NewServeMux()
	send := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v) // a client that went away is its own trouble
	}
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		send(w, map[string]any{"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"}})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		send(w, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "one", "n": raw64(key.N.Bytes()), "e": raw64(big.NewInt(int64(key.E)).Bytes())}}})
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		asked, ok := p.now[r.FormValue("code")]
		delete(p.now, r.FormValue("code"))
		verifier := sha256.Sum256([]byte(r.FormValue("code_verifier")))
		id, secret, _ := r.BasicAuth()
		if !ok || id != "zhanqun" || secret != "geheim" || asked.Get("code_challenge") != raw64(verifier[:]) || asked.Get("redirect_uri") != r.FormValue("redirect_uri") {
			w.WriteHeader(http.StatusBadRequest)
			send(w, map[string]any{"error": "invalid_grant"})
			return
		}
		send(w, map[string]any{"access_token": "x", "token_type": "Bearer", "expires_in": 60, "id_token": p.token(asked)})
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func raw64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// token is the provider's signed word.
func (p *issuerOf) token(asked url.Values) string {
	now, key := time.Now(), p.key
	claims := map[string]any{"iss": p.URL, "sub": p.sub, "aud": asked.Get("client_id"), "nonce": asked.Get("nonce"), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
		"email": "zhang.san@ankang.example", "preferred_username": "bingbing"}
	if p.bad != nil {
		p.bad(claims, &key)
	}
	b, _ := json.Marshal(claims)
	text := raw64([]byte(`{"alg":"RS256","kid":"one","typ":"JWT"}`)) + "." + raw64(b)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		p.t.Error(err)
	}
	return text + "." + raw64(signature)
}

// journey goes to the provider by a link of the console, is somebody there, and answers the address that leads back.
func (p *issuerOf) journey(w *worker, from, sub string) (back string) {
	w.t.Helper()
	r, _ := http.NewRequest(http.MethodGet, consoleAt+from, nil)
	status, header, body := w.send(r)
	at, err := url.Parse(header.Get("Location"))
	if err != nil || status != http.StatusSeeOther || !strings.HasPrefix(at.String(), p.URL+"/authorize?") || at.Query().Get("code_challenge_method") != "S256" || at.Query().Get("nonce") == "" {
		w.t.Fatalf("%s leads with %d to %q: %s", from, status, header.Get("Location"), body)
	}
	w.keep(header)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sub = sub
	code := fmt.Sprintf("code-%d", len(p.now)+int(time.Now().UnixNano()))
	p.now[code] = at.Query()
	return "/signin/oidc/back?" + url.Values{"code": {code}, "state": {at.Query().Get("state")}}.Encode()
}

// keep takes an answer's cookies as a browser does.
func (w *worker) keep(h http.Header) {
	jar := map[string]string{}
	for _, c := range strings.Split(w.cookie, "; ") {
		if name, value, ok := strings.Cut(c, "="); ok {
			jar[name] = value
		}
	}
	for _, c := range (&http.Response{Header: h}).Cookies() {
		jar[c.Name] = c.Value
	}
	var all []string
	for name, value := range jar {
		all = append(all, name+"="+value)
	}
	w.cookie = strings.Join(all, "; ")
}

// follow goes back and answers what the console says.
func (w *worker) follow(back string) (int, string, string) {
	w.t.Helper()
	r, _ := http.NewRequest(http.MethodGet, consoleAt+back, nil)
	status, header, body := w.send(r)
	w.keep(header)
	return status, header.Get("Location"), body
}

// Issue 4, 1, OIDC: somebody links the own account to who they are at the provider, and signs in by it; nobody is known by a name or an address of mail; what
// is forged, old, another's or of another browser opens nothing; the second factor stays.
func TestSigningInByAProvider(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, o *bureau) {
		p := newIssuer(t)
		w := o.hire("bingbing", "IO")
		v := o.visitor()
		if status, _ := v.get("/signin/oidc"); status != http.StatusNotFound {
			t.Errorf("without a provider the way to it answers %d", status)
		}
		o.Accounts.SignInBy(identity.Provider{Issuer: p.URL, Client: "zhanqun", Secret: "geheim", Back: consoleAt + "/signin/oidc/back"})
		if _, body := v.get("/signin"); !strings.Contains(body, "用统一身份认证登录") {
			t.Errorf("the way in: %s", body)
		}
		if status, _, body := v.follow(p.journey(v, "/signin/oidc", "s-1")); status != http.StatusUnprocessableEntity || !strings.Contains(body, "还没有关联") {
			t.Errorf("nobody is known by a name, %d: %s", status, body)
		}
		if status, to, body := w.follow(p.journey(w, "/me/oidc", "s-1")); status != http.StatusSeeOther || to != "/me?done=linked" {
			t.Fatalf("linking answers %d %s: %s", status, to, body)
		}
		if status, to, body := v.follow(p.journey(v, "/signin/oidc?to=%2Fme", "s-1")); status != http.StatusSeeOther || to != "/me" {
			t.Fatalf("signing in answers %d %s: %s", status, to, body)
		}
		if status, body := v.get("/me"); status != http.StatusOK || !strings.Contains(body, w.account.Name) || !strings.Contains(body, "已关联") {
			t.Errorf("signed in: %d: %s", status, body)
		}
		forged(t, o, p)
		second := o.hire("lingyi", "IO")
		if status, _, body := second.follow(p.journey(second, "/me/oidc", "s-1")); status != http.StatusConflict {
			t.Errorf("a subject for two: %d: %s", status, body)
		}
		back := p.journey(second, "/me/oidc", "s-2")
		second.wants("/signout", nil, http.StatusSeeOther, "")
		if status, _, body := second.follow(back); status != http.StatusForbidden || !strings.Contains(body, "不是原来的人") {
			t.Errorf("linking for somebody who has left: %d: %s", status, body)
		}
		boss := o.cityPerson(t, "lingdao", "SA")
		if err := o.Accounts.LinkSubject(kernel.WithActor(t.Context(), boss.Actor("console")), boss.ID, identity.Subject{Issuer: p.URL, Subject: "s-3"}); err != nil {
			t.Fatal(err)
		}
		x := o.visitor()
		if status, to, _ := x.follow(p.journey(x, "/signin/oidc", "s-3")); status != http.StatusSeeOther || !strings.HasPrefix(to, "/signin/code") {
			t.Errorf("a technical post: %d %s", status, to)
		}
		v.wants("/me/oidc/remove", nil, http.StatusSeeOther, "done=unlinked")
		if status, _, _ := x.follow(p.journey(x, "/signin/oidc", "s-1")); status != http.StatusUnprocessableEntity {
			t.Errorf("after the unlinking: %d", status)
		}
		o.cleanHTML(t)
	})
}

// forged: each of these would sign s-1 in if it were not looked at.
func forged(t *testing.T, o *bureau, p *issuerOf) {
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	claim := func(name string, value any) func(map[string]any, **rsa.PrivateKey) {
		return func(c map[string]any, _ **rsa.PrivateKey) { c[name] = value }
	}
	for name, row := range map[string]struct {
		bad    func(map[string]any, **rsa.PrivateKey)
		change func(w *worker, back string) string
	}{
		"another key":     {bad: func(_ map[string]any, key **rsa.PrivateKey) { *key = stranger }},
		"another issuer":  {bad: claim("iss", "https://evil.example")},
		"another client":  {bad: claim("aud", "evil")},
		"another nonce":   {bad: claim("nonce", "evil")},
		"an old token":    {bad: claim("exp", time.Now().Add(-time.Hour).Unix())},
		"another state":   {change: func(_ *worker, back string) string { return back + "x" }},
		"another code":    {change: func(_ *worker, back string) string { return strings.Replace(back, "code=", "code=x", 1) }},
		"another browser": {change: func(w *worker, back string) string { w.cookie = ""; return back }},
		"another's journey": {change: func(w *worker, back string) string {
			mine := w.cookie
			p.journey(w, "/signin/oidc", "s-1")
			if w.cookie == mine {
				t.Error("two journeys are one")
			}
			return back
		}},
		"eleven minutes later": {change: func(w *worker, back string) string { o.pass(11 * time.Minute); return back }},
	} {
		w := o.visitor()
		back := p.journey(w, "/signin/oidc", "s-1")
		if row.change != nil {
			back = row.change(w, back)
		}
		p.bad = row.bad
		status, to, body := w.follow(back)
		p.bad = nil
		if in, _ := w.get("/me"); status != http.StatusUnprocessableEntity || in != http.StatusSeeOther {
			t.Errorf("%s: %d %s, then /me answers %d: %s", name, status, to, in, body)
		}
	}
	w := o.visitor()
	back := p.journey(w, "/signin/oidc", "s-1")
	kept := w.cookie
	if status, _, _ := w.follow(back); status != http.StatusSeeOther {
		t.Errorf("what is right answers %d", status)
	}
	again := o.visitor()
	again.cookie = kept
	if status, _, _ := again.follow(back); status != http.StatusUnprocessableEntity {
		t.Errorf("the same way back again: %d", status)
	}
}
