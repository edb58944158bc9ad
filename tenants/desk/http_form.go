package desk

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// formPage is the plain form in which an article is written.
type formPage struct {
	Action  string // address it is posted to
	Back    string
	Version int64 // the one the person saw; 0 for a new article
	Fields  fields
	Columns []choice
	Wrong   trouble
	Return  string // why the last edition came back, or ""
	Writer  console.Writer
	Unsaved *unsaved
	// Restored is the autosave that the fields came from, or 0. Base is where autosaves are dropped.
	Restored int64
	Base     string
}

// fields are what was typed. Marked says that Body is HTML: an article with tables or links, which a plain text cannot hold.
type fields struct {
	Title, Body, Summary, Source string
	Column, From                 int64 // From: the one that the form began with
	Marked                       bool
}

// trouble is what is wrong with a form, for its heading and beside its fields.
type trouble struct{ Say, Field string }

// At is the sentence for a field, or "".
func (t trouble) At(field string) string {
	if t.Field != field {
		return ""
	}
	return t.Say
}

var formView = console.Define[formPage]("desk", "form")

func (d *Desk) showNew(c *fiber.Ctx) error {
	column, _ := kernel.ParseID[int64](c.Query("column"))
	p := formPage{Action: "/sites/" + at(c).String() + "/articles", Fields: fields{Column: column}}
	if err := d.offer(c, &p, 0); err != nil {
		return err
	}
	return d.form(c, p, nil)
}

func (d *Desk) showEdit(c *fiber.Ctx) error {
	a, err := d.found(c)
	if err != nil {
		return err
	}
	if a.State == article.Submitted {
		return see(c, address(a.Site, a.ID, ""))
	}
	p := formPage{Action: address(a.Site, a.ID, ""), Version: a.Version, Fields: fields{Title: a.Payload.Title, Summary: a.Payload.Summary, Source: a.Payload.Source, Column: a.Column, From: a.Column}}
	if p.Return, err = d.returned(c.UserContext(), a); err != nil {
		return err
	}
	text, ok := article.ToPlain(a.Payload.Body)
	if !ok {
		text, p.Fields.Marked = a.Payload.Body, true
	}
	p.Fields.Body = text
	if err := d.offer(c, &p, a.ID); err != nil {
		return err
	}
	return d.form(c, p, nil)
}

// form shows the form as it was typed; err, if any, says what is wrong with it.
func (d *Desk) form(c *fiber.Ctx, p formPage, err error) error {
	page := console.Page{Title: say(c, "写稿"), Site: at(c), Scripts: []string{"editor.js", "autosave.js"}}
	if err != nil {
		field, is := wrong(err)
		if !is {
			return err
		}
		p.Wrong, page.Status = trouble{fault.Say(err), field}, statuses[fault.KindOf(err)]
		p.Restored = savedOf(c).Restored
	}
	p.Base = "/sites/" + at(c).String() + "/articles"
	p.Back = p.Base
	if p.Version != 0 {
		p.Back = p.Action
	}
	if p.Columns, err = d.choices(c.UserContext(), at(c), p.Fields.Column); err != nil {
		return err
	}
	if p.Writer, err = d.Console.Writer(c.UserContext()); err != nil {
		return err
	}
	return formView.Show(d.Console, c, page, p)
}

func readFields(c *fiber.Ctx) fields {
	column, _ := kernel.ParseID[int64](c.FormValue("column")) // 0 is no column, which the room refuses in a sentence
	from, _ := kernel.ParseID[int64](c.FormValue("from"))
	return fields{From: from, Title: typed(c, "title"), Body: typed(c, "body"), Summary: typed(c, "summary"), Source: typed(c, "source"), Column: column, Marked: c.FormValue("marked") == "1"}
}

// into puts what was typed into a payload; what the form does not show stays.
func (f fields) into(p article.Payload) article.Payload {
	p.Title, p.Summary, p.Source, p.Body = f.Title, f.Summary, f.Source, f.Body
	if !f.Marked {
		p.Body = article.FromPlain(f.Body)
	}
	return p
}

// moved is the column that the form leads to when the article stands in another by now: the person's choice, if they made one.
func (f fields) moved(now int64) int64 {
	if f.Column == f.From {
		return now
	}
	return f.Column
}

// ownForm refuses a form that somebody else has opened, who went from a browser that others use too: nobody's words go under another's name
// unseen. A form that says nothing of it is a program's.
func ownForm(c *fiber.Ctx) error {
	if w := c.FormValue("writer"); w != "" && w != kernel.ActorFrom(c.UserContext()).Account.String() {
		return fault.New(fault.Conflict, "打开这张表时登录的是另一个人，现在登录的是您。这是您的稿件，就再按一次；不是，就请原来的人重新登录。")
	}
	return nil
}

