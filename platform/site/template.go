package site

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/org"
)

// MaxCycleDays is the longest update cycle a column may have. 安政办发〔2015〕71号 二(一): 所有栏目 2 个月以内更新.
// The shortest two months in a row have 59 days.
const MaxCycleDays = 59

// Static are the kinds of columns that have no update cycle, each with its reason.
var Static = map[string]string{
	"group":    "只收纳下级栏目，本身不发布信息",
	"page":     "单页内容，随事实变化更新",
	"annual":   "按法定期限每年发布一次",
	"org":      "机构和领导信息，随变动更新",
	"leaders":  "机构和领导信息，随变动更新",
	"service":  "收纳办事入口，随事项变化更新",
	"powers":   "权责清单，随调整更新",
	"guides":   "办事指南，随事项变化更新",
	"forms":    "表格下载，随事项变化更新",
	"apply":    "在线申报和查询入口",
	"interact": "收纳互动栏目，本身不发布信息",
	"about":    "地方概况，随事实变化更新",
	"special":  "专题的期限由活动决定",
}

// Interaction are the four kinds every site offers (安政办发〔2015〕71号 二(四)): 领导信箱、网友留言、意见征集、网上调查.
var Interaction = []string{"mailbox", "message", "consultation", "survey"}

// Statutory are the numbers of the disclosure columns that every site has and nobody can delete (二(一)).
var Statutory = []int64{11, 12, 13, 14, 15}

// Template is what a site is opened from. Sites keep only their differences, so a better template reaches them all.
type Template struct {
	Name    string // city, county, dept, town
	Title   string
	Theme   string
	Levels  []string // of the orgs it is for
	Review  string   // the review policy of ordinary articles: see publication
	Roles   []string // appointments the opening record asks for
	Columns []TemplateColumn
	Home    []Widget
	Quota   Quota
	words   map[int64]map[string]string // a column's name by the kind of the owner
}

// TemplateColumn is a column as every site of the template has it.
type TemplateColumn struct {
	No                                      int64 // stable, < 100000: the column's id on every site, one meaning in all templates
	Parent                                  int64
	Kind, Name, Slug, Description, Keywords string
	Statutory                               bool
	CycleDays                               int // 0 static
	Nav                                     bool
	Home                                    string // the slot of the first widget that shows it, or ""
}

// Widget is a block of the home page.
type Widget struct {
	Slot    string  // lead, side, main, third, tiles, doors, directory
	Kind    string  // list, readings, pictures, doors, tiles, tabs, directory, contact
	Title   string  // "" is the first column's name
	Columns []int64 // numbers
	Count   int     // items shown of each
}

// Quota are the limits of a site; in an override a zero field follows the template.
type Quota struct {
	StorageMB int64 `json:"storage_mb,omitempty" toml:"storage_mb"`
	UploadMB  int64 `json:"upload_mb,omitempty" toml:"upload_mb"` // of one file
	Files     int64 `json:"files,omitempty" toml:"files"`         // how many of them
	Editors   int   `json:"editors,omitempty" toml:"editors"`
	Columns   int   `json:"columns,omitempty" toml:"columns"`
}

// over lays the differences of a site over its template's quota.
func (q Quota) over(t Quota) Quota {
	if q.StorageMB == 0 {
		q.StorageMB = t.StorageMB
	}
	if q.UploadMB == 0 {
		q.UploadMB = t.UploadMB
	}
	if q.Files == 0 {
		q.Files = t.Files
	}
	if q.Editors == 0 {
		q.Editors = t.Editors
	}
	if q.Columns == 0 {
		q.Columns = t.Columns
	}
	return q
}

// Column finds a column by its number.
func (t *Template) Column(no int64) (TemplateColumn, bool) {
	i := slices.IndexFunc(t.Columns, func(c TemplateColumn) bool { return c.No == no })
	if i < 0 {
		return TemplateColumn{}, false
	}
	return t.Columns[i], true
}

//go:embed templates/*.toml
var templateFiles embed.FS

// Builtin are the templates that come with the program.
func Builtin() fs.FS {
	sub, err := fs.Sub(templateFiles, "templates")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}

// catalogue is columns.toml: every column any template may have, by number.
type catalogue struct{ Column []listed }

type listed struct {
	TemplateColumn
	Names map[string]string // the name by kind of the owner; "*" any; {short} is the owner's short name
}

// outline is <name>.toml.
type outline struct {
	Title, Theme, Review string
	Levels, Roles        []string
	Columns, Nav         []int64
	Cycle                map[string]int // differences from the catalogue, by number
	Home                 []Widget
	Quota                Quota
}

// LoadTemplates reads columns.toml and the templates beside it, and refuses what would break a rule.
func LoadTemplates(files fs.FS) (map[string]*Template, error) {
	var cat catalogue
	if err := decode(files, "columns.toml", &cat); err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "*.toml")
	if err != nil {
		return nil, fmt.Errorf("list templates: %w", err)
	}
	out := map[string]*Template{}
	for _, file := range names {
		name := strings.TrimSuffix(path.Base(file), ".toml")
		if name == "columns" {
			continue
		}
		var o outline
		if err := decode(files, file, &o); err != nil {
			return nil, err
		}
		t, err := o.template(name, cat)
		if err != nil {
			return nil, fmt.Errorf("template %s: %w", name, err)
		}
		out[name] = t
	}
	return out, nil
}

