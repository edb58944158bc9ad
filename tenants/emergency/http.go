package emergency

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/tenants/review"
)

// Routes adds the public pages, the screens and the acts.
func (e *Emergency) Routes(r *web.Router) {
	r.Page(web.PageRoute{Room: room, Path: Address, Do: e.list})
	r.Page(web.PageRoute{Room: room, Path: Address + "/:id", Do: e.show})
	for _, a := range []struct {
		method, path string
		any          []policies.Action
		do           fiber.Handler
	}{
		{fiber.MethodGet, "/sites/:site/warnings", reads, e.showDesk},
		{fiber.MethodGet, "/sites/:site/warnings/new", []policies.Action{issues}, e.showNew},
		{fiber.MethodPost, "/sites/:site/warnings", []policies.Action{issues}, e.create},
		{fiber.MethodGet, "/sites/:site/warnings/:id", reads, e.showSheet},
		{fiber.MethodGet, "/sites/:site/warnings/:id/edit", []policies.Action{issues}, e.showEdit},
		{fiber.MethodPost, "/sites/:site/warnings/:id", []policies.Action{issues}, e.save},
		{fiber.MethodPost, "/sites/:site/warnings/:id/send", []policies.Action{issues}, e.send},
		{fiber.MethodPost, "/sites/:site/warnings/:id/review", []policies.Action{"review.pass", "secrecy.pass"}, e.review},
		{fiber.MethodPost, "/sites/:site/warnings/:id/publish", []policies.Action{"article.publish"}, e.publish},
		{fiber.MethodPost, "/sites/:site/warnings/:id/urgent", []policies.Action{"article.publish.emergency"}, e.urgent},
		{fiber.MethodPost, "/sites/:site/warnings/:id/settle", []policies.Action{"debt.settle"}, e.settle},
		{fiber.MethodPost, "/sites/:site/warnings/:id/end", []policies.Action{"article.withdraw"}, e.end},
		{fiber.MethodGet, "/warnings", []policies.Action{carries}, e.showCarry},
		{fiber.MethodPost, "/warnings", []policies.Action{carries}, e.carry},
		{fiber.MethodPost, "/warnings/end", []policies.Action{carries}, e.uncarry},
	} {
		tenancy := "platform"
		if strings.Contains(a.path, ":site") {
			tenancy = "site"
		}
		r.Action(web.ActionRoute{Room: room, Method: a.method, Path: a.path, Action: a.any[0], Or: a.any[1:], Tenancy: tenancy, Cache: "no-store", Do: a.do})
	}
}

// at is the site of the path, which the guard has read.
func at(c *fiber.Ctx) kernel.SiteID {
	id, _ := kernel.ParseID[kernel.SiteID](c.Params("site"))
	return id
}

// found is the warning of the path.
func (e *Emergency) found(c *fiber.Ctx) (*Kept, error) {
	number, ok := kernel.ParseID[int64](c.Params("id"))
	if !ok {
		return nil, fault.New(fault.NotFound, "没有这条预警。")
	}
	return e.Get(c.UserContext(), at(c), number)
}

// screen is a screen of the site's warnings; done names a sentence of the next screen.
func screen(id kernel.SiteID, number int64, done string) string {
	to := "/sites/" + id.String() + "/warnings"
	if number != 0 {
		to += "/" + strconv.FormatInt(number, 10)
	}
	if done != "" {
		to += "?done=" + done
	}
	return to
}

func see(c *fiber.Ctx, to string) error { return c.Redirect(to, fiber.StatusSeeOther) }

// typed is a field of a form, kept beyond the request, with the line ends of this system.
func typed(c *fiber.Ctx, name string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.Clone(c.FormValue(name)), "\r\n", "\n"))
}

func number(c *fiber.Ctx, name string) int64 {
	n, _ := strconv.ParseInt(c.FormValue(name), 10, 64) // what is none is nobody's version
	return n
}

func say(c *fiber.Ctx, zh string) string { return console.Say(console.Language(c), zh) }

// trouble is what is wrong with a form, for its heading and beside its fields.
type trouble struct{ Say, Field string }

// At is the sentence for a field, or "".
func (t trouble) At(field string) string {
	if t.Field != field {
		return ""
	}
	return t.Say
}

