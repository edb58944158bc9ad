package desk

import (
	"context"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// after is what may be done with an article that is, or was, public: one form, with what each choice does in words.
type after struct {
	Choices   []afterChoice
	Says      string // what was done with its address or its validity, in words
	Undo      bool   // and may be undone here
	To, Since string // as typed, or as set
	Validity  []option
	AsksTo    bool
	AsksSince bool
}

type afterChoice struct {
	How, Name, Effect string
	Chosen            bool
}

// afters are the choices in the order of the form: for what is public, and for what was.
var afters = []struct {
	how, name, effect string
	public, withdrawn bool
}{
	{"withdraw", "撤回", "网页换成一句说明，列表和搜索里不再出现。改好重新送审，还能在原网址公开。", true, false},
	{publication.MovedTo, "转到另一篇", "先撤回，原网址自动转到您指定的那一篇；那一篇须是公开的。", true, true},
	{publication.GoneForGood, "永久停用这个网址", "先撤回，原网址只显示一句说明，以后不再使用。", true, true},
	{"validity", "登记效力变化", "网页和文字都保留，上方标明已修改、废止或失效，并链接到替代它的新文件；列表里也标明。", true, false},
}

// afterOf fills in the form for who may withdraw the article.
func (d *Desk) afterOf(c *fiber.Ctx, a *article.Draft, p *articlePage, public bool) error {
	ctx := c.UserContext()
	obj := publication.Object{Site: a.Site, Kind: article.Kind, ID: a.ID}
	left, err := d.Published.DepartureOf(ctx, obj)
	if err != nil {
		return err
	}
	v, err := d.Articles.ValidityOf(ctx, a.Site, a.ID)
	if err != nil {
		return err
	}
	f := &p.After
	switch {
	case !public && left != nil && left.How == publication.MovedTo:
		f.Says, f.Undo, f.To = say(c, "原网址现在转到：")+d.addressOf(left.To), p.MayAfter, d.addressOf(left.To)
	case !public && left != nil:
		f.Says, f.Undo = say(c, "原网址已永久停用。"), p.MayAfter
	case public && v.State != "":
		f.Says, f.Undo, f.To, f.Since = say(c, word("validity", v.State))+" "+v.Since+" "+d.addressOf(v.To), p.MayAfter, d.addressOf(v.To), v.Since
	}
	if !p.MayAfter {
		return nil
	}
	how, failed := c.FormValue("how"), p.Wrong.Say != ""
	state := v.State
	if failed && how != "" {
		f.To, f.Since, state = typed(c, "to"), typed(c, "since"), c.FormValue("validity")
	}
	for _, one := range afters {
		if public && one.public || !public && one.withdrawn {
			f.Choices = append(f.Choices, afterChoice{one.how, say(c, one.name), say(c, one.effect), failed && how == one.how})
		}
	}
	f.AsksSince = public
	for _, o := range values["validity"][1:] {
		f.Validity = append(f.Validity, option{o.value, say(c, o.word), o.value == state})
	}
	return nil
}

// addressOf is where citizens read an article, or "".
func (d *Desk) addressOf(o publication.Object) string {
	if o.ID == 0 {
		return ""
	}
	if s := d.Sites.Public(o.Site); s != nil {
		return s.URL("/a/" + strconv.FormatInt(o.ID, 10))
	}
	return strconv.FormatInt(o.ID, 10)
}

// pointed is the article that somebody names by its address, or by its number on the same site; the zero Object for "".
func (d *Desk) pointed(id kernel.SiteID, text string) (publication.Object, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return publication.Object{}, nil
	}
	unknown := fault.In("to", "“%s”不是本平台上一篇稿件的网址。请打开那一篇，把浏览器里的网址复制到这里。", text)
	if n, ok := kernel.ParseID[article.ID](text); ok {
		return publication.Object{Site: id, Kind: article.Kind, ID: n}, nil
	}
	if s := d.Sites.Public(id); s != nil && strings.HasPrefix(text, "/") {
		text = s.Origin + text
	}
	s, rest, ok := d.Sites.ByAddress(text)
	if !ok {
		return publication.Object{}, unknown
	}
	rest, is := strings.CutPrefix(rest, "/a/")
	n, number := kernel.ParseID[article.ID](rest)
	if !is || !number {
		return publication.Object{}, unknown
	}
	return publication.Object{Site: s.ID, Kind: article.Kind, ID: n}, nil
}

