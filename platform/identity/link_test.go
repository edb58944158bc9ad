package identity_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
)

func (d *desk) link(a identity.Account, kind identity.LinkKind) string {
	d.t.Helper()
	l, err := d.MakeLink(server(), a.ID, kind)
	if err != nil {
		d.t.Fatal(err)
	}
	return l.Token
}

const renewed = "瀛湖的水今天很清澈" + "呢呢"

// Q2, Must show 9: fifty uses of one reset link at once give one success; the forty-nine others are told so, and the password is
// the one that succeeded.
func TestOneOfFiftyUsesOfALinkSucceeds(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		a := d.known()
		token, old := d.link(a, identity.Reset), d.in(a, home)
		var wg sync.WaitGroup
		var successes, refusals atomic.Int64
		set := make(chan string, 50)
		for i := range 50 {
			wg.Go(func() {
				password := fmt.Sprintf("%s-%d", renewed, i)
				switch _, err := d.UseLink(context.Background(), token, password, home); {
				case err == nil:
					successes.Add(1)
					set <- password
				case fault.Is(err, fault.NotFound):
					refusals.Add(1)
				default:
					t.Errorf("use %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		if successes.Load() != 1 || refusals.Load() != 49 {
			t.Fatalf("%d successes and %d refusals of 50", successes.Load(), refusals.Load())
		}
		if d.signedIn(old) {
			t.Error("a session from before is alive")
		}
		if _, _, err := d.SignIn(context.Background(), a.Login, <-set, home); err != nil {
			t.Errorf("the password of the success: %v", err)
		}
		d.fails(a.Login, word, home)
		chain := strings.Join(d.entries(0), "\n")
		if strings.Count(chain, "user.link|account/"+a.ID.String()+"||reset") != 1 || strings.Count(chain, "user.password|account/"+a.ID.String()) != 2 || strings.Contains(chain, token) {
			t.Errorf("the chain says\n%s", chain)
		}
	})
}

// Q2: a link lives for its time, and ends when another is made, when its account is disabled, or when it was used; looking at it uses
// nothing; a password that is refused uses nothing; the store holds no token.
func TestWhatEndsALink(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		opens := func(token string) bool {
			t.Helper()
			_, _, err := d.Opens(ctx, token)
			if err != nil && !fault.Is(err, fault.NotFound) {
				t.Fatal(err)
			}
			return err == nil
		}
		a := d.person("li-si", hanbin)
		first := d.link(a, identity.Reset)
		if n := d.text("SELECT count(*) FROM links WHERE digest = ?", first); n != "0" {
			t.Error("the store holds the token")
		}
		second := d.link(a, identity.Invitation)
		if opens(first) || !opens(second) || !opens(second) {
			t.Error("not the last link is the one that opens")
		}
		if _, err := d.UseLink(ctx, second, "short", home); !fault.Is(err, fault.Invalid) {
			t.Errorf("a short password: %v", err)
		}
		d.now = d.now.Add(72*time.Hour - time.Second)
		if !opens(second) {
			t.Error("an invitation ends early")
		}
		d.now = d.now.Add(time.Second)
		if _, err := d.UseLink(ctx, second, renewed, home); opens(second) || !fault.Is(err, fault.NotFound) {
			t.Errorf("an invitation lives on: %v", err)
		}
		third := d.link(a, identity.Reset)
		if err := d.Disable(server(), a.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := d.UseLink(ctx, third, renewed, home); opens(third) || !fault.Is(err, fault.NotFound) {
			t.Errorf("a disabled account's link: %v", err)
		}
		if _, err := d.MakeLink(server(), a.ID, identity.Reset); !fault.Is(err, fault.Conflict) {
			t.Errorf("a link for a disabled account: %v", err)
		}
		if err := d.Enable(server(), a.ID); err != nil {
			t.Fatal(err)
		}
		if got, err := d.UseLink(ctx, third, renewed, home); err != nil || got.ID != a.ID || opens(third) {
			t.Errorf("used: %v, %v, opens again: %v", got, err, opens(third))
		}
		for name, token := range map[string]string{"empty": "", "its digest": d.text("SELECT digest FROM links WHERE used_at IS NOT NULL"), "cut": third[:42], "long": strings.Repeat("A", 4096)} {
			if opens(token) {
				t.Errorf("%s opens", name)
			}
		}
		if _, err := d.MakeLink(as(a), a.ID, identity.Reset); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an own link: %v", err)
		}
		if _, err := d.MakeLink(ctx, a.ID, identity.Reset); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a citizen's link: %v", err)
		}
	})
}
