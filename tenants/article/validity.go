package article

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
)

// Validity is what has become of a public text since it was published (B7): amended, abolished, expired, or in force after all; since
// which day, and which text took its place. It is said beside the approved words, which stay as they are.
type Validity struct {
	State  string // in_force, amended, abolished, expired
	Since  string // "2026-11-27", or ""
	To     publication.Object
	Reason string // not public
	By     kernel.AccountID
	ByName string
	At     time.Time
}

// reasonMost bounds what is written about an act, in characters.
const reasonMost = 500

// successorsMost bounds how far texts that replace one another are followed.
const successorsMost = 16

// SetValidity says what has become of a public article. The text that took its place is public, on this site or another of the cluster.
func (a *Articles) SetValidity(ctx context.Context, site kernel.SiteID, id ID, v Validity) error {
	who := kernel.ActorFrom(ctx)
	v.By, v.ByName, v.At, v.Reason = who.Account, who.Name, a.Now(), strings.TrimSpace(v.Reason)
	if err := v.check(object(site, id)); err != nil {
		return err
	}
	return a.DB.InTx(ctx, func(ctx context.Context) error {
		live, err := a.Published.Live(ctx, object(site, id))
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Gone) {
			return fault.Because(err, fault.Conflict, "只有正在公开的稿件可以登记效力变化。")
		} else if err != nil {
			return err
		}
		if err := a.mayReplace(ctx, object(site, id), v.To); err != nil {
			return err
		}
		was, err := a.validities(ctx, site, []ID{id})
		if err != nil {
			return err
		}
		if err := a.putValidity(ctx, site, id, v); err != nil {
			return err
		}
		if err := errors.Join(a.record(ctx, site, "article.validity", id, was[id].says(), v.says()), a.index(ctx, live)); err != nil {
			return err
		}
		return a.Revisions.Bump(ctx, site)
	})
}

// ClearValidity takes back what was said of an article: what its own text says counts again.
func (a *Articles) ClearValidity(ctx context.Context, site kernel.SiteID, id ID) error {
	return a.DB.InTx(ctx, func(ctx context.Context) error {
		was, err := a.validities(ctx, site, []ID{id})
		if err != nil {
			return err
		}
		if was[id].State == "" {
			return fault.New(fault.Conflict, "这篇稿件没有登记过效力变化。")
		}
		if err := a.endValidity(ctx, site, id); err != nil {
			return err
		}
		if err := a.record(ctx, site, "article.validity.clear", id, was[id].says(), ""); err != nil {
			return err
		}
		live, _, err := a.Published.LiveMany(ctx, site, Kind, []int64{id}) // none when it has been withdrawn since
		if err != nil {
			return err
		}
		for i := range live {
			if err := a.index(ctx, &live[i]); err != nil {
				return err
			}
		}
		return a.Revisions.Bump(ctx, site)
	})
}

// ValidityOf is what was said of an article; its State is "" where nothing was.
func (a *Articles) ValidityOf(ctx context.Context, site kernel.SiteID, id ID) (Validity, error) {
	all, err := a.validities(ctx, site, []ID{id})
	return all[id], err
}

// says is a validity as the chain keeps it.
func (v Validity) says() string {
	if v.State == "" {
		return ""
	}
	s := strings.TrimSpace(v.State + " " + v.Since)
	if v.To.ID != 0 {
		s += fmt.Sprintf(" site/%d %s", v.To.Site, v.To)
	}
	return s + "：" + v.Reason
}

func (v Validity) check(of publication.Object) error {
	switch {
	case v.By == 0:
		return fault.New(fault.Forbidden, "请先登录。")
	case validityNames[v.State] == "":
		return fault.In("validity", "请选择效力状态：有效、已修改、已废止或已失效。")
	case !validDay(v.Since):
		return fault.In("since", "日期“%s”不对，应写成 2026-11-27 的样子，不知道时留空。", v.Since)
	case v.Reason == "":
		return fault.In("reason", "请写明理由。")
	case utf8.RuneCountInString(v.Reason) > reasonMost || !utf8.ValidString(v.Reason) || strings.ContainsRune(v.Reason, 0):
		return fault.In("reason", "理由最多写 %d 个字，请精简。", reasonMost)
	case v.To == of:
		return fault.In("to", "新文件不能是它自己，请另选一篇。")
	case v.To.ID != 0 && v.State == "in_force":
		return fault.In("validity", "有新文件替代的，请选已修改、已废止或已失效。")
	}
	return nil
}

