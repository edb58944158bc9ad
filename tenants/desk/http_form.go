package desk

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/media"
)

// formPage is the plain form in which an article is written.
type formPage struct {
	Action  string // address it is posted to
	Back    string
	Version int64 // the one the person saw; 0 for a new article
	Fields  fields
	Columns []choice
	Groups  []formGroup
	Own     []ownLine       // what the column asks for
	HasOwn  bool            // some column of the site asks for something
	Has     []article.Field // what the article holds of that
	Wrong   trouble
	Return  string // why the last edition came back, or ""
	Writer  console.Writer
	Unsaved *unsaved
	// Restored is the autosave that the fields came from, or 0. Base is where autosaves are dropped.
	Restored int64
	Base     string
	Checks   console.Section
	Films    console.Section
	Remarks  *remarked // what colleagues remarked on and nobody has settled, or nil
	Done     []string  // what an import has made of a file, when it has just done so
	// Explaining is the policy that a new article is to explain, or nil.
	Explaining *explaining
	Plots      []plotLine
	Library    string // where the numbers of what may be put in are read
	Item       string // such a number, as typed
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

// formLine is a text beside the body as the form asks for it.
type formLine struct {
	Key, Label, Text, Wrong string
	Day                     bool
	Values                  []option
}

// formGroup is a part of the form that most articles do not need: it is folded until something stands in it.
type formGroup struct {
	Name  string
	Open  bool
	Lines []formLine
}

// groups are the parts below the summary, by the line that each begins with.
var groups = map[string]string{"subtitle": "更多信息", "disclosure": "公开属性", "kind": "公文信息"}

// formGroups are the lines that the form asks for in the order of lines, but for those that it shows by themselves.
func formGroups(c *fiber.Ctx, f fields, w trouble) (all []formGroup) {
	for _, l := range lines(new(article.Payload)) {
		if l.key == "title" || l.key == "summary" || l.key == "source" {
			continue
		}
		line := formLine{Key: l.key, Label: say(c, l.label), Text: f.Line(l.key), Day: strings.HasSuffix(l.key, "_on"), Wrong: w.At(l.key)}
		if line.Wrong == "" {
			line.Wrong = w.At("document." + l.key)
		}
		for _, v := range values[l.key] {
			line.Values = append(line.Values, option{v.value, say(c, v.word), v.value == line.Text})
		}
		if g := groups[l.key]; g != "" {
			all = append(all, formGroup{Name: say(c, g)})
		}
		group := &all[len(all)-1]
		group.Lines = append(group.Lines, line)
		group.Open = group.Open || line.Wrong != "" || line.Text != "" && line.Text != article.News
	}
	return all
}

var formView = console.Define[formPage]("desk", "form")

func (d *Desk) showNew(c *fiber.Ctx) error {
	column, _ := kernel.ParseID[int64](c.Query("column"))
	p := formPage{Action: "/sites/" + at(c).String() + "/articles", Fields: held(&article.Draft{Column: column})}
	if err := d.offer(c, &p, 0); err != nil {
		return err
	}
	if id, ok := kernel.ParseID[media.ID](c.Query("media")); ok && d.Console.Offers(c.UserContext(), at(c), "media.upload") {
		i, err := d.Media.Shelved(c.UserContext(), at(c), id) // somebody comes from the library, to write about it
		if err != nil {
			return err
		}
		p.Fields.put(i.Markup(i.Alt))
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
	p := formPage{Action: address(a.Site, a.ID, ""), Version: a.Version, Fields: held(a), Has: a.Payload.Fields}
	if p.Return, err = d.returned(c.UserContext(), a); err != nil {
		return err
	}
	if p.Remarks, err = d.remarked(c, a); err != nil {
		return err
	}
	if p.Checks, err = d.glance(c, a); err != nil {
		return err
	}
	if code := c.Query("imported"); code != "" && d.Imported != nil {
		p.Done = d.Imported(code, a.Payload, func(zh string) string { return say(c, zh) })
	}
	if err := d.offer(c, &p, a.ID); err != nil {
		return err
	}
	return d.form(c, p, nil)
}

// form shows the form as it was typed; err, if any, says what is wrong with it.
func (d *Desk) form(c *fiber.Ctx, p formPage, err error) error {
	page := console.Page{Title: say(c, "写稿"), Site: at(c), Scripts: []string{"editor.js", "autosave.js", "upload.js"}}
	if err != nil {
		field, is := wrong(err)
		if !is {
			return err
		}
		p.Wrong, page.Status = trouble{console.Told(c, err), field}, statuses[fault.KindOf(err)]
		p.Restored = savedOf(c).Restored
	}
	if p.Version == 0 {
		if p.Explaining, err = d.explaining(c); err != nil {
			return err
		}
	}
	p.Base = "/sites/" + at(c).String() + "/articles"
	p.Back = p.Base
	if p.Version != 0 {
		p.Back = p.Action
	}
	p.Groups = formGroups(c, p.Fields, p.Wrong)
	p.Library = "/sites/" + at(c).String() + "/media/choose"
	if p.Fields.Marked { // the text carries what was chosen: the editor shows it there
		p.Fields.Body = render.MarkPlots(p.Fields.Body, p.Fields.Kinds)
		p.Plots = plotLines(c, p.Fields.Body)
	}
	if p.Columns, err = d.choices(c.UserContext(), at(c), p.Fields.Column, "article.create", "article.edit.draft"); err != nil {
		return err
	}
	if err := d.asks(c, &p); err != nil {
		return err
	}
	if p.Writer, err = d.Console.Writer(c.UserContext()); err != nil {
		return err
	}
	if p.Films, err = d.films(c, at(c), p.Fields.Body); err != nil {
		return err
	}
	return formView.Show(d.Console, c, page, p)
}

func readFields(c *fiber.Ctx) fields {
	column, _ := kernel.ParseID[int64](c.FormValue("column")) // 0 is no column, which the room refuses in a sentence
	from, _ := kernel.ParseID[int64](c.FormValue("from"))
	f := fields{Body: typed(c, "body"), Column: column, From: from, Shown: column, Marked: c.FormValue("marked") == "1"}
	for _, l := range lines(new(article.Payload)) {
		if c.Context().PostArgs().Has(l.key) {
			f.Lines = append(f.Lines, typedLine{l.key, typed(c, l.key)})
		}
	}
	for _, kind := range c.Context().PostArgs().PeekMulti("chart") {
		f.Kinds = append(f.Kinds, string(kind))
	}
	readOwn(c, &f)
	return f
}

// into puts what was typed into a payload; what the form does not hold stays.
func (f fields) into(p article.Payload) article.Payload {
	p = apart(p)
	for _, l := range lines(&p) {
		for _, t := range f.Lines {
			if t.Key == l.key {
				*l.text = t.Text
			}
		}
	}
	settled(&p)
	if p.Body = f.Body; !f.Marked {
		p.Body = article.FromPlain(f.Body)
	}
	p.Body = render.MarkPlots(p.Body, f.Kinds)
	return p
}

// same reports whether two texts are to the letter the same.
func same(x, y article.Payload) bool {
	x, y = apart(x), apart(y)
	aligned(&x, &y)
	other := lines(&y)
	for i, l := range lines(&x) {
		if *l.text != *other[i].text {
			return false
		}
	}
	return x.Body == y.Body
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

// stands refuses what is no column of the site, and one in which the actor may do none of acts, beside its field.
func (d *Desk) stands(ctx context.Context, site kernel.SiteID, column int64, acts ...policies.Action) error {
	if column == 0 {
		return fault.In("column", "请选择栏目。")
	}
	_, err := d.Columns.Get(ctx, site, column)
	if fault.Is(err, fault.NotFound) {
		return fault.In("column", "这个栏目已经不在了，请另选一个。")
	}
	if err != nil {
		return err
	}
	everywhere, within, err := d.Reach(ctx, site, acts...)
	if err == nil && !everywhere && !slices.Contains(within, column) {
		err = fault.In("column", "您的任职只限指定的栏目，稿件不能放到这个栏目，请另选一个。")
	}
	return err
}

// twiceWithin is how long after a form the same form again is the same press, not another article.
const twiceWithin = 10 * time.Minute

func (d *Desk) create(c *fiber.Ctx) error {
	ctx, site := c.UserContext(), at(c)
	f := readFields(c)
	p := formPage{Action: "/sites/" + site.String() + "/articles", Fields: f}
	payload, err := d.taken(c, f, article.Payload{Kind: article.News}, "article.create")
	if err != nil {
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
	if err := d.explains(c, site, id); err != nil {
		return d.unexplained(c, site, id, err)
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
	p := formPage{Action: address(a.Site, a.ID, ""), Version: version, Fields: f, Has: a.Payload.Fields}
	payload, err := d.taken(c, f, a.Payload, "article.edit.draft")
	if err != nil {
		return d.form(c, p, err)
	}
	if version != a.Version {
		if a.Author == kernel.ActorFrom(ctx).Account && f.Column == a.Column && same(a.Payload, payload) {
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
	if _, err := d.submit(c.UserContext(), a, version, typed(c, "why")); err != nil {
		return d.article(c, a, err)
	}
	return see(c, address(a.Site, a.ID, "sent"))
}
