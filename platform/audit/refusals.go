package audit

import (
	"cmp"
	"context"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
)

// Refusal is what somebody tried and was refused, and how many times on one day. It changes nothing, so it stands in no chain.
type Refusal struct {
	Day         string // in Beijing, 2026-11-27
	Account     kernel.AccountID
	Name        string
	Site        kernel.SiteID // 0: the platform
	Action      string        // AndMore stands for what came beyond the most that is kept of one person and day
	Client      string        // address
	Why         string        // the sentence that the person read
	Times       int64
	First, Last time.Time
}

// AndMore is the action of refusals that are only counted.
const AndMore = "*"

// How much is kept, and how long: 网络安全法第二十一条 asks for six months.
const (
	eachPersonMost = 200  // rows of one person and day
	waitingMost    = 2000 // in memory
	whyMost        = 120  // characters
	keptDays       = 180
	writeEach      = 5 * time.Second
	forgetEach     = time.Hour
)

type refusalKey struct {
	day     string
	account kernel.AccountID
	about   kernel.SiteID
	action  string
	client  string
	why     string
}

// more is where a refusal is counted when there is no room for it.
func (k refusalKey) more() refusalKey {
	return refusalKey{day: k.day, account: k.account, action: AndMore}
}

// Refusals counts in memory what was refused and writes it in batches: a flood of refusals makes numbers grow, and nothing else.
type Refusals struct {
	db      *db.DB
	now     kernel.Clock
	mu      sync.Mutex
	waiting map[refusalKey]Refusal
	forgot  time.Time
}

// NewRefusals returns the refusals in d.
func NewRefusals(d *db.DB, now kernel.Clock) *Refusals {
	return &Refusals{db: d, now: now, waiting: map[refusalKey]Refusal{}}
}

// Refused notes that the actor in ctx was refused an action at a site. Whoever is not signed in is led to the sign-in, which is no refusal;
// a store that does not answer is none either.
func (r *Refusals) Refused(ctx context.Context, site kernel.SiteID, action string, from netip.Addr, why error) {
	who := kernel.ActorFrom(ctx)
	if who.Account == 0 || !fault.Is(why, fault.Forbidden) && !fault.Is(why, fault.NotFound) {
		return
	}
	client := ""
	if from.IsValid() {
		client = from.String()
	}
	say := []rune(clean(fault.Say(why)))
	now := r.now()
	r.put(Refusal{Day: now.In(kernel.Beijing).Format(time.DateOnly), Account: who.Account, Name: clean(who.Name), Site: site, Action: action,
		Client: client, Why: string(say[:min(len(say), whyMost)]), Times: 1, First: now, Last: now})
}

func (f Refusal) key() refusalKey {
	return refusalKey{f.Day, f.Account, f.Site, f.Action, f.Client, f.Why}
}

// put adds to what waits, and counts what there is no room for with its person, or at last with nobody.
func (r *Refusals) put(f Refusal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := f.key()
	if _, is := r.waiting[k]; !is && len(r.waiting) >= waitingMost {
		if k = k.more(); len(r.waiting) >= 2*waitingMost {
			k.account, f.Name = 0, ""
		}
	}
	f = f.under(k)
	if was, is := r.waiting[k]; is {
		f.Times += was.Times
		f.First, f.Last = earlier(was.First, f.First), later(was.Last, f.Last)
	}
	r.waiting[k] = f
}

// under is the refusal as it is counted under a key.
func (f Refusal) under(k refusalKey) Refusal {
	f.Day, f.Account, f.Site, f.Action, f.Client, f.Why = k.day, k.account, k.about, k.action, k.client, k.why
	return f
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Flush writes what waits. What cannot be written waits on.
func (r *Refusals) Flush(ctx context.Context) error {
	r.mu.Lock()
	batch := r.waiting
	r.waiting = map[refusalKey]Refusal{}
	r.mu.Unlock()
	if len(batch) == 0 {
		return nil
	}
	all := make([]Refusal, 0, len(batch))
	for _, f := range batch {
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b Refusal) int { // two nodes lock the rows in one order
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Site, b.Site), cmp.Compare(a.Action, b.Action),
			cmp.Compare(a.Client, b.Client), cmp.Compare(a.Why, b.Why))
	})
	if err := r.write(ctx, all); err != nil {
		for _, f := range all {
			r.put(f)
		}
		return err
	}
	return nil
}

// Run writes every few seconds, and once more when ctx ends; what is old it forgets.
func (r *Refusals) Run(ctx context.Context) error {
	tick := time.NewTicker(writeEach)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeEach)
			defer cancel()
			return r.Flush(last)
		case <-tick.C:
		}
		if err := r.Flush(ctx); err != nil && ctx.Err() == nil {
			slog.Warn("refusals wait", "err", err)
			continue
		}
		if now := r.now(); now.Sub(r.forgot) >= forgetEach && r.Forget(ctx) == nil {
			r.forgot = now
		}
	}
}
