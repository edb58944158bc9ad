package pages

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// PollEvery is how often a node asks for the revisions: visible on every node within a second.
const PollEvery = 500 * time.Millisecond

const (
	pollWithin = time.Second            // a poll that takes longer is a missed one
	pollGap    = 20 * time.Millisecond  // at least, however many hints come
	pollDown   = 100 * time.Millisecond // while the store is down, so that a second is enough after it has come back
)

// Run polls until ctx ends: every PollEvery, and at once when another node hints that it has committed. It
// returns after its goroutines have ended.
func (r *Revisions) Run(ctx context.Context, log *slog.Logger) {
	var wg sync.WaitGroup
	defer wg.Wait()
	if r.store.db != nil && r.store.db.Postgres() {
		wg.Go(func() { r.listen(ctx) })
		wg.Go(func() { r.announce(ctx) })
	}
	tick := time.NewTicker(PollEvery)
	defer tick.Stop()
	for failing := false; ctx.Err() == nil; {
		err := r.pollWithin(ctx)
		if ctx.Err() == nil && (err != nil) != failing { // a line when it begins and when it ends
			failing = err != nil
			log.Warn("revisions polled", "ok", !failing, "err", err)
		}
		var again <-chan time.Time
		if r.Down() {
			again = time.After(pollDown)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pollGap):
		}
		select {
		case <-again:
		case <-ctx.Done():
		case <-tick.C:
		case <-r.hint:
		}
	}
}

func (r *Revisions) pollWithin(ctx context.Context) error {
	if r.awaited != nil {
		if err := r.awaited(ctx); err != nil {
			return err
		}
		r.awaited = nil
	}
	ctx, cancel := context.WithTimeout(ctx, pollWithin)
	defer cancel()
	return r.Poll(ctx)
}

// announce tells the other nodes after commits of this one; a lost message costs them half a second.
func (r *Revisions) announce(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.tell:
		}
		short, cancel := context.WithTimeout(ctx, pollWithin)
		_ = r.store.notify(short) // the others poll anyway
		cancel()
	}
}
