package clocks

import (
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
)

// calendarPage is the working days that are loaded, and the form that takes a notice over: first what would move, then the button.
type calendarPage struct {
	Version  string
	Years    []Year
	Notes    []Loaded
	Loads    bool // the person may take a notice over
	Source   string
	Body     string
	Wrong    trouble
	Foreseen bool
	Next     string // version that the notice would bring
	Moved    []movedRow
	More     int
	Done     bool
}

type movedRow struct {
	Moved
	From, Until string // the old end and the new one, as days
}

var calendarView = console.Define[calendarPage]("clocks", "calendar")

// movedAtMost is how many clocks the form names before a notice is confirmed; their number is said in any case.
const movedAtMost = 100

func (c *Clocks) showCalendar(f *fiber.Ctx) error {
	return c.calendar(f, calendarPage{Done: f.Query("done") == "1"}, 0)
}

func (c *Clocks) calendar(f *fiber.Ctx, p calendarPage, status int) error {
	ctx := f.UserContext()
	days, err := c.WorkDays(ctx)
	if err != nil {
		return err
	}
	p.Version, p.Loads = days.Version(), c.Console.Offers(ctx, kernel.Platform, "calendar.load")
	if p.Years, err = c.Years(ctx); err != nil {
		return err
	}
	if p.Notes, err = c.Notes(ctx); err != nil {
		return err
	}
	return calendarView.Show(c.Console, f, console.Page{Title: say(f, "工作日历"), Status: status}, p)
}

func (c *Clocks) loadCalendar(f *fiber.Ctx) error {
	ctx := f.UserContext()
	p := calendarPage{Source: strings.TrimSpace(strings.Clone(f.FormValue("source"))), Body: strings.ReplaceAll(strings.Clone(f.FormValue("body")), "\r\n", "\n")}
	if f.FormValue("do") == "take" {
		_, err := c.Take(ctx, p.Source, p.Body)
		if err == nil {
			return f.Redirect("/calendar?done=1", fiber.StatusSeeOther)
		}
		return c.calendarWrong(f, p, err)
	}
	_, next, err := c.Read(ctx, strings.NewReader(p.Body))
	if err != nil {
		return c.calendarWrong(f, p, err)
	}
	moved, err := c.Foresee(ctx, next)
	if err != nil {
		return err
	}
	p.Foreseen, p.Next = true, next.Version()
	for _, m := range moved[:min(len(moved), movedAtMost)] {
		p.Moved = append(p.Moved, movedRow{m, lastDay(m.DueAt), lastDay(m.To)})
	}
	p.More = len(moved) - len(p.Moved)
	return c.calendar(f, p, 0)
}

func (c *Clocks) calendarWrong(f *fiber.Ctx, p calendarPage, err error) error {
	t, is := wrong(err)
	if !is {
		return err
	}
	p.Wrong = t
	return c.calendar(f, p, fiber.StatusUnprocessableEntity)
}
