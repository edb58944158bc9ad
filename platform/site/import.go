package site

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/org"
)

// Report says what an import did, or would do.
type Report struct {
	DryRun    bool          `json:"dry_run"`
	Rows      int           `json:"rows"`
	Hosts     int           `json:"hosts"`      // subsites opened
	Mounts    int           `json:"mounts"`     // channels and columns opened
	Pending   []string      `json:"unverified"` // hosts that answer only after VerifyDomain
	Unchanged int           `json:"unchanged"`
	Problems  []org.Problem `json:"problems"` // at most 200
	Wrong     int           `json:"wrong"`
}

// Created is how many sites the import opened, or would open.
func (r Report) Created() int { return r.Hosts + r.Mounts }

var importKnown = []string{"org_code", "template", "kind", "host_or_slug", "name", "short_name", "state", "theme", "approval",
	"sponsor", "operator", "phone", "address", "code", "icp", "police", "mark", "evidence"}

// Import opens the sites of a CSV with the column org_code and any of template, kind, host_or_slug, name, short_name,
// state, theme, approval, sponsor, operator, phone, address, code, icp, police, mark, evidence; what a row leaves out
// follows from the org. One bad row and none is opened; the report names every one. A row whose site is open already
// changes nothing. A dry run answers the same and writes nothing.
func (s *Sites) Import(ctx context.Context, r io.Reader, dryRun bool) (Report, error) {
	sheet, err := org.ReadSheet(r, importKnown, []string{"org_code"})
	if err != nil {
		return Report{DryRun: dryRun, Problems: []org.Problem{}}, err
	}
	var report Report
	plan := func(ctx context.Context) ([]opening, error) {
		report = Report{DryRun: dryRun, Rows: len(sheet.Rows), Pending: []string{}}
		fresh := *sheet // a transaction may run twice
		fresh.Problems = slices.Clone(sheet.Problems)
		out, err := s.planSheet(ctx, &fresh, &report)
		report.Problems, report.Wrong = fresh.Sorted(), fresh.Wrong
		if report.Problems == nil {
			report.Problems = []org.Problem{}
		}
		if err == nil {
			err = fresh.Err()
		}
		return out, err
	}
	if dryRun {
		_, err := plan(ctx)
		return report, err
	}
	err = s.change(ctx, func(ctx context.Context) ([]kernel.SiteID, error) {
		openings, err := plan(ctx)
		if err != nil || len(openings) == 0 {
			return nil, err
		}
		touched := make([]kernel.SiteID, len(openings))
		for i, o := range openings {
			touched[i] = o.site.ID
		}
		if err := s.open(ctx, openings); err != nil {
			return nil, err
		}
		return touched, s.log.Record(ctx, audit.Entry{Action: "site.import", Object: "sites", Note: map[string]string{
			"hosts": strconv.Itoa(report.Hosts), "mounts": strconv.Itoa(report.Mounts), "unchanged": strconv.Itoa(report.Unchanged)}})
	})
	return report, err
}

// wanted is a row whose org is known.
type wanted struct {
	row   org.Row
	owner org.Org
}

// wantedOf finds the org of every row, superiors first whatever their order in the file.
func wantedOf(sheet *org.Sheet, g *ground) []wanted {
	codes := make(map[string]org.Org, len(g.orgs))
	for _, o := range g.orgs {
		codes[o.Code] = o
	}
	var rows []wanted
	seen := map[string]int{}
	for _, row := range sheet.Rows {
		code := row.Get("org_code")
		key := code + "\n" + row.Get("host_or_slug")
		owner, ok := codes[code]
		line, twice := seen[key]
		switch {
		case code == "":
			sheet.Bad(row, "org_code", fault.New(fault.Invalid, "机构代码不能为空。"))
		case !ok:
			sheet.Bad(row, "org_code", fault.New(fault.Invalid, "没有代码为 %s 的机构，请先导入机构。", clip(code)))
		case twice:
			sheet.Bad(row, "org_code", fault.New(fault.Invalid, "与第 %d 行重复。", line))
		default:
			rows = append(rows, wanted{row, owner})
		}
		seen[key] = row.Line
	}
	slices.SortStableFunc(rows, func(a, b wanted) int { return len(a.owner.Path) - len(b.owner.Path) })
	return rows
}

// planSheet plans the rows and notes on the sheet what a rule refuses.
func (s *Sites) planSheet(ctx context.Context, sheet *org.Sheet, report *Report) ([]opening, error) {
	g, err := s.survey(ctx, s.cfg.Domain)
	if err != nil {
		return nil, err
	}
	var out []opening
	for _, w := range wantedOf(sheet, g) {
		spec := specOf(w.row, w.owner, g)
		if g.stands(spec) {
			report.Unchanged++
			continue
		}
		o, err := g.plan(ctx, spec)
		if err != nil {
			if fault.KindOf(err) == "" || fault.Is(err, fault.Unavailable) {
				return nil, err
			}
			sheet.Bad(w.row, fieldOf(err), err)
			continue
		}
		if o.domain == nil {
			report.Mounts++
		} else {
			report.Hosts++
			if !o.domain.Verified {
				report.Pending = append(report.Pending, o.domain.Host)
			}
		}
		out = append(out, o)
	}
	return out, nil
}

