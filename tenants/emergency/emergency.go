// Package emergency keeps the warnings of a site: what threatens, where, how badly, what to do, and until when.
//
// 安政办发〔2015〕71号 二(三): 自然灾害、事故灾难、公共卫生、环境污染、社会安全的风险预警和防范 (d15). A warning is written on one site and public through
// platform/publication alone: reviewed, or in an emergency against a debt. While it is in force it stands at the head of every page of that
// site, and of the sites that carry its warnings; a job takes it away when its time is over. Sites that carry it show its title, level and
// issuer and lead to the issuer's page: no word of theirs is touched.
//
// It knows no article, and keeps no copy of what is public: what stands on pages is read from the publications.
package emergency

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/tenants/review"
)

// Kind is what publication calls this room's objects.
const Kind publication.Kind = "warning"

// Word is a value with what people call it; Grade is a level's other name, which tells it apart without its colour.
type Word struct{ Value, Word, Grade string }

// Types are the five of the clause.
var Types = []Word{{"disaster", "自然灾害", ""}, {"accident", "事故灾难", ""}, {"health", "公共卫生", ""}, {"pollution", "环境污染", ""}, {"security", "社会安全", ""}}

// Levels are the four of the law, the gravest first (突发事件应对法 第四十二条).
var Levels = []Word{{"red", "红色预警", "Ⅰ级"}, {"orange", "橙色预警", "Ⅱ级"}, {"yellow", "黄色预警", "Ⅲ级"}, {"blue", "蓝色预警", "Ⅳ级"}}

// word is the one of that value, or the zero Word.
func word(all []Word, value string) Word {
	if i := slices.IndexFunc(all, func(w Word) bool { return w.Value == value }); i >= 0 {
		return all[i]
	}
	return Word{}
}

// Warning is what is frozen, reviewed and shown. Its JSON is canonical: this field order.
type Warning struct {
	Type   string    `json:"type"`
	Level  string    `json:"level"`
	Title  string    `json:"title"`
	What   string    `json:"what"`   // what happens
	Advice string    `json:"advice"` // what to do
	Area   string    `json:"area"`
	Issuer string    `json:"issuer"`
	From   time.Time `json:"from"` // zero: from its publication on
	Until  time.Time `json:"until"`
	Link   string    `json:"link,omitempty"`   // an address within the site, "/a/12", or a whole one
	Spread bool      `json:"spread,omitempty"` // the sites that carry this site's warnings show it
}

// longest is how long one warning lasts; it can be given again.
const longest = 31 * 24 * time.Hour

// check refuses what nobody could act on.
func (w *Warning) check() error {
	w.From, w.Until, w.Link = utc(w.From), utc(w.Until), strings.TrimSpace(w.Link)
	if word(Types, w.Type).Word == "" {
		return fault.In("type", "请选择预警的类别。")
	}
	if word(Levels, w.Level).Word == "" {
		return fault.In("level", "请选择预警的级别。")
	}
	for _, f := range []struct {
		field, name string
		text        *string
		most        int
	}{
		{"title", "标题", &w.Title, 60}, {"what", "发生了什么", &w.What, 2000}, {"advice", "怎么防范", &w.Advice, 2000},
		{"area", "影响范围", &w.Area, 200}, {"issuer", "发布单位", &w.Issuer, 60},
	} {
		*f.text = strings.TrimSpace(*f.text)
		switch n := utf8.RuneCountInString(*f.text); {
		case n == 0:
			return fault.In(f.field, "请填写“%s”。", f.name)
		case n > f.most:
			return fault.In(f.field, "“%s”有 %d 个字，最多 %d 个字，请改短。", f.name, n, f.most)
		case !utf8.ValidString(*f.text) || strings.ContainsRune(*f.text, 0):
			return fault.In(f.field, "“%s”里有无法保存的字符，请改正。", f.name)
		}
	}
	return w.checkRest()
}

