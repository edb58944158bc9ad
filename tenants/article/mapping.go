package article

import (
	"cmp"
	"context"
	"errors"
	"hash/fnv"
	"io"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/tenants/column"
)

// Mapping says into which column of which sites a document goes: the first rule that matches decides.
type Mapping struct {
	Rules []Rule `toml:"rule"`
}

// Rule matches a document by its level, category and region ("" matches all) and names the columns, best first:
// each site takes the first one it has. Sites and SiteLevels narrow the targets; empty means all of them. Over
// the sites that remain the documents are spread evenly by their source id, the same way every time.
type Rule struct {
	Level      string   `toml:"level"`
	Category   string   `toml:"category"`
	Region     string   `toml:"region"`
	Columns    []int64  `toml:"columns"`
	Sites      []string `toml:"sites"`       // names as in Target.Name
	SiteLevels []string `toml:"site_levels"` // city, county, dept, township
}

// Target is a site that may receive documents. Name is how a mapping file calls it: host and prefix.
type Target struct {
	Site        kernel.SiteID
	Name, Level string
}

// DefaultMapping spreads documents over all targets: laws and rules into 法规规章, State Council documents into
// 政策文件, work reports into 政府工作报告; a site without the column takes the nearest it has.
func DefaultMapping() *Mapping {
	return &Mapping{Rules: []Rule{
		{Level: "国务院文件", Columns: []int64{20, 21, 23, 13, 2}},
		{Level: "政府工作报告", Columns: []int64{24, 20, 13, 2}},
		{Columns: []int64{23, 20, 21, 13, 2}},
	}}
}

// ParseMapping reads a mapping file (TOML, [[rule]] tables). A fault names the line or the key that is wrong.
func ParseMapping(r io.Reader) (*Mapping, error) {
	m := new(Mapping)
	meta, err := toml.NewDecoder(io.LimitReader(r, 1<<20)).Decode(m)
	var at toml.ParseError
	switch {
	case errors.As(err, &at):
		return nil, fault.Because(err, fault.Invalid, "映射文件第 %d 行写法不对：%s。", at.Position.Line, at.Message)
	case err != nil:
		return nil, fault.Because(err, fault.Invalid, "映射文件不是有效的 TOML：%v。", err)
	case len(meta.Undecoded()) > 0:
		return nil, fault.New(fault.Invalid, "映射文件里有不认识的项目“%s”。", meta.Undecoded()[0])
	case len(m.Rules) == 0:
		return nil, fault.New(fault.Invalid, "映射文件里没有一条 [[rule]] 规则。")
	}
	for i, rule := range m.Rules {
		if len(rule.Columns) == 0 {
			return nil, fault.New(fault.Invalid, "映射文件第 %d 条规则没有写 columns（栏目编号）。", i+1)
		}
	}
	return m, nil
}

// seat is a place for a document.
type seat struct {
	site   kernel.SiteID
	column int64
}

// plan is a mapping worked out for the targets: the seats of each rule, in one order whatever the sites' ids.
type plan struct {
	rules []Rule
	seats [][]seat
}

// plan works the mapping out before a row is read, so that a wrong name stops it first.
func (a *Articles) plan(ctx context.Context, m *Mapping, targets []Target) (*plan, error) {
	if len(targets) == 0 {
		return nil, fault.New(fault.Invalid, "没有可以接收文件的站点。")
	}
	targets = slices.Clone(targets)
	slices.SortFunc(targets, func(a, b Target) int { return cmp.Compare(a.Name, b.Name) })
	has := make(map[kernel.SiteID]func(int64) bool, len(targets))
	for _, t := range targets {
		tree, err := a.Columns.Tree(ctx, t.Site)
		if err != nil {
			return nil, err
		}
		has[t.Site] = func(id int64) bool { k := tree.Get(id); return k != nil && k.State == column.Active && !k.Hidden }
	}
	p := &plan{rules: m.Rules}
	for i, r := range m.Rules {
		for _, name := range r.Sites {
			if !slices.ContainsFunc(targets, func(t Target) bool { return t.Name == name }) {
				return nil, fault.New(fault.Invalid, "映射文件第 %d 条规则里的站点“%s”不存在。", i+1, name)
			}
		}
		var seats []seat
		for _, t := range targets {
			if len(r.Sites) > 0 && !slices.Contains(r.Sites, t.Name) || len(r.SiteLevels) > 0 && !slices.Contains(r.SiteLevels, t.Level) {
				continue
			}
			if c := slices.IndexFunc(r.Columns, has[t.Site]); c >= 0 {
				seats = append(seats, seat{t.Site, r.Columns[c]})
			}
		}
		if len(seats) == 0 {
			return nil, fault.New(fault.Invalid, "映射文件第 %d 条规则找不到任何站点和栏目。", i+1)
		}
		p.seats = append(p.seats, seats)
	}
	return p, nil
}

// seat chooses the document's place; ok is false when no rule matches.
func (p *plan) seat(d *sourceDocument) (s seat, ok bool) {
	for i, r := range p.rules {
		if r.Level != "" && r.Level != d.Level || r.Category != "" && r.Category != d.Category || r.Region != "" && r.Region != d.Region {
			continue
		}
		h := fnv.New64a()
		h.Write([]byte(strings.TrimSpace(d.ID)))
		return p.seats[i][h.Sum64()%uint64(len(p.seats[i]))], true
	}
	return seat{}, false
}
