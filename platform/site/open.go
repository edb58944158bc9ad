package site

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/storage/db"
)

// Spec is what opening a site needs. Only Org is necessary: the rest follows from the org and the tree.
type Spec struct {
	Org       kernel.OrgID
	HostOrg   kernel.OrgID  // "" is the city above the org, else the root of its tree
	Carrier   kernel.SiteID // of a channel or column; 0 is the nearest superior's subsite
	Template  string
	Kind      Kind
	Host      string // of a subsite
	Slug      string // of a channel or column
	Evidence  string // how Host was verified, when it is not below the platform's own domain
	Name      string
	ShortName string
	Theme     string
	Overrides Overrides
	Marks     Marks
	Demo      bool
	Approval  string // document number: see StandAloneClause and OneSiteClause
	State     State  // applied, approved, trial or online; "" is online

	Description, Keywords string
}

// StandAloneClause is why townships, sub-districts and county departments get no host of their own (d48, n17).
const StandAloneClause = "安政办发〔2015〕71号 四(三)：县级部门、乡镇不再单独建设网站"

// OneSiteClause is why an org opens one site.
const OneSiteClause = "国办发〔2017〕47号：一个单位原则上最多开设一个网站"

// Restricted reports whether the org may not have a host of its own: a township or sub-district, and a department
// below the city's level.
func Restricted(o org.Org, parent org.Level) bool {
	return o.Level == org.Township || o.Level == org.Dept && (parent == org.County || parent == org.Township)
}

// opening is a site that a plan has decided to open.
type opening struct {
	site   Site
	domain *Domain // of a subsite
}

// Create opens one site: its row, its host or mount, the audit entries and the platform's revision in one
// transaction. Its columns are the template's; it has no rows of its own until it differs.
func (s *Sites) Create(ctx context.Context, spec Spec) (Site, error) {
	var made Site
	err := s.change(ctx, func(ctx context.Context) ([]kernel.SiteID, error) {
		g, err := s.around(ctx, spec)
		if err != nil {
			return nil, err
		}
		o, err := g.plan(ctx, spec)
		if err != nil {
			return nil, err
		}
		made = o.site
		return []kernel.SiteID{made.ID}, s.open(ctx, []opening{o})
	})
	if err != nil {
		return Site{}, err
	}
	return made, nil
}

// open writes what was planned.
func (s *Sites) open(ctx context.Context, openings []opening) error {
	for _, o := range openings { // a channel is below its carrier's host, which was asked for
		if o.site.State == Online && o.domain != nil {
			if err := s.mayShow(ctx, o.domain.Host); err != nil {
				return err
			}
		}
	}
	if err := s.lockCarriers(ctx, openings); err != nil {
		return err
	}
	var sites []Site
	var domains []Domain
	for _, o := range openings {
		sites = append(sites, o.site)
		if o.domain != nil {
			domains = append(domains, *o.domain)
		}
	}
	err := s.insert(ctx, sites)
	if err == nil {
		err = s.insertDomains(ctx, domains)
	}
	if db.Unique(err) {
		return fault.Because(err, fault.Conflict, "域名或地址刚刚被别人占用，没有开设，请重试。")
	}
	if err != nil {
		return err
	}
	for _, o := range openings {
		g := o.site
		note := map[string]string{"org": g.Org.String(), "kind": string(g.Kind), "template": g.Template, "name": g.Name}
		if g.Approval != "" {
			note["approval"] = g.Approval
		}
		where := g.Prefix()
		if o.domain != nil {
			where = o.domain.Host
		} else {
			note["carrier"] = g.Parent.String()
		}
		if err := s.record(ctx, audit.Entry{Site: g.ID, Action: "site.provision", Before: "", After: string(g.State) + " " + where, Note: note}); err != nil {
			return err
		}
	}
	return nil
}

// lockCarriers holds the carriers that stood before, in ascending order, so that none is closed meanwhile.
func (s *Sites) lockCarriers(ctx context.Context, openings []opening) error {
	var ids []kernel.SiteID
	opened := map[kernel.SiteID]bool{}
	for _, o := range openings {
		opened[o.site.ID] = true
		if p := o.site.Parent; p != 0 && !opened[p] {
			ids = append(ids, p)
		}
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		c, err := s.lock(ctx, id)
		if err != nil {
			return err
		}
		if err := mayCarry(c); err != nil {
			return err
		}
	}
	return nil
}

func mayCarry(c Site) error {
	switch {
	case c.Kind != Subsite:
		return fault.In("carrier", "“%s”自己就是频道或栏目，不能再承载频道。", c.Name)
	case c.State == Refused || c.State == Closing || c.State == Closed:
		return fault.New(fault.Conflict, "“%s”%s，不能再承载频道。", c.Name, c.State.Title())
	}
	return nil
}

