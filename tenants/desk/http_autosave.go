package desk

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// autosaved answers the script of an open form. It is not a screen: a form without script never sees it.
type autosaved struct {
	State   string    `json:"state"` // saved, present, conflict or refused
	At      time.Time `json:"at,omitzero"`
	Seq     int64     `json:"seq"`
	Version int64     `json:"version"` // of the article as it is now; 0 while there is none
	By      string    `json:"by,omitempty"`
	Others  []present `json:"others"`
	Say     string    `json:"say,omitempty"`
	Checks  []hint    `json:"checks,omitzero"` // of what was kept; absent where nothing was
}

type present struct {
	Name string    `json:"name"`
	At   time.Time `json:"at"`
}

// heading are what every form sends along: which open form it is, how often it has sent, and what it began with.
func heading(c *fiber.Ctx) article.Autosave {
	number := func(name string) int64 {
		n, err := strconv.ParseInt(c.FormValue(name), 10, 64)
		if err != nil && c.FormValue(name) != "" {
			return -1 // which the room refuses
		}
		return n
	}
	return article.Autosave{Site: at(c), Session: typed(c, "session"), Seq: number("seq"), Base: number("version")}
}

// autosave keeps what a form holds, the new one's and an article's.
func (d *Desk) autosave(c *fiber.Ctx) error {
	if ownForm(c) != nil { // the person whose form it is has to sign in again
		return c.Status(fiber.StatusUnauthorized).JSON(autosaved{State: "signin", Others: []present{}})
	}
	a := &article.Draft{Site: at(c)}
	if c.Params("id") != "" {
		var err error
		if a, err = d.found(c); err != nil {
			return err
		}
	}
	s, f := heading(c), readFields(c)
	words, err := json.Marshal(f)
	if err != nil {
		return err
	}
	s.Article, s.Column, s.Words = a.ID, f.Column, string(words)
	kept, err := d.Articles.Autosave(c.UserContext(), s)
	if err != nil {
		return refuse(c, err)
	}
	hints, err := d.typing(c, a, f)
	if err != nil {
		return err
	}
	return d.tell(c, a, autosaved{State: "saved", At: kept.At, Seq: kept.Seq, Checks: hints}, s.Base)
}

// arrive notes that a form is open in which nothing was typed yet.
func (d *Desk) arrive(c *fiber.Ctx) error {
	a, err := d.found(c)
	if err != nil {
		return err
	}
	s := heading(c)
	if err := d.Articles.Arrive(c.UserContext(), a.Site, a.ID, s.Session); err != nil {
		return refuse(c, err)
	}
	return d.tell(c, a, autosaved{State: "present"}, s.Base)
}

// tell answers what is kept, who else is there, and whether somebody has saved since the form was opened.
func (d *Desk) tell(c *fiber.Ctx, a *article.Draft, answer autosaved, base int64) error {
	ctx := c.UserContext()
	answer.Version, answer.Others = a.Version, []present{}
	if a.ID == 0 {
		return c.JSON(answer)
	}
	others, err := d.Articles.Others(ctx, a.Site, a.ID)
	if err != nil {
		return err
	}
	for _, o := range others {
		name, err := d.name(ctx, o.Account)
		if err != nil {
			return err
		}
		answer.Others = append(answer.Others, present{name, o.At})
	}
	if a.Version > base {
		answer.State, answer.At = "conflict", a.UpdatedAt
		if answer.By, err = d.name(ctx, a.Author); err != nil {
			return err
		}
		c.Status(fiber.StatusConflict)
	}
	return c.JSON(answer)
}

// refuse tells a script in a sentence what was wrong with what it sent.
func refuse(c *fiber.Ctx, err error) error {
	if _, is := wrong(err); !is {
		return err
	}
	return c.Status(statuses[fault.KindOf(err)]).JSON(autosaved{State: "refused", Others: []present{}, Say: console.Told(c, err)})
}

// drop takes away what the person does not want back, and leads to the form again.
func (d *Desk) drop(c *fiber.Ctx) error {
	id, _ := kernel.ParseID[int64](c.FormValue("autosave"))
	s, err := d.Articles.Unfinished(c.UserContext(), at(c), id)
	if err != nil {
		return err
	}
	if err := d.Articles.Discard(c.UserContext(), s.Site, article.Saved{Restored: s.ID}); err != nil {
		return err
	}
	if s.Article == 0 {
		return see(c, "/sites/"+s.Site.String()+"/articles/new")
	}
	return see(c, address(s.Site, s.Article, "")+"/edit")
}

// savedOf says which autosaves a form that is saved has done with.
func savedOf(c *fiber.Ctx) article.Saved {
	restored, _ := kernel.ParseID[int64](c.FormValue("restored"))
	return article.Saved{Session: typed(c, "session"), Restored: restored}
}

// unsaved is the offer to go on with what was typed and not saved.
type unsaved struct {
	ID      int64
	At      time.Time
	Restore string
}

// offer finds what the person has typed for the article of the form, 0 for a new one, and puts it into the form when they ask for it.
func (d *Desk) offer(c *fiber.Ctx, p *formPage, id article.ID) error {
	ctx := c.UserContext()
	if wanted, ok := kernel.ParseID[int64](c.Query("restore")); ok {
		s, err := d.Articles.Unfinished(ctx, at(c), wanted)
		if err == nil && s.Article != id {
			err = fault.New(fault.NotFound, "这份自动保存的文字属于另一篇稿件。")
		}
		if err != nil {
			return err
		}
		var f fields
		if err := json.Unmarshal([]byte(s.Words), &f); err != nil {
			return err
		}
		for _, l := range p.Fields.Lines { // what the form that was open did not hold is as it is
			if !slices.ContainsFunc(f.Lines, func(t typedLine) bool { return t.Key == l.Key }) {
				f.Lines = append(f.Lines, l)
			}
		}
		p.Restored, p.Version, p.Fields = s.ID, s.Base, f
		return nil
	}
	all, err := d.Articles.Unsaved(ctx, at(c), id)
	if err != nil || len(all) == 0 {
		return err
	}
	p.Unsaved = &unsaved{ID: all[0].ID, At: all[0].At, Restore: c.Path() + "?restore=" + strconv.FormatInt(all[0].ID, 10)}
	return nil
}
