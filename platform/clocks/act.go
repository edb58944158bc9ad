package clocks

import (
	"context"
	"slices"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
)

// What those who supervise a site may do to a deadline that it owes them.
const (
	ToPause  = "pause"
	ToResume = "resume"
	ToExtend = "extend"
)

// deedOf is an act in the chain.
var deedOf = map[string]string{ToPause: "clock.paused", ToResume: "clock.resumed", ToExtend: "clock.extended"}

// Act pauses a clock with a reason, lets a paused one go on, or gives it its one extension, with a reason and before its end (M9, I8).
func (c *Clocks) Act(ctx context.Context, site kernel.SiteID, clock int64, act, why string) error {
	return c.DB.InTx(ctx, func(ctx context.Context) error {
		k, err := c.load(ctx, site, clock)
		if err != nil {
			return err
		}
		return c.alter(ctx, k, deedOf[act], why, func() error { return c.act(ctx, k, act, why) })
	})
}

// Would is the clock as an act would leave it, or, of a pause, as it would go on a day later. Nothing is written.
func (c *Clocks) Would(ctx context.Context, site kernel.SiteID, clock int64, act, why string) (Clock, error) {
	k, err := c.Get(ctx, site, clock)
	if err != nil {
		return k, err
	}
	k.Pauses = slices.Clone(k.Pauses)
	if err := c.act(ctx, &k, act, why); err != nil || act != ToPause {
		return k, err
	}
	k.resume(c.Now().AddDate(0, 0, 1))
	return k, c.count(ctx, &k)
}

func (c *Clocks) act(ctx context.Context, k *Clock, act, why string) error {
	switch act {
	case ToPause:
		return c.pause(k, why)
	case ToResume:
		if k.State != Paused {
			return fault.New(fault.Conflict, "这个时限没有暂停。")
		}
		k.resume(c.Now())
		return c.count(ctx, k)
	case ToExtend:
		return c.extend(ctx, k, why)
	}
	return fault.New(fault.Invalid, "请选择暂停、恢复或延长。")
}

// pause stops the time of a clock that runs: its end moves by the pause, once it goes on.
func (c *Clocks) pause(k *Clock, why string) error {
	switch {
	case k.State != Running || c.Now().After(k.DueAt):
		return fault.New(fault.Conflict, "只有正在计时、还没有到期的时限可以暂停。")
	case why == "":
		return fault.In("why", "请写明暂停的理由。")
	}
	k.State, k.PausedAt = Paused, c.Now()
	return nil
}

func (k *Clock) resume(at time.Time) {
	if k.State == Paused {
		k.Pauses, k.PausedAt, k.State = append(k.Pauses, Pause{k.PausedAt, at.UTC()}), time.Time{}, Running
	}
}

func (c *Clocks) extend(ctx context.Context, k *Clock, why string) error {
	r := c.ruleOf(k.Rule)
	switch {
	case r.Extension == 0:
		return fault.New(fault.Conflict, "“%s”的时限不能延长。", c.Title(k.Rule))
	case k.Extended:
		return fault.New(fault.Conflict, "时限只能延长一次，这一个已经延长过。")
	case k.State != Running || c.Now().After(k.DueAt):
		return fault.New(fault.Conflict, "延长要在到期以前办理，这个时限已经到期或没有在计时。")
	case why == "":
		return fault.In("why", "请写明延长的理由。")
	}
	k.Extended, k.ExtendedWhy, k.ExtendedBy = true, why, kernel.ActorFrom(ctx).Account
	return c.count(ctx, k)
}

// possible are the acts that the clock allows now.
func (c *Clocks) possible(k *Clock) (acts []string) {
	switch {
	case k.State == Paused:
		return []string{ToResume}
	case k.State != Running || c.Now().After(k.DueAt):
		return nil
	}
	acts = []string{ToPause}
	if c.ruleOf(k.Rule).Extension > 0 && !k.Extended {
		acts = append(acts, ToExtend)
	}
	return acts
}
