package org

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
)

// insertAtOnce is how many rows one INSERT carries.
const insertAtOnce = 500

type orgRow struct {
	bun.BaseModel `bun:"table:orgs,alias:o"`
	ID            int64 `bun:"id,pk"`
	Code          string
	Name          string
	ShortName     string
	Level         string
	Kind          string
	Slug          string
	ParentID      *int64
	Path          string // "/1/2/3/"
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

func (r orgRow) org() Org {
	g := Org{ID: kernel.OrgID(r.ID), Code: r.Code, Name: r.Name, ShortName: r.ShortName, Level: Level(r.Level), Kind: Kind(r.Kind), Slug: r.Slug}
	if r.ParentID != nil {
		g.Parent = kernel.OrgID(*r.ParentID)
	}
	parts := strings.Split(strings.Trim(r.Path, "/"), "/")
	g.Path = make([]kernel.OrgID, 0, len(parts))
	for _, p := range parts {
		if n, err := strconv.ParseInt(p, 10, 64); err == nil { // we wrote it
			g.Path = append(g.Path, kernel.OrgID(n))
		}
	}
	return g
}

func orgRowOf(g Org, now time.Time) orgRow {
	r := orgRow{ID: int64(g.ID), Code: g.Code, Name: g.Name, ShortName: g.ShortName, Level: string(g.Level), Kind: string(g.Kind),
		Slug: g.Slug, CreatedAt: now, UpdatedAt: now}
	if g.Parent != 0 {
		p := int64(g.Parent)
		r.ParentID = &p
	}
	var b strings.Builder
	b.WriteByte('/')
	for _, id := range g.Path {
		b.WriteString(id.String())
		b.WriteByte('/')
	}
	r.Path = b.String()
	return r
}

// Get returns one org, or a NotFound fault.
func (o *Orgs) Get(ctx context.Context, id kernel.OrgID) (Org, error) {
	return o.one(ctx, fmt.Sprintf("load org %d", id), fault.New(fault.NotFound, "没有这个机构。"), "id = ?", int64(id))
}

// ByCode returns the org with the code, or a NotFound fault that names it.
func (o *Orgs) ByCode(ctx context.Context, code string) (Org, error) {
	return o.one(ctx, "load org by code", fault.New(fault.NotFound, "没有代码为 %s 的机构，请先导入机构。", clip(code)), "code = ?", code)
}

func (o *Orgs) one(ctx context.Context, doing string, missing error, where string, arg any) (Org, error) {
	var rows []orgRow
	if err := o.db.Conn(ctx).NewSelect().Model(&rows).Where(where, arg).Limit(1).Scan(ctx); err != nil {
		return Org{}, db.Fault(fmt.Errorf("%s: %w", doing, err))
	}
	if len(rows) == 0 {
		return Org{}, missing
	}
	return rows[0].org(), nil
}

// Many returns the orgs of these ids that exist, by id.
func (o *Orgs) Many(ctx context.Context, ids ...kernel.OrgID) (map[kernel.OrgID]Org, error) {
	out := make(map[kernel.OrgID]Org, len(ids))
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	for part := range slices.Chunk(ids, 2000) {
		var rows []orgRow
		if err := o.db.Conn(ctx).NewSelect().Model(&rows).Where("id IN (?)", bun.List(part)).Scan(ctx); err != nil {
			return nil, db.Fault(fmt.Errorf("load orgs: %w", err))
		}
		for _, r := range rows {
			out[kernel.OrgID(r.ID)] = r.org()
		}
	}
	return out, nil
}

// Words are what names are made of.
type Words struct {
	Kind      Kind
	ShortName string
}

// WordsOf returns the words of the orgs of these ids that exist, by id: for whoever needs those of thousands at once.
func (o *Orgs) WordsOf(ctx context.Context, ids ...kernel.OrgID) (map[kernel.OrgID]Words, error) {
	out := make(map[kernel.OrgID]Words, len(ids))
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	for part := range slices.Chunk(ids, 2000) {
		var rows []struct {
			ID        int64
			Kind      string
			ShortName string
		}
		err := o.db.Conn(ctx).NewSelect().Model((*orgRow)(nil)).Column("id", "kind", "short_name").Where("id IN (?)", bun.List(part)).Scan(ctx, &rows)
		if err != nil {
			return nil, db.Fault(fmt.Errorf("load the words of orgs: %w", err))
		}
		for _, r := range rows {
			out[kernel.OrgID(r.ID)] = Words{Kind(r.Kind), r.ShortName}
		}
	}
	return out, nil
}

// Children returns what hangs directly below an org, by code.
func (o *Orgs) Children(ctx context.Context, parent kernel.OrgID) ([]Org, error) {
	return o.list(ctx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("parent_id = ?", int64(parent)) })
}

// All returns the whole tree, a parent before its children, by code.
func (o *Orgs) All(ctx context.Context) ([]Org, error) {
	return o.list(ctx, func(q *bun.SelectQuery) *bun.SelectQuery { return q })
}

func (o *Orgs) list(ctx context.Context, narrow func(*bun.SelectQuery) *bun.SelectQuery) ([]Org, error) {
	var rows []orgRow
	rank := bun.Safe("CASE level WHEN 'province' THEN 1 WHEN 'city' THEN 2 WHEN 'county' THEN 3 WHEN 'township' THEN 4 ELSE 5 END")
	if err := narrow(o.db.Conn(ctx).NewSelect().Model(&rows)).OrderExpr("?, code", rank).Scan(ctx); err != nil {
		return nil, db.Fault(fmt.Errorf("list orgs: %w", err))
	}
	out := make([]Org, len(rows))
	for i, r := range rows {
		out[i] = r.org()
	}
	return out, nil
}

// insert adds orgs whose parents are there already or stand before them.
func (o *Orgs) insert(ctx context.Context, orgs []Org) error {
	now := o.now()
	rows := make([]orgRow, 0, min(len(orgs), insertAtOnce))
	for len(orgs) > 0 {
		n := min(len(orgs), insertAtOnce)
		rows = rows[:0]
		for _, g := range orgs[:n] {
			rows = append(rows, orgRowOf(g, now))
		}
		if _, err := o.db.Conn(ctx).NewInsert().Model(&rows).Exec(ctx); err != nil {
			return fmt.Errorf("insert orgs: %w", err)
		}
		orgs = orgs[n:]
	}
	return nil
}

// update writes an org's names.
func (o *Orgs) update(ctx context.Context, g Org) error {
	_, err := o.db.Conn(ctx).NewUpdate().Model((*orgRow)(nil)).
		Set("name = ?", g.Name).Set("short_name = ?", g.ShortName).Set("kind = ?", string(g.Kind)).Set("slug = ?", g.Slug).
		Set("updated_at = ?", o.now()).Where("id = ?", int64(g.ID)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("update org %d: %w", g.ID, err)
	}
	return nil
}
