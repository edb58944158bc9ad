package pages

import (
	"context"
	"errors"
	"io/fs"
	"sync"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
)

// Keep writes a snapshot of the platform's data, such as the host table, for a start without the store. Without a
// mirror it does nothing.
func (c *Cache) Keep(name string, b []byte) error {
	if c.mirror == nil {
		return nil
	}
	return replace(c.mirror.root, keptName(name), seal(b), true)
}

// Kept reads what Keep wrote last. ok is false when there is nothing, or not what was written.
func (c *Cache) Kept(name string) (b []byte, ok bool) {
	if c.mirror == nil {
		return nil, false
	}
	b, err := c.mirror.root.ReadFile(keptName(name))
	if err == nil {
		b, err = open(b)
	}
	return b, err == nil
}

// Run writes the mirror behind and keeps it whole until ctx ends, then writes what waits. refill asks for one
// mirrored address again, as a citizen would; nil leaves that to citizens.
func (c *Cache) Run(ctx context.Context, refill func(ctx context.Context, url string)) error {
	if c.mirror == nil {
		<-ctx.Done()
		return nil
	}
	var wg sync.WaitGroup
	if refill != nil {
		wg.Go(func() { c.refill(ctx, refill) })
	}
	err := c.mirror.run(ctx)
	wg.Wait()
	return errors.Join(err, c.mirror.flush())
}

// Flush writes what waits for the mirror.
func (c *Cache) Flush() error {
	if c.mirror == nil {
		return nil
	}
	return c.mirror.flush()
}

// restWhenIdle is how long the filler rests after a round.
const restWhenIdle = 5 * time.Second

// refill walks the mirror slowly, for ever: what has changed since it was mirrored is rendered again, so that a
// page withdrawn or corrected is not the last good one when the store goes away.
func (c *Cache) refill(ctx context.Context, ask func(ctx context.Context, url string)) {
	tick := time.NewTicker(c.cfg.FillEvery)
	defer tick.Stop()
	for {
		c.mirror.sweep()
		for _, name := range c.mirror.names() {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			c.lookAfter(ctx, name, ask)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(restWhenIdle):
		}
	}
}

// lookAfter renews one mirrored page when it is no longer what a citizen would get, or getting old.
func (c *Cache) lookAfter(ctx context.Context, name string, ask func(ctx context.Context, url string)) {
	if c.revisions.CutOff() {
		return
	}
	e, h, err := c.mirror.load(name, c.revisions)
	if errors.Is(err, fs.ErrNotExist) || err != nil {
		return // gone meanwhile, or torn and removed
	}
	current := true
	for _, s := range e.stamps {
		current = current && s.rev == s.known.rev.Load()
	}
	if current && c.now().Sub(h.Saved) < mirrorFor/2 {
		return
	}
	if hit, ok := c.Peek(e.Key.URL); ok {
		c.mirror.put(hit.Entry)
		return
	}
	ask(ctx, e.Key.URL)
}

// Stats is what the metrics show.
type Stats struct {
	Pages            int   // in memory
	Bytes            int64 // in memory
	Mirrored         int   // on disk and young enough
	MirrorBytes      int64
	Coverage         float64 // of the pages this node has served, the part that is on disk
	Dropped, Torn    int64   // not mirrored for lack of room; found damaged
	Waiting          int     // to be written
	MissedPolls      int
	PlatformRevision int64
}

// Stats counts now.
func (c *Cache) Stats() Stats {
	s := Stats{Pages: c.memory.EstimatedSize(), Bytes: int64(c.memory.WeightedSize()),
		MissedPolls: int(c.revisions.missed.Load()), PlatformRevision: c.revisions.Known(kernel.Platform)}
	m := c.mirror
	if m == nil {
		return s
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, have := range m.index {
		if have.size > 0 && m.now().Sub(have.saved) <= mirrorFor {
			s.Mirrored++
		}
	}
	if len(m.index) > 0 {
		s.Coverage = float64(s.Mirrored) / float64(len(m.index))
	}
	s.MirrorBytes, s.Dropped, s.Torn, s.Waiting = m.bytes, m.dropped, m.torn, len(m.pending)
	return s
}