// stands refuses what is no column of the site, beside its field.
func (d *Desk) stands(ctx context.Context, site kernel.SiteID, column int64) error {
	if column == 0 {
		return fault.In("column", "请选择栏目。")
	}
	_, err := d.Columns.Get(ctx, site, column)
	if fault.Is(err, fault.NotFound) {
		return fault.In("column", "这个栏目已经不在了，请另选一个。")
	}
	return err
}

// twiceWithin is how long after a form the same form again is the same press, not another article.
const twiceWithin = 10 * time.Minute

func (d *Desk) create(c *fiber.Ctx) error {
	ctx, site := c.UserContext(), at(c)
	f := readFields(c)
	p := formPage{Action: "/sites/" + site.String() + "/articles", Fields: f}
	payload := f.into(article.Payload{Kind: article.News})
	if err := errors.Join(ownForm(c), payload.Check(), d.stands(ctx, site, f.Column)); err != nil {
		return d.form(c, p, err)
	}
	template, err := d.Sites.TemplateOf(ctx, site)
	if err != nil {
		return err
	}
	id, err := d.twice(ctx, site, payload)
	switch {
	case err == nil && id != 0:
		err = d.Articles.Discard(ctx, site, savedOf(c))
	case err == nil:
		id, err = d.Articles.CreateFrom(ctx, site, f.Column, template.Review, payload, savedOf(c))
	}
	if err != nil {
		return d.form(c, p, err)
	}
	return d.saved(c, site, id, 1)
}

// twice is the article that the same person has just made of the same words, or 0: a button pressed twice, a page sent again.
func (d *Desk) twice(ctx context.Context, site kernel.SiteID, p article.Payload) (article.ID, error) {
	last, err := d.Articles.List(ctx, site, article.Filter{Author: kernel.ActorFrom(ctx).Account}, kernel.Page{Number: 1, Size: 5})
	if err != nil {
		return 0, err
	}
	i := slices.IndexFunc(last, func(a article.Draft) bool {
		return a.Payload.Title == p.Title && d.Now().Sub(a.UpdatedAt) < twiceWithin && a.State != article.Withdrawn
	})
	if i < 0 {
		return 0, nil
	}
	a, err := d.Articles.Get(ctx, site, last[i].ID)
	if err != nil || a.Payload.Body != p.Body {
		return 0, err
	}
	return a.ID, nil
}

// saved goes on after a form was saved: to review when the person pressed that button, else back to the article.
func (d *Desk) saved(c *fiber.Ctx, site kernel.SiteID, id article.ID, version int64) error {
	if c.FormValue("do") != "send" {
		return see(c, address(site, id, "saved"))
	}
	a, err := d.Articles.Get(c.UserContext(), site, id)
	if err != nil {
		return err
	}
	if a.State == article.Submitted {
		return see(c, address(site, id, "sent"))
	}
	return d.sendAt(c, a, max(version, a.Version))
}

func (d *Desk) save(c *fiber.Ctx) error {
	ctx := c.UserContext()
	a, err := d.found(c)
	if err != nil {
		return err
	}
	f := readFields(c)
	version, _ := strconv.ParseInt(c.FormValue("version"), 10, 64) // 0 is no version of anything
	p := formPage{Action: address(a.Site, a.ID, ""), Version: version, Fields: f}
	payload := f.into(a.Payload)
	if err := errors.Join(ownForm(c), payload.Check(), d.stands(ctx, a.Site, f.Column)); err != nil {
		return d.form(c, p, err)
	}
	if version != a.Version {
		if a.Author == kernel.ActorFrom(ctx).Account && a.Payload.Title == payload.Title && a.Payload.Body == payload.Body {
			if err := d.Articles.Discard(ctx, a.Site, savedOf(c)); err != nil {
				return err
			}
			return d.saved(c, a.Site, a.ID, a.Version) // the same form once more
		}
		if a.State != article.Submitted {
			return d.overtaken(c, a, version, payload, f.moved(a.Column))
		}
	}
	if err := d.commit(c, a, payload, f.Column, d.Articles.Edit); err != nil {
		return d.form(c, p, err)
	}
	return d.saved(c, a.Site, a.ID, 0)
}

func (d *Desk) send(c *fiber.Ctx) error {
	a, err := d.found(c)
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(c.FormValue("version"), 10, 64)
	return d.sendAt(c, a, version)
}

func (d *Desk) sendAt(c *fiber.Ctx, a *article.Draft, version int64) error {
	if a.State == article.Submitted {
		return see(c, address(a.Site, a.ID, "sent"))
	}
	if _, err := d.Articles.Submit(c.UserContext(), a.Site, a.ID, version); err != nil {
		return d.article(c, a, err)
	}
	return see(c, address(a.Site, a.ID, "sent"))
}
