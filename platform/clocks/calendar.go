package clocks

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/kernel/workday"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/jobs"
)

// Loaded is a notice on working days that an administrator took over (M8).
type Loaded struct {
	ID      int64     `json:"id,string"`
	Version string    `json:"version"`
	Source  string    `json:"source"` // the document it comes from
	Body    string    `json:"-"`      // as it was given
	By      string    `json:"by"`
	At      time.Time `json:"at"`
}

// Moved is a clock whose end another calendar moves.
type Moved struct {
	Clock
	To        time.Time
	StillOpen bool // its year is not loaded under the new calendar either
	RuleTitle string
	SiteName  string
}

// memory keeps the calendar that was merged last, with the notice it ended with.
type memory struct {
	mu  sync.Mutex
	at  int64
	cal *workday.Calendar
}

// WorkDays is the calendar in force: the shipped one with every notice laid over it in the order they were taken over. Every node sees a
// new notice with the next question.
func (c *Clocks) WorkDays(ctx context.Context) (*workday.Calendar, error) {
	newest, err := c.newestNotice(ctx)
	if err != nil {
		return nil, err
	}
	c.days.mu.Lock()
	defer c.days.mu.Unlock()
	if c.days.cal != nil && c.days.at == newest {
		return c.days.cal, nil
	}
	all, err := c.Notes(ctx)
	if err != nil {
		return nil, err
	}
	cal := workday.Builtin()
	for _, n := range all {
		one, err := workday.Parse(strings.NewReader(n.Body))
		if err != nil {
			return nil, fmt.Errorf("read working-day notice %s: %w", n.Version, err)
		}
		cal = cal.Merge(one)
	}
	if !inTransaction(ctx) { // what a transaction sees may never be
		c.days.at, c.days.cal = newest, cal
	}
	return cal, nil
}

// noticeMost bounds a notice: a year has some thirty lines.
const noticeMost = 256 << 10

// Read reads a notice for the calendar: a year's days off and worked weekends, in the form of workday.Parse.
func (c *Clocks) Read(ctx context.Context, r io.Reader) (body string, next *workday.Calendar, err error) {
	raw, err := io.ReadAll(io.LimitReader(r, noticeMost+1))
	if err != nil {
		return "", nil, fmt.Errorf("read a working-day notice: %w", err)
	}
	if len(raw) > noticeMost {
		return "", nil, fault.In("body", "工作日历文件太大。一年的放假安排只有几十行，请只留日期行。")
	}
	notice, err := workday.Parse(bytes.NewReader(raw))
	if err != nil {
		return "", nil, fault.In("body", "%s", err)
	}
	now, err := c.WorkDays(ctx)
	if err != nil {
		return "", nil, err
	}
	return string(raw), now.Merge(notice), nil
}

// Foresee is what a calendar would move: the open clocks in working days, by site. Nothing is written.
func (c *Clocks) Foresee(ctx context.Context, next *workday.Calendar) ([]Moved, error) {
	open, err := c.openEverywhere(ctx, c.inWorkdays())
	if err != nil {
		return nil, err
	}
	known, err := c.Sites.Everything(ctx)
	if err != nil {
		return nil, err
	}
	names := make(map[kernel.SiteID]string, len(known))
	for _, s := range known {
		names[s.ID] = s.Name
	}
	var moved []Moved
	for _, k := range open {
		r, _ := c.Pack.Rule(k.Rule)
		due := Due(k.StartedAt, r, next, k.Pauses, k.Extended)
		if due.At.Equal(k.DueAt) && due.Provisional == k.Provisional {
			continue
		}
		moved = append(moved, Moved{Clock: k, To: due.At, StillOpen: due.Provisional, RuleTitle: r.Title, SiteName: names[k.Site]})
	}
	return moved, nil
}

func (c *Clocks) inWorkdays() (names []string) {
	for _, r := range c.Pack.Rules {
		if r.Unit == Workday {
			names = append(names, r.Name)
		}
	}
	return append(names, "") // IN () is no SQL
}

// Take takes a notice over, with the document it comes from; the clocks are counted again right behind it.
func (c *Clocks) Take(ctx context.Context, source, body string) (Loaded, error) {
	source = strings.TrimSpace(source)
	if source == "" {
		return Loaded{}, fault.In("source", "请填写来源文件，如“国办发明电〔2026〕7号”。")
	}
	body, next, err := c.Read(ctx, strings.NewReader(body))
	if err != nil {
		return Loaded{}, err
	}
	who := kernel.ActorFrom(ctx)
	l := Loaded{Version: next.Version(), Source: source, Body: body, By: who.Name, At: c.Now()}
	err = c.DB.InTx(ctx, func(ctx context.Context) error {
		l.ID = c.IDs.Next()
		was, err := c.WorkDays(ctx)
		if err != nil {
			return err
		}
		if err := c.insertNotice(ctx, l, who.Account); err != nil {
			return err
		}
		if err := c.Audit.Record(ctx, audit.Entry{Site: kernel.Platform, Action: "calendar.load", Object: "calendar/" + strconv.FormatInt(l.ID, 10), Before: was.Version(),
			After: l.Version, Note: map[string]string{"source": source}}); err != nil {
			return err
		}
		return c.Queue.Add(ctx, kernel.Platform, Recount{l.Version}, jobs.Options{Key: l.Version})
	})
	return l, err
}

// recount moves every clock in working days to its end under the calendar in force, in one transaction, and says how many moved.
func (c *Clocks) recount(ctx context.Context, version string) error {
	return c.DB.InTx(ctx, func(ctx context.Context) error {
		days, err := c.WorkDays(ctx)
		if err != nil {
			return err
		}
		moved, err := c.Foresee(ctx, days)
		if err != nil {
			return err
		}
		for i := range moved {
			k := &moved[i].Clock
			if err := c.alter(ctx, k, "clock.recounted", version, func() error { return c.count(ctx, k) }); err != nil {
				return err
			}
		}
		return c.Audit.Record(ctx, audit.Entry{Site: kernel.Platform, Action: "clock.recount", Object: "calendar/" + version, Before: "", After: strconv.Itoa(len(moved))})
	})
}

// Year is what is known of a year's working days.
type Year struct {
	Year        int  `json:"year"`
	Provisional bool `json:"provisional"` // not loaded: only weekends rest
	Off         int  `json:"off"`         // weekdays and weekends that rest by notice
	Worked      int  `json:"worked"`      // weekends that are worked
}

// Years are the last year, this one and the next: what deadlines go through now.
func (c *Clocks) Years(ctx context.Context) ([]Year, error) {
	days, err := c.WorkDays(ctx)
	if err != nil {
		return nil, err
	}
	this := c.Now().In(kernel.Beijing).Year()
	var all []Year
	for y := this - 1; y <= this+1; y++ {
		v := Year{Year: y, Provisional: days.Provisional(y)}
		v.Off, v.Worked = days.Listed(y)
		all = append(all, v)
	}
	return all, nil
}
