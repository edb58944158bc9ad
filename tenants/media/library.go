package media

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
)

// Card is what the library says of an item, for colleagues who look for it. None of it goes out by itself: citizens read what stands in a
// text that was reviewed.
type Card struct {
	Title    string // "" for the name of its file
	Alt      string // 图片说明, proposed where the picture is put into a text
	Source   string // 来源
	Licence  string // 授权说明
	Folder   string // "" for none; folders have no folders
	X, Y     int    // the point that is seen however the picture is cut, in hundredths from the left and from above
	BinnedAt time.Time
	Version  int64 // 0 as long as nobody has written one
}

// Shelved is an item with its card.
type Shelved struct {
	*Item
	Card
}

// Called is what people call it.
func (s *Shelved) Called() string { return cmp.Or(s.Title, s.Name) }

// Filter narrows the library. Its zero value is all that is not in the bin.
type Filter struct {
	Shelf  string
	Folder string
	Text   string           // in its names, its description or its source
	Only   ID               // this one; 0: any
	Usable bool             // only what plays or is no film
	Of     kernel.AccountID // only what they put in and what citizens have; 0: whoever put it in
}

// The shelves of the library.
const (
	Pictures = "picture"
	Videos   = "video"
	Sounds   = "audio"  // also a film in which nothing is seen
	Files    = "file"   // what is neither shown nor played
	Films    = "film"   // either of those two
	Unused   = "unused" // never named by anything for UnusedFor
	Binned   = "bin"
)

// UnusedFor is after how long the library points to what nothing ever named. It is only pointed to: people decide.
const UnusedFor = 90 * 24 * time.Hour

// Library are the items of a site, the latest first.
func (m *Media) Library(ctx context.Context, site kernel.SiteID, f Filter, p kernel.Page) ([]*Shelved, error) {
	if f.Shelf != Unused {
		return m.shelf(ctx, site, f, p, nil)
	}
	texts, err := m.naming(ctx, site, 0)
	if err != nil {
		return nil, err
	}
	named := []ID{0} // nobody's: a list without anything is no SQL
	for _, t := range texts {
		named = append(named, t.Names...)
	}
	return m.shelf(ctx, site, f, p, named)
}

// Describe writes the card of an item, which the caller saw at version. Its folder and the bin are not the card's to say.
func (m *Media) Describe(ctx context.Context, site kernel.SiteID, id ID, version int64, c Card) error {
	if err := c.tidy(); err != nil {
		return err
	}
	return m.alter(ctx, site, id, "media.describe", func(_ context.Context, i *Shelved) error {
		if i.Version != version {
			return fault.New(fault.Conflict, "这个文件的说明刚被别人改过，请看过现在的说明再改。")
		}
		c.Folder, c.BinnedAt, c.Version = i.Folder, i.BinnedAt, i.Version
		i.Card = c
		return nil
	})
}

// Move puts an item into a folder; "" takes it out of any.
func (m *Media) Move(ctx context.Context, site kernel.SiteID, id ID, to string) error {
	c := Card{Folder: to}
	if err := c.tidy(); err != nil {
		return err
	}
	return m.alter(ctx, site, id, "media.move", func(_ context.Context, i *Shelved) error {
		i.Folder = c.Folder
		return nil
	})
}

// tidy takes the blanks around the lines away and refuses what no line can hold.
func (c *Card) tidy() error {
	for _, f := range []struct {
		key, label string
		text       *string
		most       int
	}{{"title", "名称", &c.Title, 100}, {"alt", "图片说明", &c.Alt, 200}, {"source", "来源", &c.Source, 200}, {"licence", "授权说明", &c.Licence, 500}, {"folder", "文件夹", &c.Folder, 40}} {
		*f.text = strings.TrimSpace(*f.text)
		switch {
		case !utf8.ValidString(*f.text) || strings.ContainsFunc(*f.text, unicode.IsControl):
			return fault.In(f.key, "“%s”里有换行或看不见的字符，请重新填写。", f.label)
		case utf8.RuneCountInString(*f.text) > f.most:
			return fault.In(f.key, "“%s”最多 %d 个字。", f.label, f.most)
		}
	}
	if c.X < 0 || c.X > 100 {
		return fault.In("x", "焦点的位置要填 0 到 100 之间的数。")
	}
	if c.Y < 0 || c.Y > 100 {
		return fault.In("y", "焦点的位置要填 0 到 100 之间的数。")
	}
	return nil
}

