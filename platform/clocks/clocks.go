// Package clocks keeps the deadlines that sites owe: rules as data, a clock for each duty, working days that are data too, and the board on
// which the superior sees which site breaches what next.
//
// It serves 安政办发〔2015〕71号 二(一) (重要政务活动 24 小时, 规范性文件 3 个工作日, 所有栏目 2 个月以内更新: d05, d06, d07, d08), 四(二)
// (每周至少更新一次, d43) and 四(五) (24 小时内补审). A clock is a row that is written in the transaction of the event that starts or stops
// it; how fresh a column and a site are is computed from their last publication, so no row can disagree with it.
//
// It knows no article and no column: app tells it what happened, and answers what it asks through ports. It writes nobody's words.
package clocks

import (
	"context"
	"fmt"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/storage/db"
)

// The states of a clock.
const (
	Running   = "running"
	Paused    = "paused"
	Met       = "met"
	Breached  = "breached" // its end has passed; with StoppedAt it was done late, without it is still owed
	Cancelled = "cancelled"
)

// Subject is what a clock is about.
type Subject struct {
	Site  kernel.SiteID
	Kind  string // its room's word: "article", "edition"
	ID    int64
	Title string
	Href  string           // where it is worked at in the console
	Owes  kernel.AccountID // who works at it
}

// Clock is a deadline that runs or ran.
type Clock struct {
	Subject
	ClockID     int64
	Rule        string
	StartedAt   time.Time
	DueAt       time.Time
	WarnAt      time.Time
	Provisional bool   // a year it went through is not loaded, so DueAt may move
	Calendar    string // version of the working days that DueAt was computed with
	State       string
	PausedAt    time.Time // zero unless Paused
	Pauses      []Pause   // that have ended
	Extended    bool
	ExtendedWhy string
	ExtendedBy  kernel.AccountID
	Told        int       // steps of the ladder that were told
	StoppedAt   time.Time // zero while it is owed
}

// Light is what the clock shows at now: Green, Amber or Red.
func (c Clock) Light(now time.Time) string {
	switch {
	case c.State == Paused || c.State == Met || c.State == Cancelled:
		return Green
	case c.State == Breached:
		return Red
	}
	return light(now, c.WarnAt, c.DueAt)
}

// Age is a column as its site's citizens see it.
type Age struct {
	Column int64
	Name   string
	Last   time.Time // the last publication; zero: blank
	Cycle  int       // longest gap in days
	Home   bool      // it stands on the home page
}

// Freshness tells, for many sites in one go, of every column that has a cycle and is in use.
type Freshness interface {
	Fresh(ctx context.Context, sites []kernel.SiteID, f func(site kernel.SiteID, a Age)) error
}

// Notice is a sentence to somebody about a deadline.
type Notice struct {
	Site    kernel.SiteID
	To      string           // ToWriter, ToLead or ToSuperior
	Account kernel.AccountID // of ToWriter
	Text    string
	Href    string
	Clock   int64   // whose ladder tells; 0: that of a Duty, or a superior does
	Duty    int64   // what is computed that was told with it, see Told; or 0
	Columns []int64 // of a Duty: the columns that ToWriter is about
	Step    int     // of that ladder, from 1
	Over    bool    // the end has passed
}

// Notices carries notices to people, in the transaction of what they tell of: of each step that is reached, once, and what it answers
// undoes the step. It knows who they are, and leaves out those who have left.
type Notices interface {
	Notify(ctx context.Context, n Notice) error
}

// Units knows where people work.
type Units interface {
	// Unit is the name of a person's unit.
	Unit(ctx context.Context, who kernel.AccountID) (string, error)
}

// Room is what the clocks need of the house.
type Room struct {
	DB      *db.DB
	Now     kernel.Clock
	IDs     kernel.IDs
	Audit   *audit.Log
	Queue   *jobs.Queue
	Orgs    *org.Orgs
	Sites   *site.Sites
	Console *console.Console
	Fresh   Freshness
	Notices Notices // nil: it is read on the first screen only
	Units   Units   // nil: a deadline does not say which unit it is of
	Pack    *Pack   // nil: Builtin
	// Revisions tell a board of many sites which of them have changed; nil: it reads all of them.
	Revisions Revisions
	// Drafts are the actions of which any one opens the drafts of a site: who may none of them is not told what a clock's text is called.
	Drafts []policies.Action
}

// Clocks is the room. Its methods are safe for concurrent use.
type Clocks struct {
	Room
	days memory
	seen seen
}

// New makes the room.
func New(r Room) *Clocks {
	if r.Pack == nil {
		r.Pack = Builtin()
	}
	return &Clocks{Room: r}
}

// Keep has a clock of the rule run for the subject from start, within the caller's transaction: it starts one, moves one that started at
// another moment, and leaves alone one that runs from then. A duty that was done once is not started again.
func (c *Clocks) Keep(ctx context.Context, rule string, s Subject, start time.Time) error {
	return c.keep(ctx, rule, s, start, false)
}

// KeepAnew is Keep for a duty that is owed once more after it was done: what was done is done no longer.
func (c *Clocks) KeepAnew(ctx context.Context, rule string, s Subject, start time.Time) error {
	return c.keep(ctx, rule, s, start, true)
}

