package pages

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
	"golang.org/x/sync/singleflight"
)

// Config says how much is kept. The zero Config keeps 64 MB in memory and nothing on disk.
type Config struct {
	Bytes        int64         // in memory; default 64 MB
	SiteBytes    int64         // the share of one site; default a quarter of Bytes
	RenderWithin time.Duration // default 8 s
	Dir          string        // folder of the mirror, made when absent; "" for none
	DirBytes     int64         // on disk; default 4 GB
	FillEvery    time.Duration // the slow filler looks after one mirrored page each; default 50 ms
}

// mirrorFor bounds how old a mirrored page may be when it is served: one more day without the store, no longer.
const mirrorFor = 24 * time.Hour

// Cache keeps pages in memory and, written behind, on disk. Safe for concurrent use.
type Cache struct {
	cfg        Config
	revisions  *Revisions
	now        kernel.Clock
	memory     *otter.Cache[string, *Entry]
	shares     *shares
	flights    singleflight.Group
	turn       atomic.Uint64 // orders the beginning of requests and renders
	mirror     *mirror       // nil without Dir
	tombstones tombstones
}

// Hit is a page to be sent.
type Hit struct {
	*Entry
	State State
	Stale bool // mark it: it may be older than what has been published or withdrawn since
}

// Render makes a page; it runs at most once at a time for a key.
type Render func(ctx context.Context) (*Page, error)

// NewCache opens the mirror's folder when there is one.
func NewCache(r *Revisions, now kernel.Clock, cfg Config) (*Cache, error) {
	if cfg.Bytes <= 0 {
		cfg.Bytes = 64 << 20
	}
	if cfg.SiteBytes <= 0 {
		cfg.SiteBytes = cfg.Bytes / 4
	}
	if cfg.RenderWithin <= 0 {
		cfg.RenderWithin = 8 * time.Second
	}
	if cfg.FillEvery <= 0 {
		cfg.FillEvery = 50 * time.Millisecond
	}
	c := &Cache{cfg: cfg, revisions: r, now: now, shares: newShares(cfg.SiteBytes)}
	var err error
	c.memory, err = otter.New(&otter.Options[string, *Entry]{
		MaximumWeight:    uint64(cfg.Bytes),
		Weigher:          func(_ string, e *Entry) uint32 { return uint32(min(e.weight(), 1<<31)) },
		OnAtomicDeletion: func(d otter.DeletionEvent[string, *Entry]) { c.shares.remove(d.Value) },
	})
	if err != nil {
		return nil, fmt.Errorf("make page memory: %w", err)
	}
	if cfg.Dir != "" {
		if c.mirror, err = openMirror(cfg, now); err != nil {
			return nil, err
		}
		if err := c.tombstones.load(c.mirror.root); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Close gives back the mirror's folder. What has not been written is lost; Flush first.
func (c *Cache) Close() error {
	c.memory.StopAllGoroutines()
	if c.mirror == nil {
		return nil
	}
	return c.mirror.root.Close()
}

// Revisions is what the cache judges freshness by.
func (c *Cache) Revisions() *Revisions { return c.revisions }

// Peek returns the page at url when it is in memory and fresh.
func (c *Cache) Peek(url string) (Hit, bool) {
	e, ok := c.memory.GetIfPresent(url)
	if !ok || !e.fresh() || !c.revisions.polled.Load() || c.tombstones.has(url) {
		return Hit{}, false
	}
	return Hit{e, Fresh, c.revisions.Down()}, true
}

// Get returns the page of key: from memory while fresh, else rendered, once for all who ask at the same time; the
// last good page when rendering failed for lack of the store. An address taken down is fault.Gone.
func (c *Cache) Get(ctx context.Context, key Key, render Render) (Hit, error) {
	if c.tombstones.has(key.URL) {
		return Hit{}, fault.New(fault.Gone, "您访问的内容曾在本站发布，现已依规撤下，不再提供。")
	}
	if h, ok := c.Peek(key.URL); ok {
		return h, nil
	}
	arrived := c.turn.Add(1)
	fell := c.revisions.fell()
	for {
		if c.revisions.Down() { // two polls have failed: rendering would only wait for a store that does not answer
			return c.lastGood(key, errDown)
		}
		flight := c.flights.DoChan(key.Site.String()+" "+key.URL, func() (any, error) { return c.fill(ctx, key, render), nil })
		var o outcome
		select {
		case r := <-flight:
			o = r.Val.(outcome)
		case <-fell:
			return c.lastGood(key, errDown)
		}
		if o.began < arrived && (o.err != nil || !o.entry.fresh()) {
			continue // it began before this request did: it may not show what was committed before it
		}
		if o.err != nil && lacking(o.err) {
			return c.lastGood(key, o.err)
		}
		if o.err != nil {
			return Hit{}, o.err
		}
		return Hit{o.entry, Filled, c.revisions.CutOff()}, nil
	}
}

// Once makes a page for whoever asks and keeps it nowhere: for what people type there are more pages than there is room, and others would lose
// theirs. There is no last good one either.
func (c *Cache) Once(ctx context.Context, key Key, render Render) (Hit, error) {
	if c.revisions.Down() {
		return Hit{}, errDown
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.RenderWithin)
	defer cancel()
	at := c.now()
	page, stamps, err := c.render(ctx, key, render)
	switch {
	case err != nil && lacking(err) && !fault.Is(err, fault.Unavailable):
		return Hit{}, fault.Because(err, fault.Unavailable, "系统暂时不能打开这个页面，请稍后再试。")
	case err != nil:
		return Hit{}, err
	}
	return Hit{newEntry(key, *page, at, stamps), Filled, c.revisions.CutOff()}, nil
}

var errDown = fault.New(fault.Unavailable, "系统暂时不能打开这个页面，请稍后再试。")

// outcome is what a render came to, and the turn in which it began to read.
type outcome struct {
	began uint64
	entry *Entry
	err   error
}

func (c *Cache) fill(ctx context.Context, key Key, render Render) outcome {
	o := outcome{began: c.turn.Add(1)}
	if h, ok := c.Peek(key.URL); ok { // the render before this one ended between the asker's look and its turn
		o.entry = h.Entry
		return o
	}
	// Others wait for this render too, so the first asker's leaving must not end it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.cfg.RenderWithin)
	defer cancel()
	at := c.now()
	page, stamps, err := c.render(ctx, key, render)
	if err != nil {
		o.err = err
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Gone) {
			c.Forget(forms(key.URL)...) // or a withdrawn page would be the last good one
		}
		return o
	}
	o.entry = newEntry(key, *page, at, stamps)
	if keepable(o.entry) {
		c.keep(o.entry)
		if c.mirror != nil {
			c.mirror.put(o.entry)
		}
	}
	return o
}

// render stamps first, then renders. A panic becomes an error, since it would end the process here.
func (c *Cache) render(ctx context.Context, key Key, render Render) (p *Page, stamps []stamp, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("render %s: panic: %v\n%s", key.URL, v, debug.Stack())
		}
	}()
	ctx, rec, err := c.revisions.begin(ctx, key.Site)
	if err != nil {
		return nil, nil, err
	}
	p, err = render(ctx)
	if err == nil && p == nil {
		err = fmt.Errorf("render %s: no page", key.URL)
	}
	if err == nil {
		err = ctx.Err() // a page made of half an answer is none
	}
	return p, rec.all(), err
}

