// Package org keeps the administrative tree: province, city, counties, townships and the departments of each.
//
// It serves 安政办发〔2015〕71号 四(三): who is superior to whom decides who carries technology and who supplies
// content, and 五(一): the duties of each office. It knows names as the law spells them (区 has 人民政府, 街道 has
// 办事处) and the pinyin of addresses. It is not for sites: an office without a website stands here all the same.
package org

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/events"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/storage/db"
)

// Level is an org's rank in the tree.
type Level string

// The levels, highest first; a dept hangs below any of the others.
const (
	Province Level = "province"
	City     Level = "city"
	County   Level = "county"
	Township Level = "township"
	Dept     Level = "dept"
)

var ranks = map[Level]int{Province: 1, City: 2, County: 3, Township: 4, Dept: 5}

// Org is one node of the tree.
type Org struct {
	ID        kernel.OrgID
	Code      string // 统计用区划代码: 6 digits, townships 9; departments a code of their own
	Name      string // as the tree of divisions spells it: 老城街道
	ShortName string // 老城; for a department the usual short form: 人社局
	Level     Level
	Kind      Kind
	Slug      string         // pinyin for addresses; never changes by itself
	Parent    kernel.OrgID   // 0 at a root
	Path      []kernel.OrgID // root first, itself last
}

// Official is the name of the organ that answers for the org: 汉滨区人民政府, 老城街道办事处.
func (o Org) Official() string { return official(o.Kind, o.Name) }

// ShowsEmblem reports whether the law has the org show the national emblem on its home page: 国徽法 names the
// people's governments of county level and above, neither departments nor townships nor management committees.
func (o Org) ShowsEmblem() bool {
	if o.Level != Province && o.Level != City && o.Level != County {
		return false
	}
	return strings.HasSuffix(o.Official(), "人民政府")
}

// RegionCode is the six digits of the county, city or province the org lies in, or "" when its code has none.
func (o Org) RegionCode() string {
	if len(o.Code) < 6 || strings.Trim(o.Code[:6], "0123456789") != "" {
		return ""
	}
	return o.Code[:6]
}

// Facts is what the policies need to know of the org.
func (o Org) Facts() policies.OrgFacts {
	return policies.OrgFacts{ID: o.ID, Level: string(o.Level), Path: o.Path}
}

// Rename is an org that has got another name or kind, as 旬阳县 became 旬阳市.
type Rename struct{ Before, After Org }

// Orgs keeps the tree. Its methods are safe for concurrent use.
type Orgs struct {
	Renamed events.Topic[Rename] // in the transaction that renames

	db  *db.DB
	now kernel.Clock
	ids kernel.IDs
	log *audit.Log
}

// New returns the room over d.
func New(d *db.DB, now kernel.Clock, ids kernel.IDs, log *audit.Log) *Orgs {
	return &Orgs{db: d, now: now, ids: ids, log: log}
}

// Spec is what Create needs: an office that stands in no list of divisions, such as a department.
type Spec struct {
	Code, Name string
	ShortName  string // "" derives it
	Slug       string // "" derives it
	Level      Level
	Kind       Kind // "" derives it
	Parent     kernel.OrgID
}

// Create adds one org below its parent.
func (o *Orgs) Create(ctx context.Context, s Spec) (Org, error) {
	var made Org
	err := o.db.InTx(ctx, func(ctx context.Context) error {
		n := draft{code: s.Code, name: s.Name, short: s.ShortName, slug: s.Slug, level: s.Level, kind: s.Kind}
		if problems := n.check(); len(problems) > 0 {
			return problems[0].Err
		}
		parent := Org{}
		if s.Parent != 0 {
			var err error
			if parent, err = o.Get(ctx, s.Parent); err != nil {
				return err
			}
		}
		if err := mayHang(n.level, parent.Level); err != nil {
			return err
		}
		made = n.org(kernel.OrgID(o.ids.Next()), parent)
		if err := o.insert(ctx, []Org{made}); err != nil {
			if db.Unique(err) {
				return fault.Because(err, fault.Conflict, "代码 %s 已经有机构在用。", s.Code)
			}
			return err
		}
		return o.log.Record(ctx, audit.Entry{Action: "org.create", Object: "org/" + made.ID.String(), After: made.Code + " " + made.Name})
	})
	return made, err
}

// SetSlug gives the org another pinyin for addresses that are opened from now on; open sites keep theirs.
func (o *Orgs) SetSlug(ctx context.Context, id kernel.OrgID, slug string) error {
	if !ValidSlug(slug) {
		return fault.In("slug", slugSays)
	}
	return o.db.InTx(ctx, func(ctx context.Context) error {
		was, err := o.Get(ctx, id)
		if err != nil || was.Slug == slug {
			return err
		}
		if err := o.update(ctx, Org{ID: id, Name: was.Name, ShortName: was.ShortName, Kind: was.Kind, Slug: slug}); err != nil {
			return err
		}
		return o.log.Record(ctx, audit.Entry{Action: "org.slug", Object: "org/" + id.String(), Before: was.Slug, After: slug})
	})
}