func specOf(row org.Row, owner org.Org, g *ground) Spec {
	spec := Spec{Org: owner.ID, Template: row.Get("template"), Kind: Kind(row.Get("kind")), Name: row.Get("name"), ShortName: row.Get("short_name"),
		State: State(row.Get("state")), Theme: row.Get("theme"), Approval: row.Get("approval"), Evidence: row.Get("evidence"),
		Marks: Marks{Sponsor: row.Get("sponsor"), Operator: row.Get("operator"), Phone: row.Get("phone"), Address: row.Get("address"),
			Code: row.Get("code"), ICP: row.Get("icp"), Police: row.Get("police"), Mark: row.Get("mark")}}
	kind := spec.Kind
	if kind == "" {
		kind = Subsite
		if Restricted(owner, g.orgs[owner.Parent].Level) {
			kind = Channel
		}
	}
	if kind == Subsite {
		spec.Host = row.Get("host_or_slug")
	} else {
		spec.Slug = row.Get("host_or_slug")
	}
	return spec
}

// stands reports whether the site a row asks for is open already.
func (g *ground) stands(spec Spec) bool {
	for _, had := range g.byOrg[spec.Org] {
		if had.State == Refused || had.State == Closed || spec.Kind != "" && had.Kind != spec.Kind {
			continue
		}
		host, err := ParseHost(spec.Host)
		if spec.Host == "" && spec.Slug == "" || spec.Slug != "" && had.Slug == spec.Slug || err == nil && g.holders[host] == had.ID {
			return true
		}
	}
	return false
}

// fieldOf is the column of the sheet a fault belongs to.
func fieldOf(err error) string {
	var f *fault.Fault
	if !errors.As(err, &f) {
		return ""
	}
	if f.Field == "host" || f.Field == "slug" || f.Field == "carrier" {
		return "host_or_slug"
	}
	return f.Field
}

// DeriveAll says which sites an org tree wants below a domain: a portal for each city, a subsite for each county and
// city department, a channel below its superior for each township and county department; none for a province, and
// none where one is open. Superiors come first.
func (s *Sites) DeriveAll(ctx context.Context, domain string) ([]Spec, error) {
	g, err := s.survey(ctx, domain)
	if err != nil {
		return nil, err
	}
	orgs := slices.SortedFunc(maps.Values(g.orgs), func(a, b org.Org) int {
		if d := len(a.Path) - len(b.Path); d != 0 {
			return d
		}
		return strings.Compare(a.Code, b.Code)
	})
	var out []Spec
	for _, o := range orgs {
		spec := Spec{Org: o.ID}
		if !wantsSite(o, g.orgs[o.Parent].Level) || g.stands(spec) {
			continue
		}
		planned, err := g.plan(ctx, spec)
		if err != nil {
			return nil, fmt.Errorf("derive the site of org %s: %w", o.Code, err)
		}
		spec.Kind, spec.Template, spec.Name, spec.Slug = planned.site.Kind, planned.site.Template, planned.site.Name, planned.site.Slug
		if planned.domain != nil {
			spec.Host = planned.domain.Host
		}
		out = append(out, spec)
	}
	return out, nil
}

// wantsSite reports whether an org of a tree is one that has a site; statistical divisions such as 市辖区 have none.
func wantsSite(o org.Org, parent org.Level) bool {
	switch o.Level {
	case org.Province:
		return o.Kind == org.KindMunicipality
	case org.Dept:
		return parent != org.Province
	case org.Township:
		return true
	}
	return o.Kind != org.KindOther
}

// DeriveCSV writes what DeriveAll says as a file that Import reads.
func (s *Sites) DeriveCSV(ctx context.Context, w io.Writer, domain string) error {
	specs, err := s.DeriveAll(ctx, domain)
	if err != nil {
		return err
	}
	ids := make([]kernel.OrgID, len(specs))
	for i, spec := range specs {
		ids[i] = spec.Org
	}
	owners, err := s.orgs.Many(ctx, ids...)
	if err != nil {
		return err
	}
	c := csv.NewWriter(w)
	rows := [][]string{{"org_code", "template", "kind", "host_or_slug", "name"}}
	for _, spec := range specs {
		rows = append(rows, []string{owners[spec.Org].Code, spec.Template, string(spec.Kind), or(spec.Host, spec.Slug), spec.Name})
	}
	if err := c.WriteAll(rows); err != nil {
		return fmt.Errorf("write sites: %w", err)
	}
	return nil
}
