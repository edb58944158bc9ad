package desk

import (
	"cmp"
	"context"
	"html/template"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/media"
)

// insert puts pictures and files into the text of an open form, for browsers without the editor. The form comes back with all that was
// typed and with what was put in at its end; nothing but the files is kept by it, and a file that is refused takes nothing with it.
func (d *Desk) insert(c *fiber.Ctx) error {
	u, wrong := media.ReadUpload(c)
	asForm(c, u.Fields)
	p := formPage{Action: "/sites/" + at(c).String() + "/articles", Fields: readFields(c), Restored: savedOf(c).Restored}
	if c.Params("id") != "" {
		a, err := d.found(c)
		if err != nil {
			return err
		}
		p.Action = address(a.Site, a.ID, "")
		p.Version, _ = strconv.ParseInt(c.FormValue("version"), 10, 64) // 0 is no version of anything
	}
	if wrong == nil {
		wrong = ownForm(c)
	}
	if wrong == nil {
		wrong = d.fromLibrary(c, &p)
	}
	if wrong == nil && len(u.Files) == 0 && typed(c, "item") == "" {
		wrong = fault.In("file", "请先选择图片或文件。")
	}
	alt := strings.TrimSpace(typed(c, "alt"))
	if len(u.Files) > 1 {
		alt = "" // words for one picture are wrong for the next; the checks ask for each
	}
	for _, f := range u.Files {
		if wrong != nil {
			break
		}
		var i *media.Item
		if i, wrong = d.Media.Take(c.UserContext(), at(c), f.Name, f.Raw); wrong == nil {
			p.Fields.put(i.Markup(alt))
		}
	}
	return d.form(c, p, wrong)
}

// fromLibrary puts the item that the form names by its number at the end of the body, with the library's words where none were typed.
func (d *Desk) fromLibrary(c *fiber.Ctx, p *formPage) error {
	number := strings.TrimSpace(typed(c, "item"))
	if number == "" {
		return nil
	}
	p.Item = number
	id, _ := kernel.ParseID[media.ID](number) // what is no number is no item
	i, err := d.Media.ForText(c.UserContext(), at(c), id)
	if err != nil {
		return err
	}
	p.Item = ""
	p.Fields.put(i.Markup(cmp.Or(strings.TrimSpace(typed(c, "alt")), i.Alt)))
	return nil
}

// dressed is a text for this screen, its pictures found below the site's address here, its films with the words of this moment.
func (d *Desk) dressed(ctx context.Context, site kernel.SiteID, body template.HTML) (template.HTML, error) {
	return d.dressedAs(ctx, site, 0, body)
}

// frozen is the edition that an article stands as, or 0 of a draft.
func frozen(a *article.Draft) publication.EditionID {
	if a.State == article.Drafted {
		return 0
	}
	return a.Edition
}

// dressedAs is dressed, with the words that an edition was frozen with.
func (d *Desk) dressedAs(ctx context.Context, site kernel.SiteID, edition publication.EditionID, body template.HTML) (template.HTML, error) {
	shown, err := d.Media.Dress(ctx, site, int64(edition), "/sites/"+site.String(), string(body))
	return template.HTML(shown), err // Dress adds attributes of its own making to what was sanitised
}

// films lists what plays in a text, with what is missing for whoever cannot hear or see it; the zero Section where nothing does.
func (d *Desk) films(c *fiber.Ctx, site kernel.SiteID, body string) (s console.Section, err error) {
	all, err := d.Media.Standings(c.UserContext(), site, body)
	if err != nil || len(all) == 0 {
		return s, err
	}
	s.Title = say(c, "视频和音频")
	for _, f := range all {
		s.Items = append(s.Items, console.Item{Text: f.Name, Href: "/sites/" + site.String() + f.Path, Mark: f.Say, Kind: f.Mark})
	}
	return s, nil
}

// put adds HTML at the end of the body, which is HTML from then on.
func (f *fields) put(markup string) {
	if !f.Marked {
		f.Body, f.Marked = article.FromPlain(f.Body), true
	}
	f.Body = strings.TrimRight(f.Body, "\n") + "\n" + markup
}

// asForm makes of a form with files the same one without them, which the rest of the desk reads like any other.
func asForm(c *fiber.Ctx, texts map[string]string) {
	values := url.Values{}
	for name, text := range texts {
		values.Set(name, text)
	}
	c.Request().Header.SetContentType(fiber.MIMEApplicationForm)
	c.Request().SetBodyString(values.Encode())
}

// pictureByLink shows a picture of a text to whoever has the link to that text.
func (d *Desk) pictureByLink(c *fiber.Ctx) error {
	id, ok := kernel.ParseID[media.ID](c.Params("id"))
	if !ok {
		return fault.New(fault.NotFound, "没有这个文件。")
	}
	a, p, err := d.linked(c)
	if err != nil {
		return err
	}
	for _, named := range media.Named(p.Body) {
		if named != id {
			continue
		}
		i, err := d.Media.Get(c.UserContext(), a.Site, id)
		if err != nil {
			return err
		}
		return d.Media.Answer(c, i, c.Params("name"))
	}
	return fault.New(fault.NotFound, "没有这个文件。")
}
