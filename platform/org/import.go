package org

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/storage/db"
)

// Report says what an import did, or would do.
type Report struct {
	DryRun    bool      `json:"dry_run"`
	Rows      int       `json:"rows"`
	Created   int       `json:"created"`
	Renamed   int       `json:"renamed"` // name, short name, kind or pinyin changed
	Unchanged int       `json:"unchanged"`
	Problems  []Problem `json:"problems"` // at most 200
	Wrong     int       `json:"wrong"`    // how many problems in all
}

var (
	importKnown    = []string{"code", "name", "level", "parent_code", "short_name", "slug", "kind"}
	importRequired = []string{"code", "name", "level", "parent_code"}
)

// Import adds or renames the orgs of a CSV with the columns code,name,level,parent_code (and, when wanted,
// short_name, slug, kind), rows in any order. One bad row and nothing is written; the report names every one.
// The same file a second time changes nothing. A dry run answers the same and writes nothing.
func (o *Orgs) Import(ctx context.Context, r io.Reader, dryRun bool) (Report, error) {
	sheet, err := ReadSheet(r, importKnown, importRequired)
	if err != nil {
		return Report{DryRun: dryRun, Problems: []Problem{}}, err
	}
	var report Report
	work := func(ctx context.Context) error {
		plan, err := o.plan(ctx, sheet)
		if err != nil {
			return err
		}
		report = plan.report(dryRun)
		if err := sheet.Err(); err != nil || dryRun {
			return err
		}
		return o.carryOut(ctx, plan)
	}
	if dryRun {
		err = work(ctx)
		return report, err
	}
	err = o.db.InTx(ctx, work)
	if db.Unique(err) {
		err = fault.Because(err, fault.Conflict, "导入时有人同时改了机构，没有写入任何内容，请重新导入。")
	}
	return report, err
}

// plan is what an import has decided to do.
type plan struct {
	sheet             *Sheet
	created, renamed  []Org
	before            map[kernel.OrgID]Org // of the renamed
	unchanged, orgsIn int
}

func (p *plan) report(dryRun bool) Report {
	r := Report{DryRun: dryRun, Rows: p.orgsIn, Created: len(p.created), Renamed: len(p.renamed), Unchanged: p.unchanged,
		Problems: p.sheet.Sorted(), Wrong: p.sheet.Wrong}
	if r.Problems == nil {
		r.Problems = []Problem{}
	}
	return r
}

// entry is a row of the sheet on its way to an org.
type entry struct {
	row    Row
	draft  draft
	parent string
}

func (o *Orgs) plan(ctx context.Context, sheet *Sheet) (*plan, error) {
	have, err := o.All(ctx)
	if err != nil {
		return nil, err
	}
	known := make(map[string]Org, len(have)+len(sheet.Rows))
	for _, g := range have {
		known[g.Code] = g
	}
	p := &plan{sheet: sheet, before: map[kernel.OrgID]Org{}, orgsIn: len(sheet.Rows)}
	entries := readEntries(sheet)
	levels := make(map[string]Level, len(sheet.Rows)) // of all rows, whatever else is wrong with them
	for _, row := range sheet.Rows {
		levels[row.Get("code")] = Level(row.Get("level"))
	}
	for _, e := range entries {
		o.place(p, e, known, levels)
	}
	return p, nil
}

// readEntries checks every row by itself and sorts the good ones by rank, so that parents come first.
func readEntries(sheet *Sheet) []entry {
	first := make(map[string]int, len(sheet.Rows))
	entries := make([]entry, 0, len(sheet.Rows))
	for _, row := range sheet.Rows {
		e := entry{row: row, parent: row.Get("parent_code"), draft: draft{code: row.Get("code"), name: row.Get("name"),
			short: row.Get("short_name"), slug: row.Get("slug"), level: Level(row.Get("level")), kind: Kind(row.Get("kind"))}}
		problems := e.draft.check()
		for _, bad := range problems {
			sheet.Bad(row, bad.Field, bad.Err)
		}
		if line, twice := first[e.draft.code]; twice && e.draft.code != "" {
			sheet.Bad(row, "code", fault.New(fault.Invalid, "代码 %s 与第 %d 行重复。", clip(e.draft.code), line))
			continue
		}
		first[e.draft.code] = row.Line
		if len(problems) == 0 {
			entries = append(entries, e)
		}
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return ranks[a.draft.level] - ranks[b.draft.level] })
	return entries
}

