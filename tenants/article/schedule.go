package article

import (
	"context"
	"fmt"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/publication"
)

// Schedule is when an edition becomes public and when it goes away again; a zero time is never. Whoever set it answers for it
// (谁发布谁负责): the chain names them, though the queue acts.
type Schedule struct {
	Edition             publication.EditionID
	PublishAt, ExpireAt time.Time
	By                  kernel.AccountID
	ByName              string
	Failed              string // why it was not published when its time came, or ""
}

// furthest is how far ahead something may be scheduled.
const furthest = 5 * 365 * 24 * time.Hour

// Plan sets when the edition that is approved becomes public, and when what is public goes away. The caller has made sure that the actor may
// publish this edition now; publication looks once more when the time has come. Both times zero takes the plan away.
func (a *Articles) Plan(ctx context.Context, site kernel.SiteID, id ID, s Schedule) error {
	who, now := kernel.ActorFrom(ctx), a.Now()
	s.By, s.ByName, s.Failed = who.Account, who.Name, ""
	switch {
	case s.By == 0:
		return fault.New(fault.Forbidden, "请先登录。")
	case !s.PublishAt.IsZero() && !s.PublishAt.After(now):
		return fault.In("publish_at", "定时发布的时间已经过了，请选以后的时间，或者直接发布。")
	case !s.ExpireAt.IsZero() && !s.ExpireAt.After(now):
		return fault.In("expire_at", "下线的时间已经过了，请选以后的时间，或者直接撤回。")
	case !s.ExpireAt.IsZero() && !s.PublishAt.IsZero() && !s.ExpireAt.After(s.PublishAt):
		return fault.In("expire_at", "下线的时间应在发布之后。")
	case s.PublishAt.After(now.Add(furthest)) || s.ExpireAt.After(now.Add(furthest)):
		return fault.In("publish_at", "时间太远了，最多五年。")
	}
	return a.DB.InTx(ctx, func(ctx context.Context) error {
		if err := a.mayPlan(ctx, site, id, s); err != nil {
			return err
		}
		if err := a.putSchedule(ctx, site, id, s); err != nil {
			return err
		}
		for _, at := range []time.Time{s.PublishAt, s.ExpireAt} {
			if at.IsZero() {
				continue
			}
			if err := a.Queue.Add(ctx, site, RunSchedule{Article: id}, jobs.Options{Key: fmt.Sprintf("%d.%d", id, at.Unix()), RunAt: at}); err != nil {
				return err
			}
		}
		return a.record(ctx, site, "article.schedule", id, "", fmt.Sprintf("%s – %s", rfc(s.PublishAt), rfc(s.ExpireAt)))
	})
}

// mayPlan looks at the article and its edition as they are.
func (a *Articles) mayPlan(ctx context.Context, site kernel.SiteID, id ID, s Schedule) error {
	d, _, err := a.load(ctx, site, id)
	switch {
	case err != nil:
		return err
	case s.Edition != d.Edition || s.Edition == 0:
		return fault.New(fault.Conflict, "这篇稿件已经变了，请看过现在的稿件再定时间。")
	case s.PublishAt.IsZero() && !s.ExpireAt.IsZero() && d.State != Released:
		return fault.New(fault.Conflict, "只有公开的稿件可以定下线时间。")
	case s.PublishAt.IsZero():
		return nil
	case d.State != Submitted:
		return fault.New(fault.Conflict, "只有通过审核、还没有发布的稿件可以定时发布。")
	}
	t, err := a.Published.Trail(ctx, site, s.Edition)
	if err == nil && !t.Approved() {
		err = fault.New(fault.Conflict, "审核还没有全部通过，不能定时发布。")
	}
	return err
}