// lacking reports whether rendering failed because the store does not answer.
func lacking(err error) bool { return fault.Is(err, fault.Unavailable) || db.Down(err) }

// keepable reports whether the page may be kept: a good page or a lasting redirect.
func keepable(e *Entry) bool {
	switch e.Page.Status {
	case http.StatusOK, http.StatusMovedPermanently, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// keep stores e in memory, unless what is there is newer.
func (c *Cache) keep(e *Entry) {
	if e.weight() > c.cfg.SiteBytes {
		return
	}
	var over []*Entry
	c.memory.Compute(e.Key.URL, func(have *Entry, found bool) (*Entry, otter.ComputeOp) {
		if found && have.newer(e) {
			return have, otter.CancelOp
		}
		over = c.shares.add(e)
		return e, otter.WriteOp
	})
	for _, old := range over {
		c.memory.Compute(old.Key.URL, func(have *Entry, found bool) (*Entry, otter.ComputeOp) {
			if found && have == old {
				return nil, otter.InvalidateOp
			}
			return have, otter.CancelOp
		})
	}
}

// lastGood returns the page as it last was: from memory, else from the mirror; cause when there is none.
func (c *Cache) lastGood(key Key, cause error) (Hit, error) {
	if e, ok := c.memory.GetIfPresent(key.URL); ok {
		return Hit{e, Stale, true}, nil
	}
	if c.mirror != nil {
		if e := c.mirror.read(key, c.revisions); e != nil {
			c.keep(e)
			return Hit{e, Stale, true}, nil
		}
	}
	if lacking(cause) && !fault.Is(cause, fault.Unavailable) {
		cause = fault.Because(cause, fault.Unavailable, "系统暂时不能打开这个页面，请稍后再试。")
	}
	return Hit{}, cause
}

// Forget drops pages from memory and from the mirror.
func (c *Cache) Forget(urls ...string) {
	for _, url := range urls {
		c.memory.Invalidate(url)
		if c.mirror != nil {
			c.mirror.drop(url)
		}
	}
}
