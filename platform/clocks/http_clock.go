package clocks

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/console"
)

// clocksPage is every deadline of a site.
type clocksPage struct {
	Open, Ended []clockLine
	More        bool // than fit
	Board       string
}

// clockLine is a deadline in words.
type clockLine struct {
	Href, Rule  string
	Title       string // of its text, for whoever may read that; or ""
	Word, Kind  string
	DueAt       time.Time
	StoppedAt   time.Time
	Provisional bool
}

// clockPage is one deadline: what it is, what has happened to it, and what may be done.
type clockPage struct {
	clockLine
	Path, List, Text     string // Text is where its text is worked at, or ""
	Clause, Owes, Owed   string
	Unit                 string // of whoever owes it, or ""
	StartedAt, PausedAt  time.Time
	Pauses               []Pause
	ExtendedWhy          string
	Calendar             string
	History              []happened
	Acts                 []actForm
	Done                 string
	WorkdaysOf, Extended bool
}

// happened is an entry of the chain: who did what, why, and how the clock stood then.
type happened struct {
	At                time.Time
	Action, Name, Why string
	Word              string
	DueAt             time.Time
}

// actForm is an act that the person may do now: first what would move, then the button.
type actForm struct {
	Act, Name, Hint string
	Asks            bool // for a reason
	Why             string
	Wrong           string
	Foreseen        bool
	Until           time.Time // the end that it would have
	Provisional     bool
}

var (
	clocksView = console.Define[clocksPage]("clocks", "clocks")
	clockView  = console.Define[clockPage]("clocks", "clock")
)

const (
	openAtMost  = 200
	endedAtMost = 50
	pastAtMost  = 200 // entries of a clock's history
)

func (c *Clocks) showClocks(f *fiber.Ctx) error {
	ctx, id := f.UserContext(), at(f)
	open, err := c.Open(ctx, id, "", nil, openAtMost)
	if err != nil {
		return err
	}
	ended, err := c.ended(ctx, id, endedAtMost)
	if err != nil {
		return err
	}
	p := clocksPage{Board: "/sites/" + id.String() + "/board", More: len(open) == openAtMost}
	reads := c.reads(ctx, id)
	for _, k := range open {
		p.Open = append(p.Open, c.line(f, &k, reads))
	}
	for _, k := range ended {
		p.Ended = append(p.Ended, c.line(f, &k, reads))
	}
	return clocksView.Show(c.Console, f, console.Page{Title: say(f, "逐项时限"), Site: id}, p)
}

// reads reports whether the actor reads the drafts of a site; their titles are no one else's to see.
func (c *Clocks) reads(ctx context.Context, site kernel.SiteID) bool {
	return c.Console.Offers(ctx, site, c.Drafts...)
}

func (c *Clocks) line(f *fiber.Ctx, k *Clock, reads bool) clockLine {
	l := clockLine{Href: clockAt(k.Site, k.ClockID), Rule: c.Title(k.Rule), Word: stateWord(k.State, k.StoppedAt), Kind: k.Light(c.Now()), DueAt: k.ShownAt(),
		StoppedAt: k.StoppedAt, Provisional: k.Provisional && k.StoppedAt.IsZero()}
	if k.StoppedAt.IsZero() {
		l.Word = k.Word(c.Now())
	}
	if reads {
		l.Title = k.Title
	}
	l.Word = say(f, l.Word)
	return l
}

func clockAt(site kernel.SiteID, clock int64) string {
	return "/sites/" + site.String() + "/clocks/" + kernel.SiteID(clock).String()
}

// stateWord is a state of the chain, or of a clock that has ended, in a word of the catalogue.
func stateWord(state string, stopped time.Time) string {
	switch state {
	case Running:
		return "计时中"
	case Paused:
		return "已暂停"
	case Met:
		return "按时办结"
	case Cancelled:
		return "已取消"
	}
	if stopped.IsZero() {
		return "超期"
	}
	return "超期办结"
}

func (c *Clocks) showClock(f *fiber.Ctx) error {
	p := clockPage{}
	if act := f.Query("done"); deedOf[act] != "" {
		p.Done = say(f, doneWords[act])
	}
	return c.clock(f, p, actForm{}, 0)
}

// The words of the acts.
var (
	actWords  = map[string]string{ToPause: "暂停计时", ToResume: "继续计时", ToExtend: "延长一次"}
	actHints  = map[string]string{ToPause: "暂停期间不计时：恢复以后，截止时间按暂停的时间顺延。", ToResume: "从现在起继续计时。", ToExtend: "到期以前可以延长一次，理由记入这个时限的经过。"}
	doneWords = map[string]string{ToPause: "已暂停。", ToResume: "已恢复计时。", ToExtend: "已延长。"}
)

