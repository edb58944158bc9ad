package audit

import (
	"cmp"
	"context"
	"net/netip"
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

// more is where a refusal is counted when there is no room for it: with its person, or at last with nobody.
func (k refusalKey) more() (refusalKey, bool) {
	switch {
	case k.action != AndMore:
		return refusalKey{day: k.day, account: k.account, action: AndMore}, true
	case k.account != 0:
		return refusalKey{day: k.day, action: AndMore}, true
	}
	return k, false
}

// Refusals counts in memory what was refused and writes it in batches: a flood of refusals makes numbers grow, and nothing else.
type Refusals struct {
	db      *db.DB
	now     kernel.Clock
	waiting kernel.Batch[refusalKey, Refusal]
	forgot  time.Time
}

// NewRefusals returns the refusals in d.
func NewRefusals(d *db.DB, now kernel.Clock) *Refusals {
	return &Refusals{db: d, now: now, waiting: kernel.Batch[refusalKey, Refusal]{Most: waitingMost, Join: joined, Instead: refusalKey.more}}
}

func joined(have, more Refusal) Refusal {
	more.Times += have.Times
	more.First, more.Last = earlier(have.First, more.First), later(have.Last, more.Last)
	return more
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
	f := Refusal{Day: now.In(kernel.Beijing).Format(time.DateOnly), Account: who.Account, Name: clean(who.Name), Site: site, Action: action,
		Client: client, Why: string(say[:min(len(say), whyMost)]), Times: 1, First: now, Last: now}
	r.waiting.Add(f.key(), f)
}

func (f Refusal) key() refusalKey {
	return refusalKey{f.Day, f.Account, f.Site, f.Action, f.Client, f.Why}
}

// under is the refusal as it is counted under a key.
func (f Refusal) under(k refusalKey) Refusal {
	f.Day, f.Account, f.Site, f.Action, f.Client, f.Why = k.day, k.account, k.about, k.action, k.client, k.why
	if k.account == 0 {
		f.Name = ""
	}
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
	return r.waiting.Flush(ctx, func(a, b refusalKey) int {
		return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.account, b.account), cmp.Compare(a.about, b.about), cmp.Compare(a.action, b.action),
			cmp.Compare(a.client, b.client), cmp.Compare(a.why, b.why))
	}, func(ctx context.Context, batch []kernel.Counted[refusalKey, Refusal]) error {
		all := make([]Refusal, len(batch))
		for i, c := range batch {
			all[i] = c.Value.under(c.Key)
		}
		return r.write(ctx, all)
	})
}

// Run writes every few seconds, and once more when ctx ends; what is old it forgets.
func (r *Refusals) Run(ctx context.Context) error {
	return kernel.FlushEach(ctx, writeEach, "refusals", func(ctx context.Context) error {
		if err := r.Flush(ctx); err != nil {
			return err
		}
		if now := r.now(); now.Sub(r.forgot) >= forgetEach && r.Forget(ctx) == nil { // which may wait for the next time
			r.forgot = now
		}
		return nil
	})
}
