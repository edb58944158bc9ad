package desk

import (
	"context"
	"html/template"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/article/compare"
)

// versionsPage is what was saved of an article, and two of it compared.
type versionsPage struct {
	Address      string // of the article
	Title        string
	Versions     []versionRow
	Olds, News   []option // what may be compared
	Newer, Older string
	Compared     *comparison
	MayRestore   bool
	Current      int64
	Wrong        trouble
	Issued       []issued
}

// issued is an edition that was public at some time, and who answers for it (C8, d39): the chain of each stays as it was.
type issued struct {
	Title string
	At    time.Time
	Steps []step
}

type versionRow struct {
	Number   int64
	Why, Who string
	Title    string
	At       time.Time
	Here     bool // the article is so now
}

type option struct {
	Value, Name string
	Chosen      bool
}

// comparison is what the newer of two texts changes in the older.
type comparison struct {
	Old, New string
	Lines    []changedLine
	Body     template.HTML // sanitised but for ins and del
	Same     bool
}

type changedLine struct {
	Label string
	Text  template.HTML
}

var versionsView = console.Define[versionsPage]("desk", "versions")

const versionsShown = 50

// public is how the text that citizens read is named among the versions.
const public = "public"

var whys = map[string]string{
	article.KeptBefore: "原有的文字", article.KeptCreated: "新建", article.KeptEdited: "保存", article.KeptMerged: "合并保存",
	article.KeptRestored: "恢复旧版本", article.KeptSubmitted: "送审",
}

func (d *Desk) showVersions(c *fiber.Ctx) error {
	a, err := d.found(c)
	if err != nil {
		return err
	}
	return d.versions(c, a, nil)
}

func (d *Desk) versions(c *fiber.Ctx, a *article.Draft, err error) error {
	page := console.Page{Title: say(c, "历史版本"), Site: a.Site}
	p := versionsPage{Address: address(a.Site, a.ID, ""), Title: a.Payload.Title, Current: a.Version}
	if err != nil {
		field, is := wrong(err)
		if !is {
			return err
		}
		p.Wrong, page.Status = trouble{console.Told(c, err), field}, statuses[fault.KindOf(err)]
	}
	ctx := c.UserContext()
	p.MayRestore = a.State != article.Submitted && d.offers(ctx, a.Site, a.ID, "article.edit.draft")
	number := max(1, min(c.QueryInt("p", 1), 1<<20))
	all, err := d.Articles.Versions(ctx, a.Site, a.ID, kernel.Page{Number: number, Size: versionsShown})
	if err != nil {
		return err
	}
	for i, v := range all {
		who, err := d.name(ctx, v.Author)
		if err != nil {
			return err
		}
		p.Versions = append(p.Versions, versionRow{v.Number, say(c, whys[v.Why]), who, v.Payload.Title, v.At, number == 1 && i == 0})
	}
	turn := func(n int) string { return c.Path() + "?p=" + strconv.Itoa(n) }
	if number > 1 {
		p.Newer = turn(number - 1)
	}
	if len(all) == versionsShown {
		p.Older = turn(number + 1)
	}
	if err := d.compared(c, a, &p); err != nil {
		return err
	}
	if number == 1 {
		if p.Issued, err = d.issued(c, a); err != nil {
			return err
		}
	}
	return versionsView.Show(d.Console, c, page, p)
}

