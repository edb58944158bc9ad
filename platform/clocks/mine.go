package clocks

import (
	"context"
	"fmt"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
)

const (
	mineMost     = 10                 // lines on the first screen
	remindedDays = 7 * 24 * time.Hour // how long a reminder stands there
)

// Waiting is what a site owes, on the first screen of those who work for it: clocks that run, columns and weeks that are near their end
// or over, and the reminders of the last week. Nothing that is far from its end asks for attention.
func (c *Clocks) Waiting(ctx context.Context, id kernel.SiteID) (console.Section, error) {
	if !c.Console.Offers(ctx, id, "clock.read") {
		return console.Section{}, nil
	}
	open, err := c.Open(ctx, id, "", nil, mineMost)
	if err != nil {
		return console.Section{}, err
	}
	now := c.Now()
	s := console.Section{Title: "时限"}
	for _, k := range open {
		if k.Rule != ReviewDebt { // the queue of reviews has it, in front
			s.Items = append(s.Items, c.item(k, now))
		}
	}
	b, err := c.Board(ctx, Scope{Only: id}, Filter{})
	if err != nil {
		return console.Section{}, err
	}
	for _, l := range b.Lines {
		s.Items = append(s.Items, l.items()...)
	}
	told, err := c.reminders(ctx, id, now.Add(-remindedDays), 3)
	if err != nil {
		return console.Section{}, err
	}
	for _, r := range told {
		s.Items = append(s.Items, console.Item{Text: r.Text, Href: r.Href, Mark: "提醒", Kind: Amber, Note: r.By, At: r.At})
	}
	if len(s.Items) == 0 {
		return console.Section{}, nil
	}
	s.More = "/sites/" + id.String() + "/board"
	return s, nil
}

func (c *Clocks) item(k Clock, now time.Time) console.Item {
	r, _ := c.Pack.Rule(k.Rule)
	i := console.Item{Text: k.Title, Href: k.Href, Mark: k.Word(now), Kind: k.Light(now), Note: r.Title, NoteWord: "截止", At: shownAt(k.DueAt)}
	if k.Provisional {
		i.NoteWord = "暂定截止"
	}
	return i
}

// items are what of a site's freshness asks for attention.
func (l Line) items() (all []console.Item) {
	at := "/sites/" + l.ID.String() + "/board"
	if l.Week.Light == Amber || l.Week.Light == Red {
		all = append(all, console.Item{Text: "每周更新", Href: at, Mark: lightWord(l.Week.Light), Kind: l.Week.Light, NoteWord: "截止", At: shownAt(l.Week.DueAt)})
	}
	if l.Over+l.Near > 0 {
		i := console.Item{Text: "栏目更新", Href: at, Mark: lightWord(Amber), Kind: Amber, NoteWord: "临近或超期的栏目", Note: fmt.Sprint(l.Over + l.Near), At: shownAt(l.worstAt)}
		if l.Over > 0 {
			i.Mark, i.Kind = lightWord(Red), Red
		}
		all = append(all, i)
	}
	return all
}

// Title is what a rule is called; one of an earlier pack has its name.
func (c *Clocks) Title(rule string) string {
	if r, ok := c.Pack.Rule(rule); ok {
		return r.Title
	}
	return rule
}

// ShownAt is the clock's end as a screen shows it.
func (c Clock) ShownAt() time.Time { return shownAt(c.DueAt) }

// Word is what the clock shows at now, in a word of the catalogue.
func (c Clock) Word(now time.Time) string {
	if c.State == Paused {
		return "已暂停"
	}
	return lightWord(c.Light(now))
}

// lightWord is a light in a word, so that nobody has to tell colours apart.
func lightWord(light string) string {
	switch light {
	case Red:
		return "超期"
	case Amber:
		return "临近"
	case Green:
		return "正常"
	}
	return ""
}
