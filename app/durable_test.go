package app

import (
	"testing"

	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// What the proofs of durability do and look for: no operation counts as done before it is, and each does once it has been.
func TestOperationsOfTheProofs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, err := settle(d)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range operations {
			t.Run(o.name, func(t *testing.T) {
				a, err := o.make(w)
				if err != nil {
					t.Fatalf("prepare: %v", err)
				}
				if err := a.check(); err == nil {
					t.Error("counts as done before it is")
				}
				if err := a.do(); err != nil {
					t.Fatalf("do: %v", err)
				}
				if err := a.check(); err != nil {
					t.Errorf("done, but %v", err)
				}
			})
		}
		if err := holds(w.ctx, d, w.Audit); err != nil {
			t.Error(err)
		}
	})
}