// statuses of the faults that are the person's to put right on the same screen.
var statuses = map[fault.Kind]int{fault.Invalid: 422, fault.Conflict: 409, fault.TooLarge: 413, fault.Forbidden: 403}

// wrong is what a screen says of an error and the status of its answer; is is false for an error that is not the person's.
func wrong(c *fiber.Ctx, err error) (t trouble, status int, is bool) {
	var f *fault.Fault
	if !errors.As(err, &f) || statuses[f.Kind] == 0 {
		return t, 0, false
	}
	return trouble{console.Told(c, err), f.Field}, statuses[f.Kind], true
}

// deskPage is the warnings of a site.
type deskPage struct {
	New    string // address of the form, or ""
	Groups []group
}

// group are warnings of one standing.
type group struct {
	Title, Empty string
	Lines        []line
}

type line struct {
	Href, Title, Level, Word, State, Class string
	Since, Till, Updated                   time.Time
}

var deskView = console.Define[deskPage]("emergency", "desk")

// deskMost is how many warnings the list shows.
const deskMost = 200

func (e *Emergency) showDesk(c *fiber.Ctx) error {
	ctx, id := c.UserContext(), at(c)
	all, err := e.newest(ctx, id, deskMost)
	if err != nil {
		return err
	}
	p := deskPage{Groups: []group{{Title: "正在生效", Empty: "现在没有正在生效的预警。"}, {Title: "起草、审核和待生效", Empty: "没有。"}, {Title: "已经结束", Empty: "没有。"}}}
	if e.Console.Offers(ctx, id, issues) {
		p.New = screen(id, 0, "") + "/new"
	}
	trails, err := e.trails(ctx, id, all)
	if err != nil {
		return err
	}
	for i := range all {
		l, to := newLine(c, &all[i], trails[all[i].Edition])
		p.Groups[to].Lines = append(p.Groups[to].Lines, l)
	}
	return deskView.Show(e.Console, c, console.Page{Title: say(c, "预警"), Site: id}, p)
}

// phases are the desk's words for a phase, how they look, and in which group it stands.
var phases = map[Phase]struct {
	word, class string
	group       int
}{Draft: {"草稿", "", 1}, Waiting: {"待生效", "warn", 1}, On: {"正在生效", "bad", 0}, Over: {"已结束", "", 2}, Gone: {"已撤回", "", 2}}

// newLine is a warning in the list, with the number of its group; t is its newest edition, or nil.
func newLine(c *fiber.Ctx, k *Kept, t *publication.Trail) (line, int) {
	level, ph := word(Levels, k.Level), phases[k.Phase]
	l := line{Href: screen(k.Site, k.ID, ""), Title: k.Title, Level: level.Value, Word: say(c, level.Word), State: say(c, ph.word), Class: ph.class, Since: k.Since, Till: k.Till, Updated: k.UpdatedAt}
	if t == nil {
		return l, ph.group
	}
	if s := review.StateOf(t); pending(s) || s == review.Returned {
		l.State = say(c, s.Says())
		if !s.Public() && ph.group == 2 {
			return l, 1
		}
	}
	return l, ph.group
}

// pending reports whether somebody has to do something about an edition in this state.
func pending(s review.State) bool {
	return underReview(s) || s == review.Approved || s == review.Emergency
}

// Waiting are the warnings of a site that wait for the actor, for the first screen.
func (e *Emergency) Waiting(ctx context.Context, id kernel.SiteID) (console.Section, error) {
	s := console.Section{}
	if !e.Console.Offers(ctx, id, reads[1:]...) {
		return s, nil
	}
	all, err := e.newest(ctx, id, deskMost)
	if err != nil {
		return s, err
	}
	trails, err := e.trails(ctx, id, all)
	if err != nil {
		return s, err
	}
	for i := range all {
		k := &all[i]
		t := trails[k.Edition]
		if t == nil || !pending(review.StateOf(t)) {
			continue
		}
		turn, err := e.Reviews.Turn(ctx, t)
		if err != nil {
			return s, err
		}
		if turn != review.Nothing {
			s.Items = append(s.Items, console.Item{Text: t.Title, Href: screen(id, k.ID, ""), Mark: review.StateOf(t).Says(), Kind: "warn", At: t.FrozenAt})
		}
	}
	if len(s.Items) > 0 {
		s.Title, s.More = "等您处理的预警", screen(id, 0, "")
	}
	return s, nil
}
