package pages

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

// counter is the newest revision of a site that this node has heard of; it only rises.
type counter struct{ rev atomic.Int64 }

func (c *counter) raise(rev int64) bool {
	for {
		have := c.rev.Load()
		if rev <= have {
			return false
		}
		if c.rev.CompareAndSwap(have, rev) {
			return true
		}
	}
}

// missedAtMost is how many polls in a row may fail before the node calls itself cut off.
const missedAtMost = 2

// Revisions knows the newest revision of every site, as far as this node has heard. Safe for concurrent use.
type Revisions struct {
	source source
	store  store

	mu      sync.RWMutex
	known   map[kernel.SiteID]*counter
	pending map[context.Context]map[kernel.SiteID]bool // between two steps of one commit; see Bump

	loading   sync.Mutex // one load of the platform's data at a time
	callbacks []func(context.Context) error
	awaited   func(context.Context) error // see Await; of the polling goroutine

	total  atomic.Int64 // of all revisions, when they were last read and all that follows from them was loaded
	polled atomic.Bool
	missed atomic.Int32
	fallen chan struct{} // closed while Down; under mu
	hint   chan struct{} // poll soon
	tell   chan struct{} // the other nodes should poll soon
}

// NewRevisions returns a Revisions that knows nothing yet; Poll or Run teach it.
func NewRevisions(d *db.DB) *Revisions { return newRevisions(store{d}) }

func newRevisions(s source) *Revisions {
	r := &Revisions{
		source: s, known: map[kernel.SiteID]*counter{}, pending: map[context.Context]map[kernel.SiteID]bool{},
		hint: make(chan struct{}, 1), tell: make(chan struct{}, 1), fallen: make(chan struct{}),
	}
	r.store, _ = s.(store)
	return r
}

// OnPlatform has f run when the platform's revision (hosts, states, themes, policies) has moved, before any page
// is stamped with the new one. Register before serving. f runs on the goroutine that learned of the change.
func (r *Revisions) OnPlatform(f func()) {
	r.LoadPlatform(func(context.Context) error { f(); return nil })
}

// LoadPlatform is OnPlatform for a reload that can fail: until f answers nil the new revision counts as unknown,
// and every poll tries again. f reads the store and never opens a transaction.
func (r *Revisions) LoadPlatform(f func(context.Context) error) { r.callbacks = append(r.callbacks, f) }

// Await says that the store did not answer when this node started: the node is Down from now on, and asks f at every
// poll until it answers nil; only then the store is read. f bounds its own time. Call it before Run.
func (r *Revisions) Await(f func(context.Context) error) {
	r.awaited = f
	for range missedAtMost {
		r.miss()
	}
}

// Known is the newest revision of a site this node has heard of, 0 for one that never changed.
func (r *Revisions) Known(site kernel.SiteID) int64 { return r.counter(site).rev.Load() }

// All reads the revision of every site that ever changed, from the store. Whatever is read afterwards is at least as new:
// so a room that keeps much in memory can load again only what has moved since it last asked.
func (r *Revisions) All(ctx context.Context) (map[kernel.SiteID]int64, error) {
	return r.source.all(ctx)
}

// CutOff reports whether the store has not answered two polls in a row, or has never been asked: what this node
// holds may be older than it knows.
func (r *Revisions) CutOff() bool { return !r.polled.Load() || r.Down() }

// Down reports whether the store has not answered two polls in a row.
func (r *Revisions) Down() bool { return r.missed.Load() >= missedAtMost }