// place decides what becomes of one row, given what is known above it.
func (o *Orgs) place(p *plan, e entry, known map[string]Org, levels map[string]Level) {
	parent, ok := known[e.parent]
	if e.parent != "" && !ok {
		if level, inFile := levels[e.parent]; inFile {
			if err := mayHang(e.draft.level, level); err != nil {
				p.sheet.Bad(e.row, "parent_code", err)
			} // else the parent's own row is at fault and says so
			return
		}
		p.sheet.Bad(e.row, "parent_code", fault.New(fault.Invalid, "上级 %s 既不在文件里，也没有导入过。", clip(e.parent)))
		return
	}
	if err := mayHang(e.draft.level, parent.Level); err != nil {
		p.sheet.Bad(e.row, "parent_code", err)
		return
	}
	was, exists := known[e.draft.code]
	if !exists {
		g := e.draft.org(kernel.OrgID(o.ids.Next()), parent)
		known[g.Code] = g
		p.created = append(p.created, g)
		return
	}
	switch {
	case was.Level != e.draft.level:
		p.sheet.Bad(e.row, "level", fault.New(fault.Invalid, "%s（%s）已经是 %s，不能通过导入改变层级。", was.Name, was.Code, was.Level))
	case was.Parent != parent.ID:
		p.sheet.Bad(e.row, "parent_code", fault.New(fault.Invalid, "%s（%s）的上级不能通过导入改变。", was.Name, was.Code))
	default:
		o.rename(p, was, e.draft, parent, known)
	}
}

func (o *Orgs) rename(p *plan, was Org, d draft, parent Org, known map[string]Org) {
	if d.slug == "" {
		d.slug = was.Slug // addresses do not move because a name does
	}
	if d.name == was.Name {
		if d.short == "" {
			d.short = was.ShortName
		}
		if d.kind == "" {
			d.kind = was.Kind
		}
	}
	now := d.org(was.ID, parent)
	if now.Name == was.Name && now.ShortName == was.ShortName && now.Kind == was.Kind && now.Slug == was.Slug {
		p.unchanged++
		return
	}
	p.before[was.ID] = was
	p.renamed = append(p.renamed, now)
	known[was.Code] = now
}

func (o *Orgs) carryOut(ctx context.Context, p *plan) error {
	if len(p.created)+len(p.renamed) == 0 {
		return nil
	}
	if err := o.insert(ctx, p.created); err != nil {
		return err
	}
	for _, g := range p.renamed {
		if err := o.update(ctx, g); err != nil {
			return err
		}
		was := p.before[g.ID]
		if err := o.log.Record(ctx, audit.Entry{Action: "org.rename", Object: "org/" + g.ID.String(),
			Before: fmt.Sprintf("%s %s %s", was.Name, was.Kind, was.Slug), After: fmt.Sprintf("%s %s %s", g.Name, g.Kind, g.Slug)}); err != nil {
			return err
		}
		if err := o.Renamed.Emit(ctx, Rename{Before: was, After: g}); err != nil {
			return err
		}
	}
	return o.log.Record(ctx, audit.Entry{Action: "org.import", Object: "orgs", Note: map[string]string{
		"created": strconv.Itoa(len(p.created)), "renamed": strconv.Itoa(len(p.renamed)), "unchanged": strconv.Itoa(p.unchanged)}})
}
