package clocks

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/console"
)

// boardPage is the superior's board.
type boardPage struct {
	Path, Text, Light string
	Regions           []option
	Lights            []option
	Board             Board
	Rows              []boardRow
	More              int // rows that did not fit
	Narrowed          bool
	CSV, XLSX         string
	Done              string
	Query             string
	From              string // the site whose board it is, or ""
	Calendar          string // where the working days are loaded, or ""
	Clocks            string // where the site's deadlines stand one by one, or ""
}

type option struct {
	Value, Name string
	Here        bool
}

// boardRow is a line as the table shows it.
type boardRow struct {
	Line
	Href   string
	Cells  []cellView
	Next   string
	NextAt time.Time
	Remind string // where the button leads, or ""
	Clocks string // where its deadlines stand one by one, or ""
	Mark   string
}

// cellView is a duty in the table: a word, a colour's class, and when it ends.
type cellView struct {
	Name, Word, Kind, Note string
	At                     time.Time
	Provisional            bool // a year that some clock goes through is not loaded
}

var boardView = console.Define[boardPage]("clocks", "board")

// rowsAtMost is how many sites the page names; the files have all of them.
const rowsAtMost = 200

func (c *Clocks) showAll(f *fiber.Ctx) error { return c.board(f, Scope{}) }

func (c *Clocks) showBelow(f *fiber.Ctx) error {
	in, err := c.scope(f)
	if err != nil {
		return err
	}
	return c.board(f, in)
}

// scope is what somebody may see from a site: those who supervise it see what is below its owner, others the site itself.
func (c *Clocks) scope(f *fiber.Ctx) (Scope, error) {
	g, err := c.Sites.Get(f.UserContext(), at(f))
	if err != nil {
		return Scope{}, err
	}
	if c.Console.Offers(f.UserContext(), g.ID, "task.issue") {
		return Scope{Below: g.Org}, nil
	}
	return Scope{Only: g.ID}, nil
}

func filterOf(f *fiber.Ctx) Filter {
	read := func(name string) string { return strings.TrimSpace(strings.Clone(f.Query(name))) }
	return Filter{Region: read("region"), Text: read("q"), Light: read("light")}
}

func (v Filter) query() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"region": v.Region, "q": v.Text, "light": v.Light} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

func (c *Clocks) board(f *fiber.Ctx, in Scope) error {
	ctx, v := f.UserContext(), filterOf(f)
	b, err := c.Board(ctx, in, v)
	if err != nil {
		return err
	}
	p := boardPage{Path: f.Path(), Text: v.Text, Light: v.Light, Board: *b, Narrowed: v != Filter{}, Query: v.query().Encode()}
	for _, r := range b.Regions {
		p.Regions = append(p.Regions, option{r.Code, r.Name, r.Code == v.Region})
	}
	for _, l := range []option{{Red, "只看超期", false}, {Amber, "超期和临近", false}} {
		p.Lights = append(p.Lights, option{l.Value, l.Name, l.Value == v.Light})
	}
	if id := at(f); id != kernel.Platform {
		p.From, p.Clocks = id.String(), "/sites/"+id.String()+"/clocks"
	}
	file := v.query()
	for kind, to := range map[string]*string{"csv": &p.CSV, "xlsx": &p.XLSX} {
		file.Set("as", kind)
		*to = f.Path() + "/export?" + file.Encode()
	}
	if in == (Scope{}) && c.Console.Offers(ctx, kernel.Platform, "clock.read") {
		p.Calendar = "/calendar"
	}
	shown := b.Lines[:min(len(b.Lines), rowsAtMost)]
	p.More = len(b.Lines) - len(shown)
	reminds := len(shown) > 0 && c.Console.Offers(ctx, shown[0].ID, "task.issue")
	for _, l := range shown {
		p.Rows = append(p.Rows, rowOf(f, l, reminds))
	}
	if id, ok := kernel.ParseID[kernel.SiteID](f.Query("reminded")); ok {
		if s := c.Sites.Public(id); s != nil {
			p.Done = say(f, "已提醒：") + s.Name
		}
	}
	return boardView.Show(c.Console, f, console.Page{Title: say(f, "时限看板"), Site: at(f)}, p)
}