func decode(files fs.FS, name string, into any) error {
	meta, err := toml.DecodeFS(files, name, into)
	if err != nil {
		return fmt.Errorf("read template file %s: %w", name, err)
	}
	if extra := meta.Undecoded(); len(extra) > 0 {
		return fmt.Errorf("template file %s: unknown key %s", name, extra[0])
	}
	return nil
}

func (o outline) template(name string, cat catalogue) (*Template, error) {
	t := &Template{Name: name, Title: o.Title, Theme: o.Theme, Levels: o.Levels, Review: o.Review, Roles: o.Roles, Home: o.Home, Quota: o.Quota,
		words: map[int64]map[string]string{}}
	for _, no := range o.Columns {
		i := slices.IndexFunc(cat.Column, func(c listed) bool { return c.No == no })
		if i < 0 {
			return nil, fmt.Errorf("column %d is not in the catalogue", no)
		}
		c := cat.Column[i].TemplateColumn
		if len(cat.Column[i].Names) > 0 {
			t.words[no] = cat.Column[i].Names
		}
		c.Nav = slices.Contains(o.Nav, no)
		c.Statutory = slices.Contains(Statutory, no)
		if d, ok := o.Cycle[fmt.Sprint(no)]; ok {
			c.CycleDays = d
		}
		for _, w := range o.Home {
			if slices.Contains(w.Columns, no) {
				c.Home = w.Slot
				break
			}
		}
		t.Columns = append(t.Columns, c)
	}
	return t, t.check()
}

// check holds the rules every template keeps, whoever wrote it.
func (t *Template) check() error {
	seen, slugs, kinds := map[int64]bool{}, map[string]bool{}, map[string]bool{}
	for _, c := range t.Columns {
		switch {
		case c.No < 1 || c.No >= 100000 || seen[c.No]:
			return fmt.Errorf("column %d: its number is out of range or used twice", c.No)
		case c.Parent != 0 && !seen[c.Parent]:
			return fmt.Errorf("column %d: its parent %d does not stand before it", c.No, c.Parent)
		case c.Name == "" || c.Kind == "" || c.Slug == "" || slugs[c.Slug]:
			return fmt.Errorf("column %d: it lacks a name, kind or slug, or shares its slug", c.No)
		case Static[c.Kind] != "" && c.CycleDays != 0, Static[c.Kind] == "" && (c.CycleDays < 1 || c.CycleDays > MaxCycleDays):
			return fmt.Errorf("column %d: a cycle of %d days does not fit kind %s (1 to %d, 0 for static kinds)", c.No, c.CycleDays, c.Kind, MaxCycleDays)
		}
		for _, part := range strings.Split(c.Slug, "/") {
			if !org.ValidSlug(part) {
				return fmt.Errorf("column %d: slug %q", c.No, c.Slug)
			}
		}
		if p, ok := t.Column(c.Parent); ok && c.Parent != 0 && !strings.HasPrefix(c.Slug, p.Slug+"/") {
			return fmt.Errorf("column %d: slug %q does not lie below %q", c.No, c.Slug, p.Slug)
		}
		seen[c.No], slugs[c.Slug], kinds[c.Kind] = true, true, true
	}
	for _, no := range Statutory {
		if !seen[no] {
			return fmt.Errorf("the statutory column %d is missing", no)
		}
	}
	for _, k := range Interaction {
		if !kinds[k] {
			return fmt.Errorf("a column of kind %s is missing", k)
		}
	}
	for _, w := range t.Home {
		for _, no := range w.Columns {
			if !seen[no] {
				return fmt.Errorf("the home page shows column %d, which it does not have", no)
			}
		}
	}
	if len(t.Levels) == 0 || t.Theme == "" || t.Quota.StorageMB < 1 || t.Quota.UploadMB < 1 || t.Quota.Files < 1 || t.Quota.Editors < 2 || t.Quota.Columns < len(t.Columns) {
		return fmt.Errorf("levels, theme or quota are missing or too small")
	}
	return nil
}

// Template returns a template by name, or a NotFound fault.
func (s *Sites) Template(name string) (*Template, error) {
	t, ok := s.templates[name]
	if !ok {
		return nil, fault.At("template", fault.New(fault.NotFound, "没有名为“%s”的模板，可用的模板：%s。",
			clip(name), strings.Join(slices.Sorted(maps.Keys(s.templates)), "、")))
	}
	return t, nil
}

// templateFor names the template for an org that has not been given one.
func templateFor(o org.Org) string {
	switch o.Level {
	case org.County:
		return "county"
	case org.Township:
		return "town"
	case org.Dept:
		return "dept"
	}
	return "city"
}
