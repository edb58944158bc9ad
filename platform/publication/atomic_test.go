package publication

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

func (k *desk) sql(statements ...string) {
	k.t.Helper()
	k.must(k.try(statements...))
}

// try runs hand-written statements in one transaction.
func (k *desk) try(statements ...string) error {
	return k.d.InTx(context.Background(), func(ctx context.Context) error {
		for _, s := range statements {
			if _, err := k.d.Conn(ctx).ExecContext(ctx, s); err != nil {
				return fmt.Errorf("%s: %w", s, err)
			}
		}
		return nil
	})
}

// 2.2: publication, its link in the chain, the revision and what subscribers wrote are committed together or not at all.
func TestPublishIsAtomic(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		full := errors.New("the index is full")
		var fail error
		k.Published.On("index", func(context.Context, PublishedEvent) error { return fail })
		k.Withdrawn.On("index", func(context.Context, WithdrawnEvent) error { return fail })
		counts := func() (s string) {
			for _, table := range []string{"publications", "publication_history", "tombstones", "audit_entries", "debts", "site_revisions"} {
				var n int
				k.must(d.Conn(k.ctx()).NewRaw(`SELECT count(*) FROM `+table).Scan(k.ctx(), &n))
				s += fmt.Sprint(table, " ", n, ", ")
			}
			return s
		}
		e, urgent := k.freeze(article(1), Small, "x"), k.freeze(article(2), Small, "y")
		k.approve(e, r1)
		k.must(k.OpenBatch(k.ctx(), batch))
		before := counts()
		fail = full
		for what, err := range map[string]error{
			"publish": k.Publish(k.ctx(), site, e, Placing{1}), "emergency": k.PublishEmergency(k.ctx(), site, urgent, Placing{1}, r1),
			"import": k.Import(k.ctx(), batch.ID, []ImportItem{item(site, 3, 1, start, "z")}),
		} {
			if !errors.Is(err, full) {
				t.Errorf("%s: got %v", what, err)
			}
		}
		if got := counts(); got != before {
			t.Errorf("left behind: %s; before: %s", got, before)
		}
		fail = nil
		k.must(k.Publish(k.ctx(), site, e, Placing{1}))
		before, fail = counts(), full
		if err := k.Withdraw(k.ctx(), article(1), "r"); !errors.Is(err, full) || counts() != before {
			t.Errorf("withdraw: %v, left %s", err, counts())
		}
	}, schema()...)
}

// Four people press the same button at once: one is taken, three are told.
func TestManyHands(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		race := func(f func(r kernel.AccountID) error) (taken int) {
			errs := make(chan error)
			for r := range kernel.AccountID(4) {
				go func() { errs <- f(r + 50) }()
			}
			for range 4 {
				if err := <-errs; err == nil {
					taken++
				} else if fault.KindOf(err) == "" {
					t.Errorf("got %v, want a fault", err)
				}
			}
			return taken
		}
		for round := range int64(5) {
			e := k.freeze(article(round+1), Small, "x")
			if n := race(func(r kernel.AccountID) error { return k.Approve(k.ctx(), site, e, yes(r)) }); n != 1 {
				t.Errorf("%d took the one step", n)
			}
			if n := race(func(kernel.AccountID) error { return k.Publish(k.ctx(), site, e, Placing{1}) }); n != 1 {
				t.Errorf("%d published the one edition", n)
			}
			if n := race(func(kernel.AccountID) error { return k.Withdraw(k.ctx(), article(round+1), "r") }); n != 1 {
				t.Errorf("%d withdrew the one object", n)
			}
		}
		if n, err := k.log.Verify(k.ctx(), site); err != nil || n != 20 {
			t.Errorf("the chain: %d, %v; want 20", n, err)
		}
	}, schema()...)
}
