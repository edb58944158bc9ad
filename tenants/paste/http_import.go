package paste

import (
	"context"
	"errors"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/column"
)

// importPage is the form that takes a file.
type importPage struct {
	Action, Back string
	Columns      []choice
	Say, Field   string // what is wrong, and with which field
	Most         int    // megabytes
}

// choice is a column that the article may stand in.
type choice struct {
	ID   int64
	Name string // with the columns above it
	Here bool
}

var importView = console.Define[importPage]("paste", "import")

func (t *Tray) showImport(c *fiber.Ctx) error {
	chosen, _ := kernel.ParseID[int64](c.Query("column"))
	return t.form(c, chosen, nil)
}

// form shows the form; err, if any, says what was wrong with it. A browser gives no file back, so it is chosen again.
func (t *Tray) form(c *fiber.Ctx, chosen int64, err error) error {
	site := at(c)
	page := console.Page{Title: console.Say(console.Language(c), "导入文档"), Site: site}
	base := "/sites/" + site.String() + "/articles"
	p := importPage{Action: base + "/import", Back: base, Most: docxMost >> 20}
	if err != nil {
		var f *fault.Fault
		if !errors.As(err, &f) || statuses[f.Kind] == 0 || f.Kind == fault.Unavailable {
			return err
		}
		page.Status, p.Say, p.Field = statuses[f.Kind], f.Say, f.Field
		if p.Field != "column" {
			p.Field = "file" // whatever else is wrong is so in the file
		}
	}
	if p.Columns, err = t.choices(c.UserContext(), site, chosen); err != nil {
		return err
	}
	return importView.Show(t.Console, c, page, p)
}

// choices are the columns in which the actor may write.
func (t *Tray) choices(ctx context.Context, site kernel.SiteID, chosen int64) (all []choice, err error) {
	tree, err := t.Columns.Tree(ctx, site)
	if err != nil {
		return nil, err
	}
	everywhere, within, err := t.Reach(ctx, site, creates)
	if err != nil {
		return nil, err
	}
	for _, k := range tree.All() {
		if k.State != column.Active || !everywhere && !slices.Contains(within, k.ID) {
			continue
		}
		var names []string
		for _, up := range tree.Trail(k.ID) {
			names = append(names, up.Name)
		}
		all = append(all, choice{k.ID, strings.Join(names, " › "), k.ID == chosen})
	}
	return all, nil
}

// stands refuses to take a file into no column, and into one in which the actor may not write, before anything of it is kept.
func (t *Tray) stands(ctx context.Context, site kernel.SiteID, column int64) error {
	if column == 0 {
		return fault.In("column", "请选择栏目。")
	}
	everywhere, within, err := t.Reach(ctx, site, creates)
	if err == nil && !everywhere && !slices.Contains(within, column) {
		err = fault.In("column", "您的任职只限指定的栏目，稿件不能放到这个栏目，请另选一个。")
	}
	return err
}

// takeIn makes a draft of a file and leads to its form.
func (t *Tray) takeIn(c *fiber.Ctx) error {
	f, err := form(c)
	chosen, _ := kernel.ParseID[int64](f.fields["column"]) // 0 is no column
	if err != nil {
		return t.form(c, chosen, err)
	}
	var r Result
	if web.Overflowed(c) {
		_, err = openDocx(make([]byte, docxMost+1))
	} else {
		r, err = t.read(c.UserContext(), f.file)
	}
	err = errors.Join(err, t.stands(c.UserContext(), at(c), chosen))
	if err != nil {
		return t.form(c, chosen, err)
	}
	t.keepPictures(c.UserContext(), at(c), &r)
	id, err := t.create(c.UserContext(), at(c), chosen, fileTitle(f.name), &r)
	if err != nil {
		return t.form(c, chosen, err)
	}
	return c.Redirect("/sites/"+at(c).String()+"/articles/"+strconv.FormatInt(id, 10)+"/edit?imported="+r.code(), fiber.StatusSeeOther)
}

func (t *Tray) read(ctx context.Context, file []byte) (Result, error) {
	leave, err := t.enter(ctx)
	if err != nil {
		return Result{}, err
	}
	defer leave()
	return Docx(file)
}

// fileTitle is the title of a text that names none: its file's name.
func fileTitle(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	r := []rune(strings.TrimSpace(strings.TrimSuffix(name, path.Ext(name))))
	return string(r[:min(len(r), longestTitle)])
}

// twiceWithin is how long after a file the same file again is the same press, not another article.
const twiceWithin = 10 * time.Minute

func (t *Tray) create(ctx context.Context, site kernel.SiteID, column int64, name string, r *Result) (article.ID, error) {
	p, err := r.Payload(name)
	if err != nil {
		return 0, err
	}
	template, err := t.Sites.TemplateOf(ctx, site)
	if err != nil {
		return 0, err
	}
	last, err := t.Articles.List(ctx, site, article.Filter{State: article.Drafted, Author: kernel.ActorFrom(ctx).Account}, kernel.Page{Number: 1, Size: 3})
	if err != nil {
		return 0, err
	}
	for _, a := range last {
		if a.Payload.Title != p.Title || a.Column != column || t.Now().Sub(a.UpdatedAt) > twiceWithin {
			continue
		}
		if d, err := t.Articles.Get(ctx, site, a.ID); err != nil || d.Payload.Body == p.Body {
			return a.ID, err
		}
	}
	return t.Articles.Create(ctx, site, column, template.Review, p)
}