// plan decides everything about one site, refuses what a rule forbids, and notes it on the ground.
func (g *ground) plan(ctx context.Context, spec Spec) (opening, error) {
	owner, parent, err := g.owner(spec.Org)
	if err != nil {
		return opening{}, err
	}
	n := Site{ID: kernel.SiteID(g.s.ids.Next()), Org: owner.ID, Host: spec.HostOrg, Kind: spec.Kind, Level: string(owner.Level), Name: spec.Name,
		ShortName: spec.ShortName, Template: spec.Template, Theme: spec.Theme, Overrides: spec.Overrides, State: spec.State, Marks: spec.Marks,
		Demo: spec.Demo, Approval: spec.Approval, Description: spec.Description, Keywords: spec.Keywords, CreatedAt: g.s.now()}
	n.StateAt = n.CreatedAt
	g.fill(&n, owner, parent)
	if err := g.check(n, owner, parent); err != nil {
		return opening{}, err
	}
	out := opening{site: n}
	if n.Kind == Subsite {
		host, err := g.host(ctx, spec, owner)
		if err != nil {
			return opening{}, err
		}
		d := g.s.domain(n.ID, host, true, spec.Evidence)
		out.domain = &d
	} else if err := g.mount(ctx, &out.site, spec, owner); err != nil {
		return opening{}, err
	}
	g.note(out)
	return out, nil
}

// fill derives what the spec left open.
func (g *ground) fill(n *Site, owner, parent org.Org) {
	if n.Kind == "" {
		n.Kind = Subsite
		if Restricted(owner, parent.Level) {
			n.Kind = Channel
		}
	}
	if n.Template == "" {
		n.Template = templateFor(owner)
	}
	if n.Name == "" {
		n.Name = owner.Official()
	}
	if n.ShortName == "" {
		n.ShortName = owner.Name
		if owner.Level == org.Dept {
			n.ShortName = owner.ShortName
		}
	}
	if n.Host == 0 {
		n.Host = g.cityOf(owner)
	}
	if n.State == "" {
		n.State = Online
	}
	if n.Marks.Sponsor == "" {
		n.Marks.Sponsor = owner.Official()
		if owner.Level == org.Township {
			n.Marks.Sponsor = parent.Name + n.Marks.Sponsor // there is a 城关镇 in every county
		}
	}
	if n.Demo {
		n.Marks = demoMarks(n.Marks, n.Kind)
	}
}

// check refuses what no rule of the site itself allows; where it is mounted comes after.
func (g *ground) check(n Site, owner, parent org.Org) error {
	if n.Kind != Subsite && n.Kind != Channel && n.Kind != Column {
		return fault.In("kind", "站点形式“%s”不认识，应为 subsite（子站）、channel（频道）或 column（栏目）。", clip(string(n.Kind)))
	}
	if n.Approval != "" && !docForm.MatchString(n.Approval) {
		return fault.In("approval", "批准文号“%s”不对，应如“安政办函〔2016〕12号”。", clip(n.Approval))
	}
	if n.Kind == Subsite && Restricted(owner, parent.Level) && n.Approval == "" {
		return fault.In("kind", "“%s”不能开设单独的网站（%s）。请在上级网站下开设频道或栏目；确经批准的，请填写批准文号。", owner.Official(), StandAloneClause)
	}
	tpl, err := g.s.Template(n.Template)
	if err != nil {
		return err
	}
	if n.Kind != Column && !slices.Contains(tpl.Levels, n.Level) {
		return fault.In("template", "模板“%s”（%s）不适用于“%s”。", tpl.Name, tpl.Title, owner.Official())
	}
	if say := org.NameSays(n.Name, 2, 60); say != nil {
		return fault.In("name", "站点名称%s", say)
	}
	if say := org.NameSays(n.ShortName, 1, 30); say != nil {
		return fault.In("short_name", "站点简称%s", say)
	}
	for _, text := range []string{n.Description, n.Keywords} {
		if text != "" {
			if say := org.NameSays(text, 1, 300); say != nil {
				return fault.In("description", "站点说明或关键词%s", say)
			}
		}
	}
	if n.Theme != "" && !org.ValidSlug(n.Theme) {
		return fault.In("theme", "主题名称只能用小写字母、数字和短横线。")
	}
	if n.State != Applied && n.State != Approved && n.State != Trial && n.State != Online {
		return fault.In("state", "新站点的状态只能是 applied（已申请）、approved（已批准）、trial（试运行）或 online（在线）。")
	}
	if err := render.CheckTokens(n.Overrides.Tokens); err != nil {
		return err
	}
	if err := ValidateMarks(n.Marks, owner, n.Kind, n.Demo); err != nil {
		return err
	}
	return g.onlyOne(n, owner)
}

