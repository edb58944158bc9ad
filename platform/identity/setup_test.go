package identity_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/policies"
)

const setupCode = "abcde-fghjk-mnpqr-stuvw"

func first(login string) identity.First {
	return identity.First{Typed: setupCode, Login: login, Name: "第一位", Password: word,
		Unit: func(context.Context) (kernel.OrgID, error) { return office, nil }}
}

// Q3, issue 4, 1 (first run): of many who have the right code at once, one becomes the administrator, with all three posts and on trial;
// afterwards the code opens nothing, whoever types it.
func TestTheFirstAdministratorIsOne(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		if has, err := d.HasAdministrator(context.Background()); err != nil || has {
			t.Fatalf("an empty store has an administrator: %v, %v", has, err)
		}
		d.appointed("words", policies.CL, hanbin) // is none
		var wg sync.WaitGroup
		var made atomic.Int64
		for i := range 10 {
			wg.Go(func() {
				switch _, err := d.SetUp(context.Background(), setupCode, first(fmt.Sprintf("first-%d", i)), from(fmt.Sprintf("198.51.100.%d", i))); {
				case err == nil:
					made.Add(1)
				case !fault.Is(err, fault.Conflict):
					t.Errorf("set-up %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		if n := d.text("SELECT count(*) FROM accounts WHERE login LIKE 'first-%'"); made.Load() != 1 || n != "1" {
			t.Fatalf("%d were made, the store has %s", made.Load(), n)
		}
		a, err := d.Find(context.Background(), d.text("SELECT login FROM accounts WHERE login LIKE 'first-%'"))
		if err != nil {
			t.Fatal(err)
		}
		if roles := fmt.Sprint(d.live(a)); roles != "[PO SA AA]" && len(d.live(a)) != 3 {
			t.Errorf("holds %s", roles)
		}
		if has, err := d.HasAdministrator(context.Background()); err != nil || !has {
			t.Errorf("no administrator: %v", err)
		}
		if err := d.OutOfTrial(context.Background()); !fault.Is(err, fault.Conflict) {
			t.Errorf("not on trial: %v", err)
		}
		if _, err := d.SetUp(context.Background(), setupCode, first("late"), home); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second one: %v", err)
		}
		if chain := strings.Join(d.entries(kernel.Platform), "\n"); strings.Count(chain, "user.first|account/"+a.ID.String()) != 1 || strings.Contains(chain, "fghjk") {
			t.Errorf("the chain says\n%s", chain)
		}
	})
}

// Q2: a wrong set-up code waits as a wrong password does, and is noted as what it was; what else is wrong is said and makes nobody.
func TestTheSetupCodeIsNotGuessed(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		for _, wrong := range []string{"", "abcde", setupCode + "x", strings.Repeat("z", 1<<16), strings.ReplaceAll(setupCode, "a", "b")} {
			f := first("guesser")
			f.Typed = wrong
			if _, err := d.SetUp(ctx, setupCode, f, home); !fault.Is(err, fault.Invalid) {
				t.Errorf("%.20q: %v", wrong, err)
			}
		}
		if _, err := d.SetUp(ctx, setupCode, first("guesser"), home); waits(err) != time.Second {
			t.Errorf("after five wrong codes the right one: %v", err)
		}
		f := first("other")
		f.Typed = ""
		if _, err := d.SetUp(ctx, "", f, from("192.0.2.8")); !fault.Is(err, fault.Invalid) {
			t.Errorf("no code where none is kept: %v", err)
		}
		for name, bad := range map[string]func(*identity.First){"password": func(f *identity.First) { f.Password = "short" }, "login": func(f *identity.First) { f.Login = "A B" },
			"name": func(f *identity.First) { f.Name = " " }} {
			f := first("other")
			bad(&f)
			if _, err := d.SetUp(ctx, setupCode, f, from("192.0.2.9")); !fault.Is(err, fault.Invalid) {
				t.Errorf("a bad %s: %v", name, err)
			}
		}
		if n := d.text("SELECT count(*) FROM accounts"); n != "0" {
			t.Errorf("%s accounts were made", n)
		}
		entries, err := d.SignIns(ctx, time.Time{}, 100)
		if err != nil || len(entries) != 6 || entries[0].Outcome != identity.WrongSetupCode || entries[0].Account != 0 {
			t.Errorf("noted %v, %v", entries, err)
		}
		f = first("other")
		f.Typed = " ABCDE fghjk-MNPQR　stuvw"
		if _, err := d.SetUp(ctx, setupCode, f, from("192.0.2.9")); err != nil {
			t.Errorf("as one types it: %v", err)
		}
	})
}

// Q3 (三员分立): the trial is over when three different people hold the three posts and none of them two; it begins again when one of
// them is disabled.
func TestTheTrialEndsWithThreePeople(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		trial := func(want bool, when string) {
			t.Helper()
			if got, err := d.Trial(context.Background()); err != nil || got != want {
				t.Errorf("%s: on trial %v, %v", when, got, err)
			}
		}
		trial(true, "nobody")
		one := d.appointed("one", policies.PO, office)
		extra := d.give(server(), one, policies.SA, office)
		trial(true, "one with two posts")
		two := d.appointed("two", policies.SA, office)
		three := d.appointed("three", policies.AA, office)
		trial(true, "three, and one with two posts")
		if err := d.End(as(two), extra.ID, "安政任〔2026〕2号"); err != nil {
			t.Fatal(err)
		}
		trial(false, "three")
		d.appointed("four", policies.PO, office)
		trial(false, "two operators")
		if err := d.Disable(server(), three.ID); err != nil {
			t.Fatal(err)
		}
		trial(true, "the audit administrator is disabled")
	})
}
