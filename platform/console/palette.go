package console

import (
	"context"
	"slices"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/org"
)

// Place is somewhere the person may go at once: a line of a menu, a site, something they are writing.
type Place struct {
	Text     string `json:"text"`
	Group    string `json:"group"`
	Href     string `json:"href"`
	Initials string `json:"initials"` // of its pinyin: "xg" finds 写稿
	Sound    string `json:"sound"`    // its pinyin
}

// Recent finds what the actor has worked on lately at a site, the newest first.
type Recent func(ctx context.Context, site kernel.SiteID) ([]Item, error)

// PlugRecent adds a room's part of the list of places.
func (c *Console) PlugRecent(find Recent) { c.recent = append(c.recent, find) }

// places are everywhere the actor may go, as the menus have it: the menu of every site where they have a post, and their own work.
func (c *Console) places(ctx context.Context, lang string) ([]Place, error) {
	seats, err := c.Seats(ctx)
	if err != nil {
		return nil, err
	}
	all := []Place{place(lang, "我的工作", "", "/")}
	var work []Place
	for _, s := range seats {
		open, err := c.lines(ctx, s.ID)
		if err != nil {
			return nil, err
		}
		for _, e := range open {
			p := place(lang, e.Name, s.Name, strings.Replace(e.Path, ":site", s.ID.String(), 1))
			if !slices.ContainsFunc(all, func(known Place) bool { return known.Href == p.Href }) { // what is no site's is there once
				all = append(all, p)
			}
		}
		for _, find := range c.recent {
			items, err := find(ctx, s.ID)
			if err != nil {
				return nil, err
			}
			for _, i := range items {
				work = append(work, place(lang, i.Text, s.Name, i.Href))
			}
		}
	}
	return append(all, work...), nil
}

// place speaks a name in the person's language; it is found by the sound of the Chinese one as well.
func place(lang, zh, group, href string) Place {
	p := Place{Text: Say(lang, zh), Group: group, Href: href}
	for _, s := range org.Syllables(zh) {
		p.Initials += s[:1]
		p.Sound += s
	}
	return p
}

// Writer is who writes on a page, for the scripts that keep the words: what this browser keeps is the account's, and a
// session that has ended is taken up by the same login.
type Writer struct{ Account, Login string }

// Writer is the actor in ctx as a writer.
func (c *Console) Writer(ctx context.Context) (Writer, error) {
	a, err := c.Accounts.Get(ctx, kernel.ActorFrom(ctx).Account)
	return Writer{a.ID.String(), a.Login}, err
}
