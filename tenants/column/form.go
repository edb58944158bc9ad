package column

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
)

// The views of a column's page. What an inspection counts a column as is its kind; how its page is made is its view.
const (
	ViewList     = "list"     // the articles, dated
	ViewPictures = "pictures" // a grid of the articles' pictures (图片)
	ViewSingle   = "single"   // its one article is the page (单页)
	ViewLink     = "link"     // it leads elsewhere (链接栏目)
	ViewLeaders  = "leaders"  // a card of each article (领导信息)
	ViewOffices  = "offices"  // a row of each article (机构)
	ViewTopic    = "topic"    // one special topic (专题)
	ViewTopics   = "topics"   // the topics below it, those that run and those that are over (专题集)
	ViewMedia    = "media"    // films and recordings (视频音频)
)

// PageViews are all of them, in the order of the screen.
var PageViews = []string{ViewList, ViewPictures, ViewSingle, ViewLeaders, ViewOffices, ViewMedia, ViewTopics, ViewTopic, ViewLink}

// viewOf is how the page of a kind is made unless the site says otherwise; ViewList of those that are not here.
var viewOf = map[string]string{"pictures": ViewPictures, "page": ViewSingle, "leaders": ViewLeaders, "special": ViewTopics}

// MostSections is how many other columns a topic may show, mostEach how many articles of each.
const (
	MostSections = 6
	mostEach     = 10
	usualEach    = 5
)

// Form is how a column's page is made, with what that needs. It holds no words that citizens read: those are articles, and reviewed.
type Form struct {
	View     string  `json:"view"`
	Target   string  `json:"target,omitempty"`   // of a link: "https://…", or "/…" within the site
	Group    string  `json:"group,omitempty"`    // key of the field by which cards and rows are grouped
	Order    string  `json:"order,omitempty"`    // key of the field by which they stand, numbers first; it is not shown
	Opens    string  `json:"opens,omitempty"`    // the first day of a topic, or ""
	Closes   string  `json:"closes,omitempty"`   // its last
	Sections []int64 `json:"sections,omitempty"` // the columns whose newest a topic shows
	Each     int     `json:"each,omitempty"`     // how many of each
}

// The stages of a topic.
const (
	Waiting  = "waiting"  // its first day is still to come: citizens do not see it
	Running  = "running"  //
	Archived = "archived" // its last day is over: it is read, and marked
)

// Stage is where a topic stands on a day, "2026-11-27" in Beijing; "" of what is none.
func (f Form) Stage(day string) string {
	switch {
	case f.View != ViewTopic:
		return ""
	case f.Opens > day:
		return Waiting
	case f.Closes != "" && f.Closes < day:
		return Archived
	}
	return Running
}

// Day is a moment's day in Beijing, as Stage reads it.
func Day(t time.Time) string { return t.In(kernel.Beijing).Format(time.DateOnly) }

// standard is what a column of cards or rows asks for when it has asked for nothing yet; the last two order and group.
var standard = map[string][]Field{
	ViewLeaders: {{Label: "职务", Type: AsText, Required: true}, {Label: "分工", Type: AsLong}, {Label: "办公电话", Type: AsText},
		{Label: "排序", Type: AsNumber, Help: "小的在前"}, {Label: "分组", Type: AsText, Help: "例如：市政府领导"}},
	ViewOffices: {{Label: "主要职责", Type: AsLong}, {Label: "负责人职务", Type: AsText}, {Label: "办公电话", Type: AsText}, {Label: "办公地址", Type: AsText},
		{Label: "排序", Type: AsNumber, Help: "小的在前"}, {Label: "分组", Type: AsText, Help: "例如：内设机构"}},
}

// SetForm says how the page of the column is made. One of cards or rows that asks its articles for nothing gets the usual fields with it.
func (c *Columns) SetForm(ctx context.Context, id kernel.SiteID, column int64, f Form) error {
	return c.alter(ctx, id, "column.form", func(ctx context.Context, w *work) (audit.Entry, error) {
		k, d, err := w.active(column)
		if err != nil {
			return audit.Entry{}, err
		}
		if f, err = w.formed(ctx, k, f); err != nil {
			return audit.Entry{}, err
		}
		if err := c.turnLater(ctx, id, column, f); err != nil {
			return audit.Entry{}, err
		}
		d.Form = &f
		return audit.Entry{Object: object(column), Before: k.Form.words(), After: f.words()}, c.save(ctx, id, d)
	})
}