// afterwards does what the form says with an article that is, or was, public.
func (d *Desk) afterwards(c *fiber.Ctx) error {
	a, err := d.found(c)
	if err != nil {
		return err
	}
	var done string
	err = d.DB.InTx(c.UserContext(), func(ctx context.Context) (err error) {
		if takes[c.FormValue("how")] {
			if err := d.Pairs.Spare(ctx, a.Site, a.ID); err != nil {
				return err
			}
		}
		done, err = d.deal(ctx, c, a)
		return err
	})
	if err != nil {
		return d.article(c, a, err)
	}
	return see(c, address(a.Site, a.ID, done))
}

// takes are the choices after which citizens cannot read the article any more: not to be made with the only interpretation of a major
// policy that they can read. A superior's take-down and a lawful erasure are not the owner's choice and are not held up.
var takes = map[string]bool{"withdraw": true, publication.GoneForGood: true, publication.MovedTo: true}

func (d *Desk) deal(ctx context.Context, c *fiber.Ctx, a *article.Draft) (done string, err error) {
	obj := publication.Object{Site: a.Site, Kind: article.Kind, ID: a.ID}
	reason, notice := typed(c, "reason"), typed(c, "notice")
	switch how := c.FormValue("how"); how {
	case "withdraw":
		return "withdrawn", d.Reviews.Withdraw(ctx, obj, publication.Withdrawal{Reason: reason, Notice: notice})
	case publication.GoneForGood:
		return "gone", d.Reviews.Depart(ctx, obj, publication.Departure{How: how, Reason: reason, Notice: notice})
	case publication.MovedTo:
		to, err := d.pointed(a.Site, typed(c, "to"))
		if err != nil {
			return "", err
		}
		if s := d.Sites.Public(to.Site); to.ID != 0 && to.Site != a.Site && d.Sites.Open(to.Site) == nil && s != nil {
			return "", fault.In("to", "“%s”现在没有开放，请另选一篇。", s.Name)
		}
		return "moved", d.Reviews.Depart(ctx, obj, publication.Departure{How: how, To: to, Reason: reason, Notice: notice})
	case "validity":
		return "validity", d.validity(ctx, c, a, reason)
	case "undo":
		return "undone", d.undo(ctx, a, reason)
	}
	return "", fault.In("how", "请选择怎样处理。")
}

func (d *Desk) validity(ctx context.Context, c *fiber.Ctx, a *article.Draft, reason string) error {
	to, err := d.pointed(a.Site, typed(c, "to"))
	if err != nil {
		return err
	}
	if err := d.Reviews.May(ctx, publication.Object{Site: a.Site, Kind: article.Kind, ID: a.ID}, "article.withdraw"); err != nil {
		return err
	}
	return d.Articles.SetValidity(ctx, a.Site, a.ID, article.Validity{State: c.FormValue("validity"), Since: typed(c, "since"), To: to, Reason: reason})
}

// undo takes back what the form did last: a change of validity while the text is public, else how its address answers.
func (d *Desk) undo(ctx context.Context, a *article.Draft, reason string) error {
	obj := publication.Object{Site: a.Site, Kind: article.Kind, ID: a.ID}
	_, err := d.Published.Live(ctx, obj)
	switch {
	case fault.Is(err, fault.Gone):
		return d.Reviews.TakeBack(ctx, obj, reason)
	case err != nil:
		return err
	}
	if err := d.Reviews.May(ctx, obj, "article.withdraw"); err != nil {
		return err
	}
	return d.Articles.ClearValidity(ctx, a.Site, a.ID)
}