func (r *Revisions) counter(site kernel.SiteID) *counter {
	r.mu.RLock()
	c := r.known[site]
	r.mu.RUnlock()
	if c != nil {
		return c
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if c = r.known[site]; c == nil {
		c = new(counter)
		r.known[site] = c
	}
	return c
}

// learn takes note of a revision of a site other than the platform.
func (r *Revisions) learn(site kernel.SiteID, rev int64) {
	if site != kernel.Platform {
		r.counter(site).raise(rev)
	}
}

// learnPlatform loads what the platform's row stands for and only then lets the revision be known, so that a page
// is never stamped with a revision newer than what this node has in memory.
func (r *Revisions) learnPlatform(ctx context.Context, rev int64) error {
	c := r.counter(kernel.Platform)
	if rev <= c.rev.Load() {
		return nil
	}
	r.loading.Lock()
	defer r.loading.Unlock()
	if rev <= c.rev.Load() {
		return nil
	}
	for _, f := range r.callbacks {
		if err := f(ctx); err != nil {
			return err
		}
	}
	c.raise(rev)
	return nil
}

// Poll learns what has moved since the last one. An error counts as a missed poll; a failing reload of the platform's
// data is returned too, but is not one. When nothing has moved it reads one number, however many sites there are.
func (r *Revisions) Poll(ctx context.Context) error {
	total, err := r.source.total(ctx)
	if err != nil {
		r.miss()
		return err
	}
	if total != r.total.Load() {
		revs, readable := r.source.all(ctx)
		if readable != nil {
			r.miss()
			return readable
		}
		if err = r.learnAll(ctx, revs); err == nil {
			r.total.Store(sum(revs)) // what was read, which may be more than was asked about
		}
	}
	r.polled.Store(true)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.missed.Swap(0) >= missedAtMost {
		r.fallen = make(chan struct{})
	}
	return err
}

func (r *Revisions) learnAll(ctx context.Context, revs map[kernel.SiteID]int64) error {
	for site, rev := range revs {
		r.learn(site, rev)
	}
	return r.learnPlatform(ctx, revs[kernel.Platform])
}

func sum(revs map[kernel.SiteID]int64) (n int64) {
	for _, rev := range revs {
		n += rev
	}
	return n
}

func (r *Revisions) miss() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.missed.Add(1) == missedAtMost {
		close(r.fallen)
	}
}

// fell is closed when the store is found to be down: nobody need wait for it any longer.
func (r *Revisions) fell() <-chan struct{} {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.fallen
}

type bumpKey struct {
	r    *Revisions
	site kernel.SiteID
}

type flushKey struct{ r *Revisions }

// bumpOrder is after audit (1): the revision rows are the last a transaction locks.
const bumpOrder = 9

// Bump says that the transaction ctx is in changes what citizens see of these sites. Their revisions rise by one
// each as its last statement, in ascending order of id; this node knows at once after the commit. Outside a
// transaction it answers an error.
func (r *Revisions) Bump(ctx context.Context, sites ...kernel.SiteID) error {
	if !db.InTransaction(ctx) {
		return errors.New("pages: Bump outside a transaction")
	}
	for _, site := range sites {
		db.BeforeCommit(ctx, bumpOrder, bumpKey{r, site}, func(ctx context.Context) error {
			r.gather(ctx, site)
			return nil
		})
	}
	return nil
}

// gather collects the sites of one commit: the steps of a commit run one after another in one context, and the
// first of them puts the flush behind all of them.
func (r *Revisions) gather(ctx context.Context, site kernel.SiteID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.pending[ctx] == nil {
		r.pending[ctx] = map[kernel.SiteID]bool{}
		db.BeforeCommit(ctx, bumpOrder, flushKey{r}, r.flush)
	}
	r.pending[ctx][site] = true
}

func (r *Revisions) flush(ctx context.Context) error {
	r.mu.Lock()
	set := r.pending[ctx]
	delete(r.pending, ctx)
	r.mu.Unlock()
	sites := make([]kernel.SiteID, 0, len(set))
	for site := range set {
		sites = append(sites, site)
	}
	revs, err := r.store.bump(ctx, sites)
	if err != nil {
		return err
	}
	db.AfterCommit(ctx, func() { r.committed(revs) })
	return nil
}

// loadWithin bounds the reload of the platform's data after a commit of this node.
const loadWithin = 10 * time.Second

// committed lets this node know at once, and the others soon.
func (r *Revisions) committed(revs map[kernel.SiteID]int64) {
	for site, rev := range revs {
		r.learn(site, rev)
	}
	if rev, ok := revs[kernel.Platform]; ok {
		// The transaction's context still carries the transaction, which has ended; so a new one.
		ctx, cancel := context.WithTimeout(context.Background(), loadWithin)
		defer cancel()
		if r.learnPlatform(ctx, rev) != nil {
			signal(r.hint) // the next poll tries again and reports
		}
	}
	signal(r.tell)
}

// signal leaves a message unless one is waiting.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Now reads the revision of a site, and answers the platform's that this node has loaded: what a room reads after asking is at least as new as
// both. It is Revision for what is no page.
func (r *Revisions) Now(ctx context.Context, site kernel.SiteID) (rev, platform int64, err error) {
	platform = r.counter(kernel.Platform).rev.Load()
	revs, err := r.source.some(ctx, []kernel.SiteID{site})
	return revs[site], platform, err
}