// Facts is what the policies need to know of an org.
func (o *Orgs) Facts(ctx context.Context, id kernel.OrgID) (policies.OrgFacts, error) {
	g, err := o.Get(ctx, id)
	return g.Facts(), err
}

// mayHang says why an org of this level may not hang below that one ("" is no parent), or nil.
func mayHang(level, parent Level) error {
	switch {
	case parent == "" && (level == Township || level == Dept):
		return fault.In("parent", "乡镇、街道和部门必须写明上级机构。")
	case parent == Dept:
		return fault.In("parent", "部门之下不能再设机构。")
	case parent != "" && ranks[parent] >= ranks[level]:
		return fault.In("parent", "层级 %s 不能挂在 %s 之下，上级的层级必须更高。", level, parent)
	}
	return nil
}

// draft is an org as somebody typed it.
type draft struct {
	code, name, short, slug string
	level                   Level
	kind                    Kind
}

var (
	deptCode = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z-]{2,30}[0-9A-Za-z]$`)
	slugForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$`)
	sciForm  = regexp.MustCompile(`^[0-9.]+[eE]\+?[0-9]+$`)
)

const slugSays = "拼音标识只能用小写字母、数字和短横线，不超过 40 个字符，首尾不能是短横线。"

// ValidSlug reports whether s may stand in a host name and in /z/<slug>.
func ValidSlug(s string) bool { return slugForm.MatchString(s) && !strings.Contains(s, "--") }

// check finds everything that is wrong with the draft by itself.
func (n draft) check() []Problem {
	var out []Problem
	bad := func(err error) {
		var f *fault.Fault
		if errors.As(err, &f) {
			out = append(out, problem(0, f.Field, f))
		}
	}
	if _, ok := ranks[n.level]; !ok {
		bad(fault.In("level", "层级“%s”不认识，应为 province、city、county、township 或 dept。", n.level))
	}
	bad(n.checkCode())
	if say := NameSays(n.name, 1, 60); say != nil {
		bad(fault.In("name", "机构名称%s", say))
	}
	if n.short != "" {
		if say := NameSays(n.short, 1, 20); say != nil {
			bad(fault.In("short_name", "简称%s", say))
		}
	}
	if n.slug != "" && !ValidSlug(n.slug) {
		bad(fault.In("slug", slugSays))
	}
	if n.kind != "" && !n.kind.Valid() {
		bad(fault.In("kind", "机构类型“%s”不认识，可留空由名称推定。", n.kind))
	}
	return out
}

func (n draft) checkCode() error {
	digits := n.code != "" && strings.Trim(n.code, "0123456789") == ""
	switch {
	case n.code == "":
		return fault.In("code", "代码不能为空。")
	case sciForm.MatchString(n.code) && !digits:
		return fault.In("code", "代码“%s”像是被表格软件改成了科学计数，请把该列设为文本后重新填写。", n.code)
	case n.level == Dept && !deptCode.MatchString(n.code):
		return fault.In("code", "部门代码应为 4 至 32 位字母、数字或短横线。")
	case n.level == Township && (!digits || len(n.code) != 9 && len(n.code) != 12):
		return fault.In("code", "乡镇、街道的代码应为 9 位（或 12 位）数字，现在是“%s”。", clip(n.code))
	case n.level != Dept && n.level != Township && (!digits || len(n.code) != 6):
		return fault.In("code", "省、市、县的代码应为 6 位数字，现在是“%s”。", clip(n.code))
	}
	return nil
}

func (n draft) org(id kernel.OrgID, parent Org) Org {
	g := Org{ID: id, Code: n.code, Name: n.name, ShortName: n.short, Level: n.level, Kind: n.kind, Slug: n.slug, Parent: parent.ID}
	g.Path = append(append(make([]kernel.OrgID, 0, len(parent.Path)+1), parent.Path...), id)
	if g.Kind == "" {
		g.Kind = KindOf(g.Level, g.Name)
	}
	if g.ShortName == "" {
		g.ShortName = ShortName(g.Kind, g.Name, parent.Name)
	}
	if g.Slug == "" {
		g.Slug = SlugOf(g.Kind, g.ShortName)
	}
	return g
}

// NameSays is the fault of a name that people will read, in words to be put behind its subject, or nil.
func NameSays(s string, least, most int) error {
	n := utf8.RuneCountInString(s)
	switch {
	case s == "":
		return fault.New(fault.Invalid, "不能为空。")
	case n < least || n > most:
		return fault.New(fault.Invalid, "应为 %d 至 %d 个字，现在是 %d 个。", least, most, n)
	case strings.ContainsAny(s, "<>\"&\\`"):
		return fault.New(fault.Invalid, "含有不该出现的符号（< > & 引号或反斜杠）。")
	}
	for _, r := range s {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return fault.New(fault.Invalid, "含有看不见的字符 %U。", r)
		}
	}
	return nil
}

// clip shortens what somebody typed for a sentence, and shows nothing unprintable.
func clip(s string) string {
	rs := []rune(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '·'
	}, s))
	if len(rs) > 24 {
		return string(rs[:24]) + "…"
	}
	return string(rs)
}