func (f Form) words() string {
	raw, _ := json.Marshal(f) // of texts and numbers
	return string(raw)
}

// formed refuses a form that the column cannot have, and leaves out what its view does not need.
func (w *work) formed(ctx context.Context, k *Column, f Form) (Form, error) {
	out := Form{View: f.View}
	switch f.View {
	case ViewList, ViewPictures, ViewSingle, ViewTopics, ViewMedia:
		return out, nil
	case ViewLink:
		if k.Statutory {
			return out, fault.New(fault.Conflict, "“%s”是法定公开栏目，内容要在本站公开，不能改成链接。", k.Name)
		}
		out.Target = strings.TrimSpace(f.Target)
		return out, checkTarget(k, out.Target)
	case ViewLeaders, ViewOffices:
		return w.rostered(ctx, k, f)
	case ViewTopic:
		return w.topical(k, f)
	}
	return out, fault.In("view", "没有“%s”这种页面形式，请重新选择。", f.View)
}

func checkTarget(k *Column, to string) error {
	own := strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//") && !strings.ContainsAny(to, " \"<>\\")
	switch {
	case !own && !isLink(to) || len(to) > longestLink:
		return fault.In("target", "请填完整的网址，以 https:// 开头；本站的页面从 / 开始写，例如 /c/zhengce。")
	case to == "/c/"+k.Path:
		return fault.In("target", "栏目不能链接到它自己，请换一个网址。")
	}
	return checkText("target", to)
}

// rostered checks the fields by which cards and rows stand.
func (w *work) rostered(ctx context.Context, k *Column, f Form) (Form, error) {
	out := Form{View: f.View, Group: f.Group, Order: f.Order}
	sheet, err := w.loadFields(ctx, w.site, k.ID)
	if err != nil {
		return out, err
	}
	if len(sheet.Fields) == 0 {
		now := Sheet{Version: sheet.Version + 1, next: sheet.next}
		if now.Fields, err = sheet.tidy(k.ID, standard[f.View], &now.next); err != nil {
			return out, err
		}
		n := len(now.Fields)
		out.Order, out.Group = now.Fields[n-2].Key, now.Fields[n-1].Key
		return out, w.saveFields(ctx, w.site, k.ID, now)
	}
	for name, key := range map[string]string{"group": out.Group, "order": out.Order} {
		if key != "" && !slices.ContainsFunc(sheet.Fields, func(f Field) bool { return f.Key == key }) {
			return out, fault.In(name, "这个栏目没有这个字段，请重新选择。")
		}
	}
	return out, nil
}

// topical checks the days of a topic and the columns that it shows.
func (w *work) topical(k *Column, f Form) (Form, error) {
	out := Form{View: f.View, Opens: f.Opens, Closes: f.Closes, Each: f.Each}
	if out.Each == 0 {
		out.Each = usualEach
	}
	switch {
	case f.Opens != "" && !isDay(f.Opens):
		return out, fault.In("opens", "开始日期要写成 2026-11-27 这样，没有就留空。")
	case f.Closes != "" && !isDay(f.Closes):
		return out, fault.In("closes", "结束日期要写成 2026-11-27 这样，没有就留空。")
	case f.Closes != "" && f.Closes < f.Opens:
		return out, fault.In("closes", "结束日期不能早于开始日期。")
	case out.Each < 1 || out.Each > mostEach:
		return out, fault.In("each", "每个栏目显示 1 到 %d 篇。", mostEach)
	case len(f.Sections) > MostSections:
		return out, fault.In("sections", "一个专题最多显示 %d 个栏目。", MostSections)
	}
	for _, id := range f.Sections {
		other := w.tree.Get(id)
		if other == nil || other.State != Active || id == k.ID {
			return out, fault.In("sections", "专题里显示的栏目要选本站另一个正在使用的栏目。")
		}
		if !slices.Contains(out.Sections, id) {
			out.Sections = append(out.Sections, id)
		}
	}
	return out, nil
}

// readForm is a form as it is stored.
func readForm(settings *string) (*Form, error) {
	if settings == nil {
		return nil, nil
	}
	f := new(Form)
	if err := json.Unmarshal([]byte(*settings), f); err != nil {
		return nil, fmt.Errorf("read the form of a column: %w", err)
	}
	return f, nil
}
