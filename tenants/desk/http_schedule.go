package desk

import (
	"context"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/review"
)

// plan is when an article becomes public and goes away, as a screen shows and asks it.
type plan struct {
	May          bool // this person may set it
	Publish      bool // there is something to publish at a time
	PublishAt    string
	ExpireAt     string // as the form's fields hold them
	Says, Failed string // what is set, in words; why it was not done
	By           string
}

// clock is how a form writes a moment of Beijing's time.
const clock = "2006-01-02T15:04"

var weekdays = []string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}

// minute is a moment as people here write it: 11月27日 09:00 周五; with the year when it is another.
func minute(t, now time.Time, say func(string) string) string {
	t, now = t.In(kernel.Beijing), now.In(kernel.Beijing)
	form := "1月2日 15:04"
	if t.Year() != now.Year() {
		form = "2006年1月2日 15:04"
	}
	return t.Format(say(form)) + " " + say(weekdays[t.Weekday()])
}

func (d *Desk) planOf(c *fiber.Ctx, a *article.Draft, p *articlePage) error {
	ctx := c.UserContext()
	all, err := d.Articles.Planned(ctx, a.Site, a.ID)
	if err != nil {
		return err
	}
	s := all[a.ID]
	p.Plan = plan{Publish: p.MayPublish, By: s.ByName, Failed: s.Failed, Says: d.says(c, s)}
	p.Plan.May = d.offers(ctx, a.Site, a.ID, "article.schedule") && (p.MayPublish || a.State == article.Released)
	field := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(kernel.Beijing).Format(clock)
	}
	p.Plan.PublishAt, p.Plan.ExpireAt = field(s.PublishAt), field(s.ExpireAt)
	if p.Wrong.Say != "" && c.FormValue("publish_at")+c.FormValue("expire_at") != "" {
		again := func(name string) string { // what is no time has no place in such a field; the sentence above repeats it
			t, _ := moment(c, name)
			return field(t)
		}
		p.Plan.PublishAt, p.Plan.ExpireAt = again("publish_at"), again("expire_at")
	}
	return nil
}

// says is a schedule in words, or "".
func (d *Desk) says(c *fiber.Ctx, s article.Schedule) string {
	day := func(zh string) string { return say(c, zh) }
	out := ""
	if !s.PublishAt.IsZero() {
		out = minute(s.PublishAt, d.Now(), day) + " " + say(c, "发布")
	}
	if !s.ExpireAt.IsZero() {
		if out != "" {
			out += "，"
		}
		out += minute(s.ExpireAt, d.Now(), day) + " " + say(c, "下线")
	}
	return out
}

// moment reads a field of a form; an empty one is no time.
func moment(c *fiber.Ctx, field string) (time.Time, error) {
	text := typed(c, field)
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(clock, text, kernel.Beijing)
	if err != nil {
		return time.Time{}, fault.In(field, "“%s”不是有效的时间，应写成 2026-11-27T09:00 的样子。", text)
	}
	return t.UTC(), nil
}

func (d *Desk) schedule(c *fiber.Ctx) error {
	a, err := d.found(c)
	if err != nil {
		return err
	}
	e, _ := kernel.ParseID[publication.EditionID](c.FormValue("edition"))
	s, done := article.Schedule{Edition: e}, "unplanned"
	if c.FormValue("do") != "cancel" {
		if s.PublishAt, err = moment(c, "publish_at"); err != nil {
			return d.article(c, a, err)
		}
		if s.ExpireAt, err = moment(c, "expire_at"); err != nil {
			return d.article(c, a, err)
		}
		if s.PublishAt.IsZero() && s.ExpireAt.IsZero() {
			return d.article(c, a, fault.In("publish_at", "请选一个时间。"))
		}
		done = "planned"
	}
	if err := d.mayPlan(c.UserContext(), a, s); err != nil {
		return d.article(c, a, err)
	}
	if err := d.planWith(c, a, s); err != nil {
		return d.article(c, a, err)
	}
	return see(c, address(a.Site, a.ID, done))
}

// planWith sets the schedule. A major policy that nothing public explains takes what explains it along: the same moment for what is approved,
// and no schedule at all where nothing is (d10).
func (d *Desk) planWith(c *fiber.Ctx, a *article.Draft, s article.Schedule) error {
	_, by, err := d.pairsOf(c, a)
	if err != nil {
		return err
	}
	return d.DB.InTx(c.UserContext(), func(ctx context.Context) error {
		if !s.PublishAt.IsZero() && a.Payload.Major() {
			lacks := d.Pairs.Explained(ctx, a.Site, a.ID, a.Payload.Title)
			if lacks != nil && !fault.Is(lacks, fault.Conflict) {
				return lacks
			}
			for _, l := range by {
				if lacks == nil || l.ready == nil {
					continue
				}
				one, err := d.picked(ctx, l.ready.Value)
				if err != nil {
					return err
				}
				if err := d.Articles.Plan(ctx, a.Site, l.ID, article.Schedule{Edition: one.edition, PublishAt: s.PublishAt}); err != nil {
					return err
				}
			}
			if lacks != nil && !slices.ContainsFunc(by, func(l pairLine) bool { return l.ready != nil }) {
				return lacks
			}
		}
		return d.Articles.Plan(ctx, a.Site, a.ID, s)
	})
}

// mayPlan asks what publishing now would ask: a time is no way around a permission.
func (d *Desk) mayPlan(ctx context.Context, a *article.Draft, s article.Schedule) error {
	if s.PublishAt.IsZero() {
		return nil
	}
	t, err := d.Published.Trail(ctx, a.Site, s.Edition)
	if err != nil {
		return err
	}
	turn, err := d.Reviews.Turn(ctx, t)
	if err == nil && turn != review.ToPublish {
		err = fault.New(fault.Conflict, "这篇稿件现在还不能由您发布，所以也不能定时。")
	}
	return err
}
