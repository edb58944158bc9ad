package desk

import (
	"context"
	"encoding/json"
	"errors"
	"html/template"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// mergePage is a text that two people changed at the same places.
type mergePage struct {
	Action, Back string
	Version      int64 // the other's
	Who          string
	At           time.Time
	Column       int64
	Session      string
	Restored     int64
	Lines, Body  []slot
	Slots        int // of the body
	Took         int
	Fields       string // of both, for the form to give back
	Wrong        trouble
}

var mergeView = console.Define[mergePage]("desk", "merge")

// overtaken goes on with a form that began with an older version than the article's: what the two changed in different places stands
// together at once, what both changed is shown side by side. Nothing is sent on unread: whoever pressed 送审 sees the whole first.
func (d *Desk) overtaken(c *fiber.Ctx, a *article.Draft, version int64, mine article.Payload, column int64) error {
	base, err := d.Articles.Version(c.UserContext(), a.Site, a.ID, version)
	switch {
	case fault.Is(err, fault.NotFound):
		base = new(article.Version) // nothing is known of what it began with: all that differs is shown
	case err != nil:
		return err
	}
	m := mergeOf(base.Payload, mine, a.Payload)
	if m.open > 0 {
		return d.undecided(c, a, m, column, nil)
	}
	p, _ := m.into(mine)
	if err := d.commit(c, a, p, column, d.Articles.EditMerged); err != nil {
		return d.undecided(c, a, m, column, err)
	}
	return see(c, address(a.Site, a.ID, "merged"))
}

// commit saves a payload over the article's version as it is in a, in its column, and ends the form's autosaves.
func (d *Desk) commit(c *fiber.Ctx, a *article.Draft, p article.Payload, column int64, edit func(context.Context, kernel.SiteID, article.ID, int64, article.Payload) error) error {
	return d.DB.InTx(c.UserContext(), func(ctx context.Context) error {
		if err := d.Articles.Discard(ctx, a.Site, savedOf(c)); err != nil {
			return err
		}
		if err := edit(ctx, a.Site, a.ID, a.Version, p); err != nil || column == a.Column {
			return err
		}
		return d.Articles.Recolumn(ctx, a.Site, a.ID, column)
	})
}

// undecided shows what both changed; err, if any, is why what was decided was not saved.
func (d *Desk) undecided(c *fiber.Ctx, a *article.Draft, m merged, column int64, err error) error {
	page := console.Page{Title: say(c, "合并两人的修改"), Site: a.Site, Status: fiber.StatusConflict}
	saved := savedOf(c)
	p := mergePage{Action: address(a.Site, a.ID, "") + "/merge", Back: address(a.Site, a.ID, ""), Version: a.Version, At: a.UpdatedAt, Column: column,
		Session: saved.Session, Restored: saved.Restored, Lines: m.lines, Body: m.body, Slots: len(m.body), Took: m.took}
	if err != nil {
		field, is := wrong(err)
		if !is {
			return err
		}
		p.Wrong, page.Status = trouble{console.Told(c, err), field}, statuses[fault.KindOf(err)]
	}
	names := slices.Clone(m.fields)
	for i := range names {
		names[i].Value = "" // the slots hold them
	}
	raw, err := json.Marshal(names)
	if err != nil {
		return err
	}
	p.Fields = string(raw)
	if p.Who, err = d.name(c.UserContext(), a.Author); err != nil {
		return err
	}
	for i := range p.Body {
		if err := d.shown(c.UserContext(), a.Site, &p.Body[i]); err != nil {
			return err
		}
	}
	for i := range p.Lines {
		l := &p.Lines[i]
		l.Label, l.MineWord, l.TheirsWord = say(c, l.Label), say(c, l.MineWord), say(c, l.TheirsWord)
	}
	return mergeView.Show(d.Console, c, page, p)
}

// shown makes of a stretch of the text what is read on this screen, with its pictures.
func (d *Desk) shown(ctx context.Context, site kernel.SiteID, s *slot) (err error) {
	read := func(text string) (shown template.HTML) {
		if err == nil {
			shown, err = d.dressed(ctx, site, template.HTML(render.Sanitise(text))) // sanitised
		}
		return shown
	}
	switch {
	case !s.Both:
		s.Show = read(s.Text)
	case !s.Plain:
		s.MineShow, s.TheirsShow = read(s.Mine), read(s.Theirs)
	}
	return err
}

// merge saves what somebody decided; when the article has moved on once more, it is merged once more.
func (d *Desk) merge(c *fiber.Ctx) error {
	a, err := d.found(c)
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(c.FormValue("version"), 10, 64)
	theirs, err := d.Articles.Version(c.UserContext(), a.Site, a.ID, version)
	if err != nil {
		return err
	}
	m, column := readSlots(c, &theirs.Payload), readFields(c).Column
	p, all := m.into(theirs.Payload)
	if !all {
		return d.undecided(c, a, m, column, fault.In("take", "还有没选的地方：请在每一处选用哪一段。"))
	}
	if err := errors.Join(p.Check(), d.stands(c.UserContext(), a.Site, column, "article.edit.draft")); err != nil {
		return d.undecided(c, a, m, column, err)
	}
	if version != a.Version && a.State != article.Submitted {
		return d.overtaken(c, a, version, p, column)
	}
	if err := d.commit(c, a, p, column, d.Articles.EditMerged); err != nil {
		return d.undecided(c, a, m, column, err)
	}
	return see(c, address(a.Site, a.ID, "merged"))
}

// readSlots reads the merge screen's form: the same slots, in the same order, as they were typed and decided.
func readSlots(c *fiber.Ctx, p *article.Payload) (m merged) {
	read := func(s slot) slot {
		s.Both = c.FormValue("both-"+s.Key) == "1"
		s.Plain = c.FormValue("plain-"+s.Key) == "1"
		s.Took = c.FormValue("took-"+s.Key) == "1"
		s.Text, s.Mine, s.Theirs, s.Take = typed(c, "same-"+s.Key), typed(c, "mine-"+s.Key), typed(c, "theirs-"+s.Key), typed(c, "take-"+s.Key)
		s.name()
		return s
	}
	copied := apart(*p)
	if err := json.Unmarshal([]byte(c.FormValue("fields")), &m.fields); err != nil {
		m.fields = nil // a form of an earlier release; what it leaves out is checked like any other
	}
	aligned(&article.Payload{Fields: m.fields}, &copied)
	m.fields = copied.Fields
	for _, l := range lines(&copied) {
		m.add(&m.lines, read(slot{Key: l.key, Label: l.label, Line: true}))
	}
	n, _ := strconv.Atoi(c.FormValue("slots"))
	for i := range max(0, min(n, 10_000)) {
		m.add(&m.body, read(slot{Key: "b" + strconv.Itoa(i)}))
	}
	return m
}