// onlyOne refuses a second site of an org; columns for single duties do not count.
func (g *ground) onlyOne(n Site, owner org.Org) error {
	if n.Kind == Column || n.Approval != "" {
		return nil
	}
	for _, had := range g.byOrg[owner.ID] {
		if had.Kind != Column && had.State != Closed && had.State != Refused {
			return fault.New(fault.Conflict, "“%s”已经开设了“%s”（%s）。确需另开的，请填写批准文号。", owner.Official(), had.Name, OneSiteClause)
		}
	}
	return nil
}

// host finds the host of a new subsite.
func (g *ground) host(ctx context.Context, spec Spec, owner org.Org) (string, error) {
	if spec.Evidence != "" {
		if say := org.NameSays(spec.Evidence, 4, 200); say != nil {
			return "", fault.In("evidence", "核验说明%s", say)
		}
	}
	if spec.Host != "" {
		host, err := ParseHost(spec.Host)
		if err != nil {
			return "", err
		}
		holder, err := g.holder(ctx, host)
		if err != nil {
			return "", err
		}
		return host, g.s.free(host, holder)
	}
	if g.domain == "" {
		return "", fault.In("host", "请填写“%s”的域名。", owner.Official())
	}
	for _, host := range g.hostsFor(owner) {
		holder, err := g.holder(ctx, host)
		if err != nil {
			return "", err
		}
		if _, bad := ParseHost(host); bad == nil && g.s.free(host, holder) == nil {
			return host, nil
		}
	}
	return "", fault.In("host", "推定不出“%s”的域名，请填写。", owner.Official())
}

// mount finds the carrier and slug of a new channel or column.
func (g *ground) mount(ctx context.Context, n *Site, spec Spec, owner org.Org) error {
	carrier, err := g.carrier(spec, owner, n.Kind)
	if err != nil {
		return err
	}
	n.Parent = carrier.ID
	slugs := slugsFor(owner)
	if spec.Slug != "" {
		if !org.ValidSlug(spec.Slug) {
			return fault.In("slug", "地址标识“%s”只能用小写字母、数字和短横线，不超过 40 个字符，首尾不能是短横线。", clip(spec.Slug))
		}
		slugs = []string{spec.Slug}
	}
	for _, slug := range slugs {
		had, err := g.mounted(ctx, carrier.ID, slug)
		if err != nil {
			return err
		}
		if !had {
			n.Slug = slug
			return nil
		}
	}
	return fault.At("slug", fault.New(fault.Conflict, "“%s”之下已经有 %s%s。", carrier.Name, MountPrefix, strings.Join(slugs, "、")))
}

// carrier finds the subsite that carries a channel of the owner: the given one, or the nearest superior's.
func (g *ground) carrier(spec Spec, owner org.Org, kind Kind) (Site, error) {
	if spec.Carrier != 0 {
		c, ok := g.sites[spec.Carrier]
		if !ok {
			return Site{}, fault.New(fault.NotFound, "没有编号为 %s 的承载站点。", spec.Carrier)
		}
		if !slices.Contains(owner.Path, c.Org) {
			return Site{}, fault.In("carrier", "“%s”不是“%s”的上级网站，不能承载它的频道。", c.Name, owner.Official())
		}
		return c, mayCarry(c)
	}
	for i := len(owner.Path) - 1; i >= 0; i-- {
		if owner.Path[i] == owner.ID && kind == Channel {
			continue
		}
		for _, c := range g.byOrg[owner.Path[i]] {
			if mayCarry(c) == nil {
				return c, nil
			}
		}
	}
	return Site{}, fault.New(fault.Conflict, "“%s”的上级还没有网站，请先开设上级网站。", owner.Official())
}

// slugsFor are the slugs an org may get, best first: laocheng, laochengjiedao, laocheng-001.
func slugsFor(o org.Org) []string {
	var out []string
	add := func(s string) {
		if len(s) <= 40 && org.ValidSlug(s) && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	add(o.Slug)
	add(strings.Join(org.Syllables(o.Name), ""))
	tail := strings.ToLower(o.Code)
	if len(tail) > 3 {
		tail = tail[len(tail)-3:]
	}
	add(strings.Trim(o.Slug+"-"+tail, "-"))
	add(fmt.Sprintf("o%s", strings.ToLower(o.Code)))
	return out
}