func rowOf(f *fiber.Ctx, l Line, reminds bool) boardRow {
	r := boardRow{Line: l, Href: "/sites/" + l.ID.String() + "/board", Next: l.Next, NextAt: shownAt(l.NextAt), Mark: lightWord(l.Light)}
	if reminds && l.Light != Green {
		r.Remind = "/sites/" + l.ID.String() + "/remind"
	}
	if l.Hours.Open+l.Days.Open+l.Debts.Open+l.Other.Open > 0 {
		r.Clocks = "/sites/" + l.ID.String() + "/clocks"
	}
	columns := cellView{Name: "栏目", Kind: Green, Word: lightWord(Green)}
	switch {
	case l.Over > 0:
		columns.Kind, columns.Word, columns.Note = Red, lightWord(Red), fmt.Sprint(l.Over)
		if l.Near > 0 {
			columns.Note += " · " + say(f, lightWord(Amber)) + " " + fmt.Sprint(l.Near)
		}
	case l.Near > 0:
		columns.Kind, columns.Word, columns.Note = Amber, lightWord(Amber), fmt.Sprint(l.Near)
	}
	if l.Over+l.Near > 0 {
		columns.Note += " · " + l.Worst
	}
	r.Cells = []cellView{shown("首页", l.Home), columns}
	blank := cellView{Name: "空白栏目"}
	if l.Blank > 0 {
		blank.Note = fmt.Sprint(l.Blank)
	}
	r.Cells = append(r.Cells, blank, shown("每周", l.Week), shown("24 小时", l.Hours), shown("3 个工作日", l.Days), shown("补审", l.Debts))
	for i := range r.Cells {
		r.Cells[i].Name, r.Cells[i].Word = say(f, r.Cells[i].Name), say(f, r.Cells[i].Word)
	}
	return r
}

func shown(name string, c Cell) cellView {
	v := cellView{Name: name, Word: lightWord(c.Light), Kind: c.Light, At: shownAt(c.DueAt), Provisional: c.Provisional}
	if c.Open > 1 {
		v.Note = fmt.Sprint(c.Open)
	}
	return v
}

// remind tells those who lead a site's content what is over or near its end (M1): one press, one record.
func (c *Clocks) remind(f *fiber.Ctx) error {
	ctx, id := f.UserContext(), at(f)
	b, err := c.Board(ctx, Scope{Only: id}, Filter{})
	if err != nil {
		return err
	}
	if len(b.Lines) == 0 || b.Lines[0].Light == Green {
		return fault.New(fault.Conflict, "这个网站现在没有超期或临近的事项，不用提醒。")
	}
	l := b.Lines[0]
	n := Notice{Site: id, To: ToLead, Href: "/sites/" + id.String() + "/board", Text: l.reminder()}
	err = c.DB.InTx(ctx, func(ctx context.Context) error {
		if err := c.notify(ctx, n); err != nil {
			return err
		}
		return c.Audit.Record(ctx, audit.Entry{Site: id, Action: "clock.remind", Object: "site/" + id.String(), After: l.Light, Note: map[string]string{"text": n.Text}})
	})
	if err != nil {
		return err
	}
	q, _ := url.ParseQuery(strings.Clone(f.FormValue("query"))) // what is no query narrows nothing
	q.Set("reminded", id.String())
	to := "/board"
	if from, ok := kernel.ParseID[kernel.SiteID](f.FormValue("from")); ok {
		to = "/sites/" + from.String() + "/board"
	}
	return f.Redirect(to+"?"+q.Encode(), fiber.StatusSeeOther)
}