func (d *Desk) issued(c *fiber.Ctx, a *article.Draft) (all []issued, err error) {
	ctx := c.UserContext()
	ids, err := d.Published.Issued(ctx, publication.Object{Site: a.Site, Kind: article.Kind, ID: a.ID})
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	trails, err := d.Published.Trails(ctx, a.Site, ids...)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		t := trails[id]
		if t == nil || t.Published == nil {
			continue
		}
		one := issued{Title: t.Title, At: t.Published.At}
		if one.Steps, err = d.steps(ctx, c, t); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// compared fills in the two texts that the address names; by default what citizens read, or the version before, and the draft.
func (d *Desk) compared(c *fiber.Ctx, a *article.Draft, p *versionsPage) error {
	ctx := c.UserContext()
	_, _, err := d.Articles.Public(ctx, a.Site, a.ID)
	isPublic := err == nil
	if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Gone) {
		return err
	}
	old, now := c.Query("a"), c.Query("b")
	if old == "" && isPublic {
		old = public
	}
	if old == "" && len(p.Versions) > 1 {
		old = strconv.FormatInt(p.Versions[1].Number, 10)
	}
	if now == "" && len(p.Versions) > 0 {
		now = strconv.FormatInt(p.Versions[0].Number, 10)
	}
	choose := func(chosen string) (all []option) {
		if isPublic {
			all = append(all, option{public, say(c, "网站上的文字"), chosen == public})
		}
		for _, v := range p.Versions {
			n := strconv.FormatInt(v.Number, 10)
			all = append(all, option{n, n + " · " + v.Why + " · " + v.Who + " · " + v.At.In(kernel.Beijing).Format("2006-01-02 15:04"), chosen == n})
		}
		return all
	}
	p.Olds, p.News = choose(old), choose(now)
	if old == "" || now == "" {
		return nil
	}
	x, oldName, err := d.textOf(ctx, c, a, old)
	if err != nil {
		return err
	}
	y, newName, err := d.textOf(ctx, c, a, now)
	if err != nil {
		return err
	}
	p.Compared = difference(c, x, y)
	if p.Compared.Body, err = d.dressed(c.UserContext(), a.Site, p.Compared.Body); err != nil {
		return err
	}
	p.Compared.Old, p.Compared.New = oldName, newName
	return nil
}

// textOf is a text by the name that an address has for it.
func (d *Desk) textOf(ctx context.Context, c *fiber.Ctx, a *article.Draft, name string) (article.Payload, string, error) {
	if name == public {
		p, _, err := d.Articles.Public(ctx, a.Site, a.ID)
		if err != nil {
			return article.Payload{}, "", err
		}
		return *p, say(c, "网站上的文字"), nil
	}
	n, ok := kernel.ParseID[int64](name)
	if !ok {
		return article.Payload{}, "", fault.New(fault.NotFound, "没有这个版本。")
	}
	v, err := d.Articles.Version(ctx, a.Site, a.ID, n)
	if err == nil && v.Number != n {
		err = fault.New(fault.NotFound, "没有这个版本。")
	}
	if err != nil {
		return article.Payload{}, "", err
	}
	return v.Payload, say(c, "版本") + " " + name, nil
}

// difference compares two texts of an article.
func difference(c *fiber.Ctx, was, is article.Payload) *comparison {
	out := &comparison{Same: was.Body == is.Body, Body: template.HTML(compare.HTML(was.Body, is.Body))} // sanitised there
	was, is = apart(was), apart(is)
	aligned(&was, &is)
	old := lines(&was)
	for i, l := range lines(&is) {
		if *l.text != *old[i].text {
			out.Same = false
			out.Lines = append(out.Lines, changedLine{say(c, l.label), template.HTML(compare.Line(say(c, word(l.key, *old[i].text)), say(c, word(l.key, *l.text))))}) // escaped there
		}
	}
	return out
}

// restore makes an earlier version's text the draft's, or takes back what that has done.
func (d *Desk) restore(c *fiber.Ctx) error {
	a, err := d.found(c)
	if err != nil {
		return err
	}
	if made, is := kernel.ParseID[int64](c.FormValue("undo")); is {
		if err := d.Articles.Unrestore(c.UserContext(), a.Site, a.ID, made); err != nil {
			return d.versions(c, a, err)
		}
		return see(c, address(a.Site, a.ID, "unrestored"))
	}
	number, _ := kernel.ParseID[int64](c.FormValue("from"))
	seen, _ := kernel.ParseID[int64](c.FormValue("version"))
	if err := d.Articles.Restore(c.UserContext(), a.Site, a.ID, seen, number); err != nil {
		return d.versions(c, a, err)
	}
	return see(c, address(a.Site, a.ID, "restored")+"&made="+strconv.FormatInt(seen+1, 10))
}

// restored is the bar of an address that tells of a restore. Whoever has made the address up has made no more than a form.
func restored(c *fiber.Ctx, a *article.Draft) *console.Undo {
	made, is := kernel.ParseID[int64](c.Query("made"))
	if !is || c.Query("done") != "restored" {
		return nil
	}
	return &console.Undo{Say: say(c, sentences["restored"]), To: address(a.Site, a.ID, "") + "/restore",
		Fields: []console.Hidden{{Name: "undo", Value: strconv.FormatInt(made, 10)}}}
}
