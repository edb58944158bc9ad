package emergency

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/publication"
)

// Turn begins or ends a warning when its time has come.
type Turn struct{ ID int64 }

// Kind names the job.
func (Turn) Kind() string { return "emergency.turn" }

// Jobs registers the room's jobs.
func (e *Emergency) Jobs(q *jobs.Queue) {
	jobs.Handle(q, func(ctx context.Context, site kernel.SiteID, t Turn) error { return e.Turn(ctx, site, t.ID) })
}

// turnAt asks for the turn of a warning at a moment.
func (e *Emergency) turnAt(ctx context.Context, k *Kept, at time.Time) error {
	return e.Queue.Add(ctx, k.Site, Turn{k.ID}, jobs.Options{Key: strconv.FormatInt(k.ID, 10) + at.UTC().Format(" 20060102T150405.000000"), RunAt: at})
}

// issued puts a warning on the pages, within the transaction that makes its edition public.
func (e *Emergency) issued(ctx context.Context, l *publication.Live) error {
	w, err := decode(string(l.Payload))
	if err != nil {
		return fmt.Errorf("read warning %d of site %d: %w", l.ID, l.Site, err)
	}
	now := e.Now()
	if err := w.inTime(now); err != nil {
		return err
	}
	k, err := e.get(ctx, l.Site, l.ID, true)
	if err != nil {
		return err
	}
	was, carried := k.Phase, k.Spread || w.Spread
	k.Since, k.Till, k.Spread, k.Why, k.Phase = w.From, w.Until, w.Spread, "", On
	if k.Since.IsZero() {
		k.Since = l.FirstPublishedAt
	}
	if k.Since.After(now) {
		k.Phase = Waiting
		if err := e.turnAt(ctx, k, k.Since); err != nil {
			return err
		}
	}
	if err := e.turnAt(ctx, k, k.Till); err != nil {
		return err
	}
	return e.move(ctx, k, "warning.issue", was, carried, nil)
}

// move writes how a warning stands now and has the pages made anew that show it, or showed it.
func (e *Emergency) move(ctx context.Context, k *Kept, action string, was Phase, carried bool, note map[string]string) error {
	if err := e.update(ctx, k); err != nil {
		return err
	}
	if err := e.record(ctx, k.Site, action, k.ID, string(was), string(k.Phase), note); err != nil {
		return err
	}
	shows := []kernel.SiteID{k.Site}
	if carried {
		more, err := e.carriersOf(ctx, k.Site)
		if err != nil {
			return err
		}
		for _, c := range more {
			shows = append(shows, c.Site)
		}
	}
	return e.Revisions.Bump(ctx, shows...)
}

// taken ends a warning whose edition is public no more; lawful erasure reaches the draft as well.
func (e *Emergency) taken(ctx context.Context, w publication.WithdrawnEvent) error {
	k, err := e.get(ctx, w.Site, w.ID, true)
	if err != nil {
		return err
	}
	if w.Erased {
		return e.drop(ctx, w.Site, w.ID)
	}
	was := k.Phase
	k.Phase = Gone
	return e.move(ctx, k, "warning.gone", was, k.Spread, nil)
}

// Turn does what time has brought: a waiting warning begins, one whose time is over ends. At any other moment it does nothing.
func (e *Emergency) Turn(ctx context.Context, id kernel.SiteID, number int64) error {
	return e.DB.InTx(ctx, func(ctx context.Context) error {
		k, err := e.get(ctx, id, number, true)
		if fault.Is(err, fault.NotFound) {
			return nil // erased meanwhile
		}
		if err != nil {
			return err
		}
		was, now := k.Phase, e.Now()
		if k.Phase == Waiting && !now.Before(k.Since) {
			k.Phase = On
		}
		if (k.Phase == On || k.Phase == Waiting) && !now.Before(k.Till) {
			k.Phase = Over
		}
		if k.Phase == was {
			return nil
		}
		return e.move(ctx, k, "warning.turn", was, k.Spread, nil)
	})
}

// whyMost bounds the sentence that says why a warning was lifted.
const whyMost = 200

// Lift ends a warning before its time: the danger is over. Its page stays and says why.
func (e *Emergency) Lift(ctx context.Context, id kernel.SiteID, number int64, why string) error {
	why = strings.TrimSpace(why)
	if n := utf8.RuneCountInString(why); n == 0 || n > whyMost || strings.ContainsRune(why, 0) {
		return fault.In("why", "请用一句话写明为什么解除（最多 %d 个字），公众会看到。", whyMost)
	}
	return e.DB.InTx(ctx, func(ctx context.Context) error {
		k, err := e.get(ctx, id, number, true)
		if err != nil {
			return err
		}
		if err := e.Reviews.May(ctx, k.object(), "article.withdraw"); err != nil {
			return err
		}
		if k.Phase != On && k.Phase != Waiting {
			return fault.New(fault.Conflict, "这条预警已经不在生效，不用解除。")
		}
		was := k.Phase
		k.Phase, k.Why = Over, why
		return e.move(ctx, k, "warning.lift", was, k.Spread, map[string]string{"why": why})
	})
}

// Withdraw takes a warning and its page away: it should not have been given. Citizens read the usual sentence.
func (e *Emergency) Withdraw(ctx context.Context, id kernel.SiteID, number int64, why string) error {
	k, err := e.get(ctx, id, number, false)
	if err != nil {
		return err
	}
	return e.Reviews.Withdraw(ctx, k.object(), publication.Withdrawal{Reason: why})
}
