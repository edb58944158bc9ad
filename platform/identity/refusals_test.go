package identity_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/policies"
)

func refused(t *testing.T, what string, err error, kind fault.Kind, words string) {
	t.Helper()
	if fault.KindOf(err) != kind || !strings.Contains(fault.Say(err), words) {
		t.Errorf("%s: got %v, want %s and the words %q", what, err, kind, words)
	}
}

// Q1: a second factor is set up once, taken away by nobody unnamed, and a passkey needs a console that has them and belongs to one account.
func TestFactorsAreRefusedWithTheirReason(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.strict()
		a, p, _ := d.armed(policies.SA, office)
		_, err := d.Draw(as(a), a.ID)
		refused(t, "a second secret", err, fault.Conflict, "已经设好")
		_, err = d.Confirm(as(a), a.ID, p.at(d.now), home)
		refused(t, "a second confirmation", err, fault.Conflict, "已经设好")
		refused(t, "taken away by nobody", d.RemoveFactor(context.Background(), a.ID), fault.Forbidden, "请先登录")
		_, err = d.BeginPasskey(as(a), a.ID, "a token")
		refused(t, "where there are no passkeys", err, fault.Conflict, "没有启用")
		if err := d.PasskeysAt(origin); err != nil {
			t.Fatal(err)
		}
		_, key := d.keyed("one key")
		c, _ := d.keyed("another key")
		options, err := d.BeginPasskey(as(c), c.ID, "a token")
		if err != nil {
			t.Fatal(err)
		}
		refused(t, "another's key", d.AddPasskey(as(c), c.ID, "a token", "钥匙", key.make(options)), fault.Conflict, "已经添加过")
	})
}

// Q1: who comes back from a provider with a journey that was touched, as nobody we know, or as somebody whose account is closed, does not
// come in; a subject is one account's.
func TestSubjectsAreRefusedWithTheirReason(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.strict()
		ctx := context.Background()
		var at string
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/.well-known/openid-configuration" {
				http.NotFound(w, r)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"issuer":%q,"authorization_endpoint":%q,"token_endpoint":%q,"jwks_uri":%q}`, at, at+"/go", at+"/token", at+"/keys")
		}))
		defer s.Close()
		at = s.URL
		d.SignInBy(identity.Provider{Issuer: at, Client: "zhanqun", Secret: "s", Back: origin + "/back"})
		address, kept, err := d.Leave(0, "/")
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = d.Return(ctx, kept+"!", u.Query().Get("state"), "code")
		refused(t, "a journey that was touched", err, fault.Forbidden, "没有完成")
		_, _, err = d.Return(ctx, kept, u.Query().Get("state"), "code")
		refused(t, "a code that the provider does not know", err, fault.Forbidden, "没有通过核对")

		a, b := d.appointed(d.login(), policies.IO, hanbin), d.appointed(d.login(), policies.IO, hanbin)
		d.password(a, word)
		who := identity.Subject{Issuer: at, Subject: "1"}
		_, _, err = d.SignInAs(ctx, who, home)
		refused(t, "nobody we know", err, fault.Forbidden, "还没有关联")
		if err := d.LinkSubject(as(a), a.ID, who); err != nil {
			t.Fatal(err)
		}
		refused(t, "the same for another", d.LinkSubject(as(b), b.ID, who), fault.Conflict, "已经关联过")
		if token, got, err := d.SignInAs(ctx, who, home); err != nil || token == "" || got.ID != a.ID {
			t.Errorf("who is linked comes in as %v, %v", got, err)
		}
		if err := d.Disable(server(), a.ID); err != nil {
			t.Fatal(err)
		}
		_, _, err = d.SignInAs(ctx, who, home)
		refused(t, "a closed account", err, fault.Forbidden, "还没有关联")
	})
}