func (c *Clocks) keep(ctx context.Context, rule string, s Subject, start time.Time, anew bool) error {
	r, ok := c.Pack.Rule(rule)
	if !ok {
		return fault.New(fault.Invalid, "时限规则里没有“%s”。", rule)
	}
	return c.DB.InTx(ctx, func(ctx context.Context) error {
		last, err := c.last(ctx, s.Site, s.Kind, s.ID, rule)
		if err != nil {
			return err
		}
		if last != nil && last.State != Cancelled && (last.StoppedAt.IsZero() || !anew) {
			if !last.StoppedAt.IsZero() {
				return nil
			}
			if last.StartedAt.Equal(start) && last.Title == s.Title && last.Owes == s.Owes {
				return nil
			}
			return c.alter(ctx, last, "clock.moved", "", func() error {
				last.Title, last.Owes, last.StartedAt = s.Title, s.Owes, start.UTC()
				return c.count(ctx, last)
			})
		}
		k := &Clock{Subject: s, ClockID: c.IDs.Next(), Rule: r.Name, StartedAt: start.UTC(), State: Running}
		if err := c.count(ctx, k); err != nil {
			return err
		}
		if err := c.insert(ctx, k); err != nil {
			return err
		}
		if err := c.record(ctx, k, "clock.started", "", ""); err != nil {
			return err
		}
		return c.wake(ctx, k)
	})
}

// Stop ends the subject's clocks of the rules: what they ask for was done at that moment. A moment after the end is a breach, which stays.
func (c *Clocks) Stop(ctx context.Context, site kernel.SiteID, kind string, id int64, at time.Time, rules ...string) error {
	return c.each(ctx, site, kind, id, rules, func(ctx context.Context, k *Clock) error {
		return c.alter(ctx, k, "clock.stopped", "", func() error {
			k.resume(at)
			if err := c.count(ctx, k); err != nil {
				return err
			}
			k.State, k.StoppedAt = Met, at.UTC()
			if at.After(k.DueAt) {
				k.State = Breached
			}
			return nil
		})
	})
}

// Cancel ends the subject's clocks of the rules because what they ask for is asked no more.
func (c *Clocks) Cancel(ctx context.Context, site kernel.SiteID, kind string, id int64, why string, rules ...string) error {
	return c.each(ctx, site, kind, id, rules, func(ctx context.Context, k *Clock) error {
		return c.alter(ctx, k, "clock.cancelled", why, func() error {
			k.State, k.StoppedAt, k.PausedAt = Cancelled, c.Now(), time.Time{}
			return nil
		})
	})
}

// each runs f on the subject's open clocks of the rules, in one transaction.
func (c *Clocks) each(ctx context.Context, site kernel.SiteID, kind string, id int64, rules []string, f func(context.Context, *Clock) error) error {
	return c.DB.InTx(ctx, func(ctx context.Context) error {
		for _, rule := range rules {
			k, err := c.last(ctx, site, kind, id, rule)
			if err != nil {
				return err
			}
			if k == nil || !k.StoppedAt.IsZero() {
				continue
			}
			if err := f(ctx, k); err != nil {
				return err
			}
		}
		return nil
	})
}

// alter saves what f makes of a clock, with its record, and has the ladder look again.
func (c *Clocks) alter(ctx context.Context, k *Clock, action, why string, f func() error) error {
	before := k.text()
	if err := f(); err != nil {
		return err
	}
	if err := c.save(ctx, k); err != nil {
		return err
	}
	if err := c.record(ctx, k, action, before, why); err != nil {
		return err
	}
	return c.wake(ctx, k)
}

// count computes the end from all that is known of a clock. One whose end moved beyond now again is no breach.
func (c *Clocks) count(ctx context.Context, k *Clock) error {
	r, ok := c.Pack.Rule(k.Rule)
	if !ok {
		return nil // a rule of an earlier pack: what it promised stands
	}
	days, err := c.WorkDays(ctx)
	if err != nil {
		return err
	}
	due := Due(k.StartedAt, r, days, k.Pauses, k.Extended)
	k.DueAt, k.Provisional, k.Calendar = due.At, due.Provisional, days.Version()
	k.WarnAt = WarnAt(k.StartedAt, due.At, r)
	if k.State == Breached && k.StoppedAt.IsZero() && !c.Now().After(k.DueAt) {
		k.State = Running
	}
	k.Told = min(k.Told, k.reached(c.Now()))
	return nil
}

// ObjectKind begins the name of a clock in the chain.
const ObjectKind = "clock/"

// Object is a clock's name in the chain.
func Object(clock int64) string { return fmt.Sprint(ObjectKind, clock) }

// text is a clock in the chain.
func (k *Clock) text() string {
	return k.State + " " + k.DueAt.UTC().Format(time.RFC3339)
}

func (c *Clocks) record(ctx context.Context, k *Clock, action, before, why string) error {
	note := map[string]string{"rule": k.Rule, "pack": c.Pack.Version, "about": fmt.Sprintf("%s/%d", k.Kind, k.ID), "calendar": k.Calendar}
	if why != "" {
		note["why"] = why
	}
	return c.Audit.Record(ctx, audit.Entry{Site: k.Site, Action: action, Object: Object(k.ClockID), Before: before, After: k.text(), Note: note})
}
