package media

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/jobs"
)

// Ladder makes the next size of a long film.
type Ladder struct {
	Media ID `json:"media"`
}

// Kind names the job.
func (Ladder) Kind() string { return "media.ladder" }

func (m *Media) climbLater(ctx context.Context, site kernel.SiteID, id ID) error {
	return m.Queue.Add(ctx, site, Ladder{id}, jobs.Options{Key: strconv.FormatInt(id, 10)})
}

// raise has the sizes of a long film made, in the transaction in which the film is ready.
func (m *Media) raise(ctx context.Context, i *Item, f *Film) error {
	from := m.Long
	if from <= 0 {
		from = LongFrom
	}
	if f.State != Ready || f.Length < from || len(f.sides) == 0 {
		return nil
	}
	for _, side := range f.sides {
		if err := m.putRung(ctx, i.Site, i.ID, Rung{Side: side, State: Waiting}, ""); err != nil {
			return err
		}
	}
	return m.climbLater(ctx, i.Site, i.ID)
}

// retry has those sizes made once more that could not be made.
func (m *Media) retry(ctx context.Context, i *Item) error {
	for _, r := range i.Film.Rungs {
		if r.State == Broken {
			if err := m.putRung(ctx, i.Site, i.ID, Rung{Side: r.Side, State: Waiting}, ""); err != nil {
				return err
			}
		}
	}
	return m.climbLater(ctx, i.Site, i.ID)
}

// failed reports whether a film is ready, but not in all its sizes.
func (f *Film) failed() bool {
	return f.State == Ready && slices.ContainsFunc(f.Rungs, func(r Rung) bool { return r.State == Broken })
}

// climb is the job: one size at a time, so that other films find their turn between two. A second run goes on with what is not made yet.
func (m *Media) climb(ctx context.Context, site kernel.SiteID, id ID) error {
	i, err := m.Get(ctx, site, id)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil || i.Film == nil || i.Film.State != Ready {
		return err
	}
	n := slices.IndexFunc(i.Film.Rungs, func(r Rung) bool { return r.State == Waiting })
	if n < 0 {
		return nil
	}
	r := i.Film.Rungs[n]
	probe, tool, err := tools()
	if errors.Is(err, errNoTools) {
		r.State, r.Why = Broken, "no ffmpeg"
		return m.endRung(ctx, i, r, "")
	}
	return m.alone(ctx, site, Ladder{id}, func() error {
		return m.workshop(ctx, i.Film.Play.key(site), func(root *os.Root) error {
			list, err := m.rung(ctx, i, &r, root, probe, tool)
			if err != nil {
				return err
			}
			return m.endRung(ctx, i, r, list)
		})
	})
}

// rung makes one size. What the tools cannot do is no error: the size says so.
func (m *Media) rung(ctx context.Context, i *Item, r *Rung, root *os.Root, probe, tool string) (list string, err error) {
	list, err = m.sized(ctx, i, r, root, probe, tool)
	var said *toolFault
	if errors.As(err, &said) {
		*r = Rung{Side: r.Side, State: Broken, Why: said.said}
		return "", nil
	}
	return list, err
}

func (m *Media) sized(ctx context.Context, i *Item, r *Rung, root *os.Root, probe, tool string) (list string, err error) {
	err = produce(ctx, tool, root.Name(), i.Film.Length, func(n int) {
		_ = m.stepRung(ctx, i.Site, i.ID, r.Side, n) // for whoever watches; the end is written for sure
	}, r.recipe()...)
	if err != nil {
		return "", err
	}
	raw, err := root.ReadFile("list.m3u8")
	if err != nil {
		return "", err
	}
	made, err := root.Stat("rung")
	if err != nil {
		return "", err
	}
	if list, err = r.readList(raw, made.Size()); err != nil {
		return "", err
	}
	p, err := look(ctx, probe, root.Name(), "rung")
	if err != nil {
		return "", err
	}
	v := p.first("video")
	if v == nil {
		return "", &toolFault{"a size without pictures"}
	}
	r.State, r.Progress, r.Width, r.Height = Ready, 100, v.Width, v.Height
	r.Form, err = m.putForm(ctx, i.Site, root, "rung", "mp4")
	return list, err
}

// endRung writes what became of a size, and goes on with the next; behind the last one pages that show the film are made anew. What was made for a
// site that is full is left out again.
func (m *Media) endRung(ctx context.Context, i *Item, r Rung, list string) error {
	quota, err := m.Sites.QuotaOf(ctx, i.Site)
	if err != nil {
		return err
	}
	return m.DB.InTx(ctx, func(ctx context.Context) error {
		r, list := r, list
		if err := m.fits(ctx, i.Site, i.Name, 0, r.Form.Bytes, quota); fault.Is(err, fault.Invalid) {
			r, list = Rung{Side: r.Side, State: Broken, Why: fault.Say(err)}, ""
		} else if err != nil {
			return err
		}
		now, err := m.Get(ctx, i.Site, i.ID) // it may have gone meanwhile
		if err != nil {
			return err
		}
		if err := m.putRung(ctx, i.Site, i.ID, r, list); err != nil {
			return err
		}
		left := slices.DeleteFunc(now.Film.Rungs, func(o Rung) bool { return o.State != Waiting || o.Side == r.Side })
		if len(left) > 0 {
			err = m.climbLater(ctx, i.Site, i.ID)
		} else if m.Revisions != nil {
			err = m.Revisions.Bump(ctx, i.Site)
		}
		if err != nil {
			return err
		}
		if r.State == Ready { // the bin may have taken the same bytes away since: then once more
			if _, err := m.Store.Stat(ctx, r.Form.key(i.Site)); err != nil {
				return fmt.Errorf("a size of film %d of site %d: %w", i.ID, i.Site, err)
			}
		}
		return m.Audit.Record(ctx, audit.Entry{Site: i.Site, Action: "media.rung", Object: i.object(), After: r.Form.SHA256,
			Note: map[string]string{"name": i.Name, "side": strconv.Itoa(r.Side), "state": r.State}})
	})
}