// alter changes the card of an item in one transaction, with its record.
func (m *Media) alter(ctx context.Context, site kernel.SiteID, id ID, action string, f func(context.Context, *Shelved) error) error {
	return m.DB.InTx(ctx, func(ctx context.Context) error {
		i, err := m.Shelved(ctx, site, id)
		if err != nil {
			return err
		}
		was := i.Card
		if err := f(ctx, i); err != nil || i.Card == was {
			return err
		}
		i.Version++
		if err := m.putCard(ctx, i); err != nil {
			return err
		}
		return m.record(ctx, site, action, id, was.String(), i.Card.String())
	})
}

func (m *Media) record(ctx context.Context, site kernel.SiteID, action string, id ID, before, after string) error {
	return m.Audit.Record(ctx, audit.Entry{Site: site, Action: action, Object: fmt.Sprintf("media/%d", id), Before: before, After: after})
}

// String is what the chain remembers of a card.
func (c Card) String() string {
	s := strings.Join([]string{c.Title, c.Alt, c.Source, c.Licence, c.Folder, fmt.Sprintf("%d,%d", c.X, c.Y)}, " | ")
	if !c.BinnedAt.IsZero() {
		s += " | " + c.BinnedAt.Format(time.RFC3339)
	}
	return s
}

// Text is an article as it is being written.
type Text struct {
	ID      int64 // 0: a form that was never saved
	Title   string
	State   string
	Version int64
	Body    string // where one text was asked for
	Names   []ID   // what it names, where all were asked for
	Unsaved bool   // only what somebody is typing names it
	Binned  bool
}

// Texts are the articles of a site as they are being written; tenants/article keeps them.
type Texts interface {
	// Naming are the texts that name an item of the site, or, without one, any: drafts, those in the bin as well, and what is being typed.
	Naming(ctx context.Context, site kernel.SiteID, item ID) ([]Text, error)
	// Draft is one text.
	Draft(ctx context.Context, site kernel.SiteID, article int64) (Text, error)
	// Save writes another body into the text that the caller saw at version.
	Save(ctx context.Context, site kernel.SiteID, article, version int64, body string) error
}

func (m *Media) naming(ctx context.Context, site kernel.SiteID, item ID) ([]Text, error) {
	if m.Texts == nil {
		return nil, nil
	}
	return m.Texts.Naming(ctx, site, item)
}

// Usage is an article that an item stands in.
type Usage struct {
	Article int64 // 0: a form that was never saved
	Title   string
	State   string // of its draft; "" where the draft does not name the item
	Draft   bool   // its draft names the item
	Unsaved bool   // only what somebody is typing does
	Public  bool   // citizens see the item there
}

// Usage is where an item stands: in drafts, and in what was ever frozen.
func (m *Media) Usage(ctx context.Context, site kernel.SiteID, id ID) ([]Usage, error) {
	texts, err := m.naming(ctx, site, id)
	if err != nil {
		return nil, err
	}
	var all []Usage
	at := map[int64]int{}
	for _, t := range texts {
		n, known := at[t.ID]
		if !known || t.ID == 0 {
			n = len(all)
			at[t.ID] = n
			all = append(all, Usage{Article: t.ID, Title: t.Title, State: t.State, Unsaved: t.Unsaved, Draft: !t.Unsaved})
		} else if !t.Unsaved {
			all[n].Draft, all[n].Unsaved, all[n].State = true, false, t.State
		}
	}
	frozen, err := m.frozen(ctx, site, id)
	for _, e := range frozen {
		n, known := at[e.ObjectID]
		if !known {
			n = len(all)
			at[e.ObjectID] = n
			all = append(all, Usage{Article: e.ObjectID, Title: e.Title})
		}
		all[n].Public = all[n].Public || e.Public
	}
	return all, err
}