func rfc(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// Planned are the schedules of articles; one without has none.
func (a *Articles) Planned(ctx context.Context, site kernel.SiteID, ids ...ID) (map[ID]Schedule, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return a.schedules(ctx, site, ids)
}

// RunSchedule does what an article's schedule says for now. The row says when, the job only wakes up: it runs when its time has come or,
// when no node was up then, as soon as one is.
type RunSchedule struct{ Article ID }

// Kind names the job.
func (RunSchedule) Kind() string { return "article.schedule" }

func (a *Articles) runSchedule(ctx context.Context, site kernel.SiteID, id ID) error {
	return a.DB.InTx(ctx, func(ctx context.Context) error {
		all, err := a.schedules(ctx, site, []ID{id})
		if err != nil {
			return err
		}
		s, now := all[id], a.Now()
		acting := kernel.WithActor(ctx, kernel.Actor{Account: s.By, Name: s.ByName, Via: "job"})
		if !s.PublishAt.IsZero() && !s.PublishAt.After(now) {
			if err := a.publishPlanned(acting, site, id, &s); err != nil {
				return err
			}
		}
		if !s.ExpireAt.IsZero() && !s.ExpireAt.After(now) {
			return a.expire(acting, site, id)
		}
		return nil
	})
}

// publishPlanned makes the edition public, or notes for people why it could not be: the text was returned, its column is closed.
func (a *Articles) publishPlanned(ctx context.Context, site kernel.SiteID, id ID, s *Schedule) error {
	d, _, err := a.load(ctx, site, id)
	if err != nil {
		return err
	}
	if err := a.first(ctx, d); err != nil {
		return err
	}
	why := a.hinders(ctx, d, s)
	if why == nil {
		return a.Published.Publish(ctx, site, s.Edition, publication.Placing{Place: d.Column}) // which ends the plan: see listen
	}
	if fault.KindOf(why) == "" || fault.Is(why, fault.Unavailable) {
		return why
	}
	return a.notDone(ctx, site, id, *s, why)
}

// notDone notes for people why a schedule was not kept, in its place.
func (a *Articles) notDone(ctx context.Context, site kernel.SiteID, id ID, s Schedule, why error) error {
	s.Failed, s.PublishAt, s.ExpireAt = fault.Say(why), time.Time{}, time.Time{}
	if err := a.putSchedule(ctx, site, id, s); err != nil {
		return err
	}
	return a.record(ctx, site, "article.schedule.failed", id, "", s.Failed)
}

// hinders says why the edition cannot be published now, before anything is written: a refusal inside would doom the note about it.
func (a *Articles) hinders(ctx context.Context, d *Draft, s *Schedule) error {
	if d.State != Submitted || d.Edition != s.Edition {
		return fault.New(fault.Conflict, "稿件已经退回或改过，没有按时发布。")
	}
	t, err := a.Published.Trail(ctx, d.Site, s.Edition)
	switch {
	case err != nil:
		return err
	case !t.Approved():
		return fault.New(fault.Conflict, "审核没有全部通过，没有按时发布。")
	}
	if err := a.mayHold(ctx, d.Site, d.Column); err != nil {
		return err
	}
	if err := a.Published.MayReturn(ctx, object(d.Site, d.ID)); err != nil {
		return err
	}
	if err := a.mayStand(ctx, d); err != nil {
		return err
	}
	if a.Posts == nil {
		return nil
	}
	if err := a.Posts.Publishes(ctx, d.Site, d.ID); fault.Is(err, fault.Forbidden) {
		return fault.Because(err, fault.Conflict, "定时发布的%s现在没有发布的岗位，没有按时发布。请由现任的发布人发布。", s.ByName)
	} else if err != nil {
		return err
	}
	return nil
}

// expire takes away what is public; what is not any more needs nothing.
func (a *Articles) expire(ctx context.Context, site kernel.SiteID, id ID) error {
	_, err := a.Published.Live(ctx, object(site, id))
	switch {
	case fault.Is(err, fault.NotFound), fault.Is(err, fault.Gone):
		return a.endSchedule(ctx, site, id)
	case err != nil:
		return err
	}
	if why := a.spare(ctx, site, id); fault.Is(why, fault.Conflict) {
		return a.notDone(ctx, site, id, Schedule{By: kernel.ActorFrom(ctx).Account, ByName: kernel.ActorFrom(ctx).Name}, why)
	} else if why != nil {
		return why
	}
	return a.Published.TakeDown(ctx, object(site, id), publication.Withdrawal{Reason: "到期自动下线", Notice: "这条信息已过有效期，已经下线。"})
}
