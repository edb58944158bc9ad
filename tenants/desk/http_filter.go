package desk

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// filter is what the list's address says: which articles, and which page of them.
type filter struct {
	State    string // one of the shelves
	Column   int64
	Author   kernel.AccountID
	Text     string
	From, To string // days, the last one included
	page     int
}

// binned is the shelf of what was thrown away.
const binned = "bin"

// readFilter reads the address; what it does not understand is left out, and ok is false: the address is put right.
func readFilter(q url.Values) (f filter, ok bool) {
	ok = true
	f.page = 1
	for name := range q {
		fine, v := true, q.Get(name)
		switch name {
		case "state":
			f.State = v
			fine = known(v)
		case "column":
			f.Column, fine = kernel.ParseID[int64](v)
		case "author":
			f.Author, fine = kernel.ParseID[kernel.AccountID](v)
		case "q":
			f.Text = strings.TrimSpace(v)
		case "from":
			f.From = v
			_, fine = dayOf(v)
		case "to":
			f.To = v
			_, fine = dayOf(v)
		case "p":
			f.page, _ = strconv.Atoi(v)
			fine = f.page > 0 && f.page < 1<<20
		}
		ok = ok && (fine || v == "")
	}
	if !known(f.State) {
		f.State = ""
	}
	return f, ok
}

func known(state string) bool {
	for _, s := range shelves {
		if s.state == state {
			return true
		}
	}
	return false
}

// dayOf is the beginning of a day in Beijing.
func dayOf(s string) (time.Time, bool) {
	t, err := time.ParseInLocation(time.DateOnly, s, kernel.Beijing)
	return t, err == nil
}

// asked is the filter of the list that a request came from: in its address, or in the form below the list.
func asked(c *fiber.Ctx) (f filter, ok bool) {
	text := string(c.Request().URI().QueryString())
	if c.Method() == fiber.MethodPost {
		text = typed(c, "query")
	}
	q, err := url.ParseQuery(text)
	f, ok = readFilter(q)
	return f, ok && err == nil
}

// query is the filter as an address holds it, without what is not set and without the page.
func (f filter) query() url.Values {
	q := url.Values{}
	for name, v := range map[string]string{"state": f.State, "q": f.Text, "from": f.From, "to": f.To} {
		if v != "" {
			q.Set(name, v)
		}
	}
	if f.Column != 0 {
		q.Set("column", strconv.FormatInt(f.Column, 10))
	}
	if f.Author != 0 {
		q.Set("author", f.Author.String())
	}
	return q
}

// at is the address of the filtered list below path.
func (f filter) at(path string) string {
	q := f.query()
	if f.page > 1 {
		q.Set("p", strconv.Itoa(f.page))
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// chips are the conditions that are set, each with the address of the list without it.
func (f filter) chips(p *listPage) (all []tab) {
	add := func(set bool, name string, without func(*filter)) {
		if set {
			rest := f
			rest.page = 1
			without(&rest)
			all = append(all, tab{Name: name, Href: rest.at(p.Path)})
		}
	}
	column, author := "", ""
	for _, k := range p.Columns {
		if k.Here {
			column = k.Name
		}
	}
	for _, a := range p.Authors {
		if a.Here {
			author = a.Name
		}
	}
	add(f.Text != "", "“"+f.Text+"”", func(r *filter) { r.Text = "" })
	add(f.Column != 0, column, func(r *filter) { r.Column = 0 })
	add(f.Author != 0, author, func(r *filter) { r.Author = 0 })
	add(f.From != "", "≥ "+f.From, func(r *filter) { r.From = "" })
	add(f.To != "", "≤ "+f.To, func(r *filter) { r.To = "" })
	return all
}

// chosen is the filter as the room takes it.
func (f filter) chosen() article.Filter {
	a := article.Filter{State: f.State, Column: f.Column, Author: f.Author, Text: f.Text}
	if f.State == binned {
		a.State, a.Binned = "", true
	}
	a.From, _ = dayOf(f.From)
	if last, ok := dayOf(f.To); ok {
		a.To = last.AddDate(0, 0, 1)
	}
	return a
}

// saveView keeps the list's filters under a name.
func (d *Desk) saveView(c *fiber.Ctx) error {
	f, _ := asked(c)
	f.page = 1
	if err := d.Articles.SaveView(c.UserContext(), at(c), article.View{Name: typed(c, "name"), Query: f.query().Encode()}); err != nil {
		return d.list(c, f, err)
	}
	return see(c, f.at("/sites/"+at(c).String()+"/articles"))
}

func (d *Desk) dropView(c *fiber.Ctx) error {
	id, _ := kernel.ParseID[int64](c.FormValue("view"))
	if err := d.Articles.DropView(c.UserContext(), at(c), id); err != nil {
		return err
	}
	return see(c, "/sites/"+at(c).String()+"/articles")
}