func (w *Warning) checkRest() error {
	switch {
	case w.Until.IsZero():
		return fault.In("until", "请填写到什么时候为止，到时预警自动解除。")
	case !w.From.IsZero() && !w.Until.After(w.From):
		return fault.In("until", "结束的时间应晚于开始的时间。")
	case !w.From.IsZero() && w.Until.Sub(w.From) > longest:
		return fault.In("until", "一条预警最长 31 天，到期可以再发。")
	case w.Link != "" && !leads(w.Link):
		return fault.In("link", "链接请写本站网页的地址（如 /a/12）或 https:// 开头的完整网址。")
	}
	return nil
}

// leads reports whether a link may stand on a page: a path of the own site or a whole address of the web.
func leads(link string) bool {
	u, err := url.Parse(link)
	if err != nil || len(link) > 500 || strings.ContainsAny(link, "\\ \t\n\r") {
		return false
	}
	if u.Scheme == "" {
		return strings.HasPrefix(link, "/") && !strings.HasPrefix(link, "//")
	}
	return (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil
}

// inTime refuses a warning whose time is over before anybody could read it, or that would stand for too long.
func (w *Warning) inTime(now time.Time) error {
	if !w.Until.After(now) {
		return fault.In("until", "这条预警的结束时间已经过了，请改了时间再送审。")
	}
	if w.From.IsZero() && w.Until.Sub(now) > longest {
		return fault.In("until", "一条预警最长 31 天，到期可以再发。")
	}
	return nil
}

func (w *Warning) encode() (string, error) {
	b, err := json.Marshal(w)
	return string(b), err
}

func decode(payload string) (w Warning, err error) {
	err = json.Unmarshal([]byte(payload), &w)
	return w, err
}

// Phase is how far a warning has come before citizens.
type Phase string

// The phases.
const (
	Draft   Phase = "draft"   // never public
	Waiting Phase = "waiting" // public, its time is to come
	On      Phase = "on"      // stands at the head of the pages
	Over    Phase = "over"    // its time has passed, or it was lifted; its page says so
	Gone    Phase = "gone"    // withdrawn
)

// Kept is a warning as the desk has it.
type Kept struct {
	Site        kernel.SiteID
	ID          int64
	Version     int64
	Warning             // the draft
	Sent        Warning // what was frozen last; zero when nothing was
	Edition     publication.EditionID
	Author      kernel.AccountID
	UpdatedAt   time.Time
	Phase       Phase
	Spread      bool      // of what is public
	Since, Till time.Time // likewise
	Why         string    // it was lifted before its time
}

func (k *Kept) object() publication.Object {
	return publication.Object{Site: k.Site, Kind: Kind, ID: k.ID}
}

// Columns gives the navigation of a site; tenants/column is one.
type Columns interface {
	Nav(ctx context.Context, s *render.Site) ([]render.Link, error)
}

// Room is what the room needs of the house.
type Room struct {
	DB        *db.DB
	Now       kernel.Clock
	IDs       kernel.IDs
	Audit     *audit.Log
	Queue     *jobs.Queue
	Published *publication.Publications
	Revisions *pages.Revisions
	Reviews   *review.Desk
	Sites     *site.Sites
	Accounts  *identity.Accounts
	Columns   Columns
	Render    *render.Renderer
	Console   *console.Console
}

// Emergency is the room. Its methods are safe for concurrent use.
type Emergency struct {
	Room
	memory memory
}

// New makes the room and listens for publications.
func New(r Room) *Emergency {
	e := &Emergency{Room: r}
	e.Published.Published.On("emergency", func(ctx context.Context, p publication.PublishedEvent) error {
		if p.Kind != Kind {
			return nil
		}
		return e.issued(ctx, &p.Live)
	})
	e.Published.Withdrawn.On("emergency", func(ctx context.Context, w publication.WithdrawnEvent) error {
		if w.Kind != Kind {
			return nil
		}
		return e.taken(ctx, w)
	})
	return e
}

func (e *Emergency) record(ctx context.Context, id kernel.SiteID, action string, warning int64, before, after string, note map[string]string) error {
	return e.Audit.Record(ctx, audit.Entry{Site: id, Action: action, Object: fmt.Sprintf("%s/%d", Kind, warning), Before: before, After: after, Note: note})
}
