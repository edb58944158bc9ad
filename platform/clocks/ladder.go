package clocks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/site"
)

// Daily has the ladder of what is computed look at every site.
type Daily struct{}

// Kind names the job.
func (Daily) Kind() string { return "clock.daily" }

// Again has it look at one site, which has published something.
type Again struct{}

// Kind names the job.
func (Again) Kind() string { return "clock.again" }

const (
	dailyAt  = 8                   // o'clock in Beijing: before people read what they were told
	dailyOf  = 500                 // sites at a time, so that a pass holds little
	toldKept = 90 * 24 * time.Hour // as long as a notice
)

// Begin has the daily pass run for the first time; of any number of nodes and starts it is one row a day.
func (c *Clocks) Begin(ctx context.Context) error {
	next := c.Now().In(kernel.Beijing)
	next = time.Date(next.Year(), next.Month(), next.Day(), dailyAt, 0, 0, 0, kernel.Beijing)
	if !next.After(c.Now()) {
		next = next.AddDate(0, 0, 1)
	}
	return c.Queue.Add(ctx, kernel.Platform, Daily{}, jobs.Options{Key: next.Format(time.DateOnly), RunAt: next})
}

// LookAgain has the ladder look at a site once the caller's transaction is committed: something of it has become public, or is no more.
func (c *Clocks) LookAgain(ctx context.Context, site kernel.SiteID) error {
	return c.Queue.Add(ctx, site, Again{}, jobs.Options{Key: "again"})
}

func (c *Clocks) daily(ctx context.Context) error {
	if err := c.Begin(ctx); err != nil { // first: a pass that fails for good must not be the last one
		return err
	}
	if err := c.dropTold(ctx, c.Now().Add(-toldKept)); err != nil {
		return err
	}
	return c.announce(ctx, Scope{})
}

// announce tells of every computed duty of the sites which step of its ladder has been reached, once (d07, d43); what was done meanwhile is
// over. A site that fails does not keep the others from being told.
func (c *Clocks) announce(ctx context.Context, in Scope) error {
	watched, err := c.watched(ctx, in)
	if err != nil {
		return err
	}
	var failed []error
	for ids := range slices.Chunk(watched, dailyOf) {
		shown, err := c.freshOf(ctx, ids)
		if err != nil {
			return err
		}
		told, err := c.openTold(ctx, ids)
		if err != nil {
			return err
		}
		for _, id := range ids {
			failed = append(failed, c.step(ctx, id, shown[id].duties, told[id]))
		}
	}
	return errors.Join(failed...)
}

// watched are the sites of a scope that citizens see; of a single one, without a look at all the others.
func (c *Clocks) watched(ctx context.Context, in Scope) ([]kernel.SiteID, error) {
	if in.Only == 0 {
		_, lines, err := c.sitesOf(ctx, in)
		return idsOf(lines), err
	}
	g, err := c.Sites.Get(ctx, in.Only)
	if err != nil || g.State != site.Online {
		return nil, err
	}
	return []kernel.SiteID{g.ID}, nil
}

// step takes the steps of one site's duties that have been reached since.
func (c *Clocks) step(ctx context.Context, id kernel.SiteID, duties []duty, told []Told) error {
	now := c.Now().UnixMicro()
	current := map[string]int{} // the step that stands for a duty as it is now; those before it are over
	var news []Told
	for i := range duties {
		d := &duties[i]
		t := Told{Duty: d.key(), Title: d.name, DueAt: d.dueAt(), Step: d.reached(now)}
		current[t.at()] = t.Step
		known := func(o Told) bool { return o.at() == t.at() && o.Step >= t.Step }
		if t.Step > 0 && !slices.ContainsFunc(told, known) {
			news = append(news, t)
		}
	}
	over := slices.DeleteFunc(slices.Clone(told), func(t Told) bool { return t.Step >= current[t.at()] && current[t.at()] > 0 })
	if len(news)+len(over) == 0 {
		return nil
	}
	return c.DB.InTx(ctx, func(ctx context.Context) error {
		if err := c.end(ctx, id, over); err != nil {
			return err
		}
		return c.tell(ctx, id, news)
	})
}

// at names a duty with its end: after the next publication it is another one.
func (t Told) at() string { return t.Duty + " " + t.DueAt.Format(time.RFC3339Nano) }

// end notes what is over, and in the chain every notice of which nothing is left.
func (c *Clocks) end(ctx context.Context, site kernel.SiteID, over []Told) error {
	var notices []int64
	for _, t := range over {
		if err := c.endTold(ctx, site, t); err != nil {
			return err
		}
		notices = append(notices, t.Notice)
	}
	slices.Sort(notices)
	for _, n := range slices.Compact(notices) {
		left, err := c.ToldWith(ctx, site, n)
		if err != nil {
			return err
		}
		if len(left) > 0 {
			continue
		}
		if err := c.Audit.Record(ctx, audit.Entry{Site: site, Action: "clock.over", Object: DutyObject(n)}); err != nil {
			return err
		}
	}
	return nil
}

// tell tells what is new: one notice for all that leads to the same people by the same step.
func (c *Clocks) tell(ctx context.Context, site kernel.SiteID, news []Told) error {
	type rung struct {
		step int
		to   string
	}
	together := map[rung][]Told{}
	for _, t := range news {
		name, _, _ := strings.Cut(t.Duty, "/")
		at := rung{t.Step, c.ruleOf(name).Ladder[t.Step-1]}
		together[at] = append(together[at], t)
	}
	for _, at := range slices.SortedFunc(maps.Keys(together), func(a, b rung) int { return cmp.Or(cmp.Compare(a.step, b.step), cmp.Compare(a.to, b.to)) }) {
		n := Notice{Site: site, To: at.to, Duty: c.IDs.Next(), Step: at.step, Over: at.step > 1, Href: "/sites/" + site.String() + "/board"}
		var names []string
		for _, t := range together[at] {
			t.Notice = n.Duty
			fresh, err := c.insertTold(ctx, site, t)
			if err != nil {
				return err
			}
			if !fresh {
				continue // another node was quicker, or it has been as it is now before
			}
			names = append(names, t.Title)
			if column, ok := kernel.ParseID[int64](strings.TrimPrefix(t.Duty, Column+"/")); ok {
				n.Columns = append(n.Columns, column)
			}
		}
		if len(names) == 0 {
			continue
		}
		if err := c.announced(ctx, n, names); err != nil {
			return err
		}
	}
	return nil
}

func (c *Clocks) announced(ctx context.Context, n Notice, names []string) error {
	n.Text = strings.Join(names, "、")
	err := c.Audit.Record(ctx, audit.Entry{Site: n.Site, Action: "clock.told", Object: DutyObject(n.Duty), After: n.To,
		Note: map[string]string{"duties": n.Text, "step": fmt.Sprint(n.Step)}})
	if err != nil || c.Notices == nil { // the first screen shows what is computed in any case
		return err
	}
	return c.Notices.Notify(ctx, n)
}

// DutyKind begins the name, in the chain, of what was told together.
const DutyKind = "duty/"

// DutyObject is its name in the chain.
func DutyObject(notice int64) string { return fmt.Sprint(DutyKind, notice) }
