package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/kernel/proof"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest/disk"
)

// shaky is a house on a disk that can be made to fail.
type shaky struct {
	*works
	d *disk.Disk
	s *db.DB
}

func newShaky(t *testing.T) *shaky {
	t.Helper()
	d := disk.New(t)
	s, err := db.Open(context.Background(), d.Path(storeName))
	if err != nil {
		t.Fatal(err)
	}
	w, err := settle(s)
	if err != nil {
		t.Fatal(err)
	}
	return &shaky{works: w, d: d, s: s}
}

// reopen is a new start of the program, whose caches are empty: what it does has to be read first.
func (h *shaky) reopen() error {
	s, err := db.Open(context.Background(), h.d.Path(storeName))
	if err != nil {
		return err
	}
	w, err := newWorks(s, h.at, h.ground, h.n)
	if err != nil {
		return errors.Join(err, s.Close())
	}
	h.s, h.works = s, w
	return nil
}

// refusal says what is wrong with an error that a person is to read.
func refusal(err error) error {
	err = db.Fault(err) // what was only read is told by the edge
	if say := fault.Say(err); !fault.Is(err, fault.Unavailable) || !strings.Contains(say, "磁盘") && !strings.Contains(say, "打不开数据库文件") || strings.Contains(say, "不知道") {
		return fmt.Errorf("is not told as a disk that failed: %q, %w", say, err)
	}
	return nil
}

// disturb does one operation with the k-th access to the disk failing, and reports whether there were so many.
func (h *shaky) disturb(make func(*works) (deed, error), k int, lasts bool) (bool, error) {
	a, err := make(h.works)
	if err != nil {
		return false, fmt.Errorf("prepare: %w", err)
	}
	before, err := stateOf(h.d.Path(storeName))
	if err != nil {
		return false, err
	}
	h.d.FailAt(k, lasts)
	err = a.do()
	hit := h.d.Heal()
	if err != nil {
		if !hit {
			return false, fmt.Errorf("undisturbed: %w", err)
		}
		if err := refusal(err); err != nil {
			return hit, err
		}
		after, err := stateOf(h.d.Path(storeName))
		if err != nil || after != before && !a.parts {
			return hit, fmt.Errorf("it failed and left something behind, %v", err)
		}
		if err := a.do(); err != nil {
			return hit, fmt.Errorf("again, on a disk that works: %w", err)
		}
	}
	if err := a.check(); err != nil {
		return hit, fmt.Errorf("not there: %w", err)
	}
	return hit, nil
}

// promises.md 2.1: any access to the disk may fail, once or from then on, in any operation: either it is done, or it says that it is not
// and has left nothing. The same house goes on as soon as the disk does.
func TestDiskErrors(t *testing.T) {
	for _, o := range operations {
		t.Run(o.name, func(t *testing.T) {
			h := newShaky(t)
			defer func() {
				if err := h.s.Close(); err != nil {
					t.Error(err)
				}
			}()
			most := 0
			for _, lasts := range []bool{false, true} {
				for k := 1; ; k += stride(k) {
					hit, err := h.disturb(o.make, k, lasts)
					if err != nil {
						t.Fatalf("access %d, for good %v: %v", k, lasts, err)
					}
					if !hit {
						break
					}
					most = max(most, k)
				}
			}
			if err := holds(h.ctx, h.s, h.Audit); err != nil {
				t.Error(err)
			}
			t.Logf("%d accesses, each failed once and for good", most)
		})
	}
}

// stride passes over most accesses of the few operations that have hundreds, in the short form.
func stride(k int) int {
	if k < 60 {
		return 1
	}
	return proof.Times(9, 1)
}

// The same in a program that has just been started, which opens its files and reads what it needs meanwhile.
func TestDiskErrorsAfterAStart(t *testing.T) {
	every := proof.Times(5, 1) // of the accesses, one in so many, another for each operation
	for i, o := range operations {
		t.Run(o.name, func(t *testing.T) {
			h := newShaky(t)
			if err := h.s.Close(); err != nil {
				t.Fatal(err)
			}
			for k := 1 + i%every; ; k += every * stride(k) {
				hit, err := h.disturbStart(o.make, k)
				if err != nil {
					t.Fatalf("access %d: %v", k, err)
				}
				if !hit {
					t.Logf("%d accesses", k)
					break
				}
			}
		})
	}
}

func (h *shaky) disturbStart(make func(*works) (deed, error), k int) (hit bool, err error) {
	if err := h.reopen(); err != nil {
		return false, err
	}
	a, err := make(h.works)
	if err := errors.Join(err, h.s.Close()); err != nil {
		return false, err
	}
	// The deed was prepared by rooms that are closed now; they are given the new store's.
	old := h.works
	h.d.FailAt(k, false)
	err = h.reopen()
	if err == nil {
		*old.House = *h.House
		err = a.do()
	}
	hit = h.d.Heal()
	if err != nil {
		if !hit {
			return false, fmt.Errorf("undisturbed: %w", err)
		}
		if err := refusal(err); err != nil {
			return hit, err
		}
		if h.works == old {
			if err := h.reopen(); err != nil {
				return hit, fmt.Errorf("a start on a disk that works: %w", err)
			}
			*old.House = *h.House
		}
		if err := a.do(); err != nil {
			return hit, fmt.Errorf("again, on a disk that works: %w", err)
		}
	}
	return hit, errors.Join(a.check(), holds(h.ctx, h.s, h.Audit), h.s.Close())
}