// clock shows a deadline; tried is the form that was pressed, if any.
func (c *Clocks) clock(f *fiber.Ctx, p clockPage, tried actForm, status int) error {
	ctx, id := f.UserContext(), at(f)
	k, err := c.Get(ctx, id, numberOf(f))
	if err != nil {
		return err
	}
	r := c.ruleOf(k.Rule)
	reads := c.reads(ctx, id)
	p.clockLine, p.Path, p.List = c.line(f, &k, reads), clockAt(id, k.ClockID), "/sites/"+id.String()+"/clocks"
	p.Clause, p.Owes, p.Owed, p.Calendar, p.Extended, p.WorkdaysOf = r.Clause, r.Owes, r.Owed, k.Calendar, k.Extended, r.Unit == Workday
	p.StartedAt, p.PausedAt, p.Pauses, p.ExtendedWhy = k.StartedAt, k.PausedAt, k.Pauses, k.ExtendedWhy
	if reads {
		p.Text = k.Href
	}
	if k.Owes != 0 && c.Units != nil {
		if p.Unit, err = c.Units.Unit(ctx, k.Owes); err != nil {
			return err
		}
	}
	if p.History, err = c.history(f, &k); err != nil {
		return err
	}
	if c.Console.Offers(ctx, id, "clockrule.set") {
		for _, act := range c.possible(&k) {
			form := actForm{Act: act, Name: say(f, actWords[act]), Hint: say(f, actHints[act]), Asks: act != ToResume}
			if tried.Act == act {
				tried.Name, tried.Hint, tried.Asks = form.Name, form.Hint, form.Asks
				form = tried
			}
			p.Acts = append(p.Acts, form)
		}
	}
	return clockView.Show(c.Console, f, console.Page{Title: p.Rule, Site: id, Status: status}, p)
}

func numberOf(f *fiber.Ctx) int64 {
	id, _ := kernel.ParseID[int64](f.Params("id")) // 0 is no clock
	return id
}

// history is what the chain knows of a clock, the first entry in front.
func (c *Clocks) history(f *fiber.Ctx, k *Clock) (all []happened, err error) {
	lines, err := c.Audit.Find(f.UserContext(), audit.Query{Chain: k.Site, Object: Object(k.ClockID), Most: pastAtMost})
	if err != nil {
		return nil, err
	}
	for _, l := range slices.Backward(lines) {
		h := happened{At: l.At, Action: l.Action, Name: l.Actor.Name, Why: l.Note["why"]}
		state, end, _ := strings.Cut(l.After, " ")
		if due, err := time.Parse(time.RFC3339, end); err == nil {
			h.Word, h.DueAt = say(f, stateWord(state, k.StoppedAt)), shownAt(due)
		}
		if rung := rungWords[h.Why]; rung != "" && l.Action == "clock.told" {
			h.Why = say(f, rung)
		}
		all = append(all, h)
	}
	return all, nil
}

// rungWords are the steps of a ladder by whom they lead to.
var rungWords = map[string]string{ToWriter: "经办人", ToLead: "内容主管", ToSuperior: "上级监督员"}

// changeClock shows what an act would move, and does it when that was confirmed.
func (c *Clocks) changeClock(f *fiber.Ctx) error {
	ctx, id, clock := f.UserContext(), at(f), numberOf(f)
	form := actForm{Act: strings.Clone(f.FormValue("act")), Why: strings.TrimSpace(strings.Clone(f.FormValue("why")))}
	if len([]rune(form.Why)) > whyMost {
		return c.clockWrong(f, form, fault.In("why", "理由请不要超过 %d 个字。", whyMost))
	}
	if f.FormValue("do") == "take" {
		if err := c.Act(ctx, id, clock, form.Act, form.Why); err != nil {
			return c.clockWrong(f, form, err)
		}
		return f.Redirect(clockAt(id, clock)+"?done="+form.Act, fiber.StatusSeeOther)
	}
	k, err := c.Would(ctx, id, clock, form.Act, form.Why)
	if err != nil {
		return c.clockWrong(f, form, err)
	}
	form.Foreseen, form.Until, form.Provisional = true, k.ShownAt(), k.Provisional
	return c.clock(f, clockPage{}, form, 0)
}

// whyMost bounds a reason.
const whyMost = 500

// clockWrong shows the form with what was typed and why it was not done.
func (c *Clocks) clockWrong(f *fiber.Ctx, form actForm, err error) error {
	if _, is := wrong(err); !is {
		return err
	}
	form.Wrong = console.Told(f, err)
	return c.clock(f, clockPage{}, form, fiber.StatusUnprocessableEntity)
}