// mayReplace refuses a text that citizens cannot read, and one that the text itself replaces.
func (a *Articles) mayReplace(ctx context.Context, of, by publication.Object) error {
	for hop := 0; by.ID != 0; hop++ {
		switch {
		case by == of || hop == successorsMost:
			return fault.In("to", "那一篇又由这一篇替代，成了循环，请另选一篇。")
		case hop == 0 && a.neighbour(by.Site) == nil:
			return fault.In("to", "那一篇所在的网站现在没有开放，请另选一篇。")
		}
		if _, err := a.Published.Live(ctx, by); hop == 0 && (fault.Is(err, fault.NotFound) || fault.Is(err, fault.Gone)) {
			return fault.In("to", "替代它的那一篇现在没有公开，请另选一篇。")
		} else if hop == 0 && err != nil {
			return err
		}
		v, err := a.ValidityOf(ctx, by.Site, by.ID)
		if err != nil {
			return err
		}
		by = v.To
	}
	return nil
}

// standing puts what has become of the text on its page: the banner, the way to what took its place, and to what it took the place of.
func (a *Articles) standing(ctx context.Context, s *render.Site, row publication.Row, page *ShowPage) error {
	v, err := a.ValidityOf(ctx, s.ID, row.ID)
	if err != nil {
		return err
	}
	if v.State != "" {
		page.Validity = v.banner()
		for i, m := range page.Meta {
			if m.Label == validityLabel {
				page.Meta[i].Value = v.named()
			}
		}
		if page.Successor, err = a.linkTo(ctx, s, v.To); err != nil {
			return err
		}
	}
	before, err := a.replaced(ctx, s.ID, row.ID)
	if err != nil {
		return err
	}
	live, odd, err := a.Published.LiveMany(ctx, s.ID, Kind, slices.Sorted(maps.Keys(before)))
	if err != nil {
		return err
	}
	for _, l := range live {
		if before[l.ID] == "amended" { // it stays in force as this one has it
			page.Amends = append(page.Amends, *beside(s, &l.Row))
		} else {
			page.Replaces = append(page.Replaces, *beside(s, &l.Row))
		}
	}
	for id, err := range odd {
		return fmt.Errorf("read article %d, which article %d replaces: %w", id, row.ID, err)
	}
	return nil
}

// linkTo is a link to a public article of the cluster, or nil while citizens cannot read it.
func (a *Articles) linkTo(ctx context.Context, s *render.Site, to publication.Object) (*render.Link, error) {
	if to.ID == 0 {
		return nil, nil
	}
	if err := pages.Follow(ctx, to.Site); err != nil {
		return nil, err
	}
	live, err := a.Published.Live(ctx, to)
	if fault.Is(err, fault.Gone) {
		if to, err = a.Published.Forward(ctx, to); err != nil || to.ID == 0 {
			return nil, err
		}
		live, err = a.Published.Live(ctx, to)
	}
	if err != nil {
		return nil, err
	}
	there := a.neighbour(to.Site)
	if there == nil {
		return nil, nil
	}
	return &render.Link{Text: live.Title, Href: there.In(s.Variant).FullPath(fmt.Sprintf("/a/%d", to.ID))}, nil
}

// neighbour is a site of the cluster that citizens can read, or nil.
func (a *Articles) neighbour(id kernel.SiteID) *render.Site {
	if a.Sites == nil {
		return nil
	}
	return a.Sites.Open(id)
}

// named is the state in a word, with its day: 已废止（2026-11-27 起）.
func (v Validity) named() string {
	if v.Since == "" {
		return validityNames[v.State]
	}
	return validityNames[v.State] + "（" + v.Since + " 起）"
}

// banner is the sentence above the text, or "".
func (v Validity) banner() string {
	if v.State == "in_force" {
		return ""
	}
	day, err := time.Parse(time.DateOnly, v.Since)
	if err != nil {
		return validities[v.State]
	}
	return fmt.Sprintf(datedBanners[v.State], day.Format("2006年1月2日"))
}

// datedBanners are those of a change whose day is known.
var datedBanners = map[string]string{
	"amended": "本文件自%s起已被修改，请以修改后的文本为准。", "abolished": "本文件自%s起废止，仅供查阅。", "expired": "本文件自%s起失效，仅供查阅。",
}

// marked puts the state of what changed since beside the titles of a list.
func (a *Articles) marked(ctx context.Context, site kernel.SiteID, items []render.Item, rows []publication.Row) error {
	ids := make([]ID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	all, err := a.validities(ctx, site, ids)
	for i, r := range rows {
		if v := all[r.ID]; v.State != "" && v.State != "in_force" {
			items[i].Mark = validityNames[v.State]
		}
	}
	return err
}
