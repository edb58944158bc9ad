package publication

import (
	"context"
	"strconv"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
)

// kernelTick is the smallest step of a Clock.
const kernelTick = time.Microsecond

func (e EditionID) String() string { return strconv.FormatInt(int64(e), 10) }

// MarshalText writes the id in decimal, so that JSON carries it as a string.
func (e EditionID) MarshalText() ([]byte, error) { return strconv.AppendInt(nil, int64(e), 10), nil }

// Trail is all that is known about one edition: the frozen responsibility chain of what is or was public
// (谁主管谁负责、谁发布谁负责). Everything in it is append-only.
type Trail struct {
	Object
	Edition   EditionID
	Author    kernel.AccountID
	Policy    string
	Title     string
	Digest    string
	FrozenAt  time.Time
	Steps     []Step      // taken so far, in order
	Next      *PolicyStep // the step to take next, nil when none is left or one was rejected
	LastStep  int         // how many steps the policy has
	Overtaken bool        // a newer edition of the object has been frozen
	Public    bool        // citizens see this edition now
	Debt      *Debt
	Settled   *Settlement
	Published *Issue
	Ended     *Ending
	Left      *Departure // how its address answers since it was withdrawn
	Erased    *Erasure
}

// PolicyStep is a step as its policy defines it. Name is "review", "secrecy" or "final".
type PolicyStep struct {
	Step                      int
	Name                      string
	HoldsReview, HoldsSecrecy bool
}

// Step is a step taken.
type Step struct {
	PolicyStep
	Reviewer        kernel.AccountID
	Verdict         string
	Review, Secrecy string
	Reason          string
	Batch           string // the signed import batch that stands for it, or ""
	At              time.Time
}

// Debt is a review owed for an emergency publication.
type Debt struct {
	Object
	Edition  EditionID
	Author   kernel.AccountID
	Debtor   kernel.AccountID
	OpenedAt time.Time
	DueAt    time.Time
}

// Settlement is how a debt ended: approved by somebody who is neither author nor debtor, or rejected and
// therefore withdrawn.
type Settlement struct {
	Reviewer        kernel.AccountID
	Verdict         string
	Review, Secrecy string
	Reason          string
	At              time.Time
}

// Issue is the moment an edition became public.
type Issue struct {
	Place            int64
	FirstPublishedAt time.Time
	At               time.Time
	MigratedAt       time.Time // zero unless the object was imported
	Publisher        kernel.AccountID
	PublisherName    string
}

// Ending is why an edition is no longer public: How is "superseded" or "withdrawn".
type Ending struct {
	How, Reason, Notice string
	By                  kernel.AccountID
	ByName              string
	At                  time.Time
}

// Returned reports whether a reviewer has sent the edition back.
func (t *Trail) Returned() bool {
	return len(t.Steps) > 0 && t.Steps[len(t.Steps)-1].Verdict == Rejected
}

// Approved reports whether the last step of the policy has been approved.
func (t *Trail) Approved() bool {
	return len(t.Steps) == t.LastStep && !t.Returned()
}

// Trail returns what is known about an edition of the site.
func (p *Publications) Trail(ctx context.Context, site kernel.SiteID, e EditionID) (*Trail, error) {
	return p.trail(ctx, site, e)
}

// Trails is Trail of many editions of the site at once; what is not there is absent.
func (p *Publications) Trails(ctx context.Context, site kernel.SiteID, editions ...EditionID) (map[EditionID]*Trail, error) {
	return p.trails(ctx, site, editions)
}

// Latest returns the trail of the object's newest edition, or NotFound when it was never frozen.
func (p *Publications) Latest(ctx context.Context, obj Object) (*Trail, error) {
	e, err := p.newest(ctx, obj)
	if err != nil {
		return nil, err
	}
	return p.trail(ctx, obj.Site, e)
}

// Issued are the object's editions that were public at some time, the newest first; 50 at most.
func (p *Publications) Issued(ctx context.Context, obj Object) ([]EditionID, error) {
	return p.issued(ctx, obj)
}

// OpenDebts returns the site's debts that are public and not settled, the oldest first.
func (p *Publications) OpenDebts(ctx context.Context, site kernel.SiteID) ([]Debt, error) {
	return p.openDebts(ctx, site)
}

// lockedTrail is trail with the object locked until the commit, so that what it says stays true.
func (p *Publications) lockedTrail(ctx context.Context, site kernel.SiteID, e EditionID) (*Trail, error) {
	if err := p.lockEdition(ctx, site, e); err != nil {
		return nil, err
	}
	return p.trail(ctx, site, e)
}

// later answers the latest of the moments: a node whose clock is behind does not go back in time.
func later(a time.Time, more ...time.Time) time.Time {
	for _, b := range more {
		if b.After(a) {
			a = b
		}
	}
	return a
}
