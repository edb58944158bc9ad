package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/column"
)

// The portal's own columns, by the numbers that pieces call them.
const (
	waterColumn = 901 // a topic that runs
	floodColumn = 902 // a topic that is over
	filmColumn  = 903
)

// furnish gives the portal a column of each form that a page may have; the other sites have what their template gives.
func (c *crew) furnish(ctx context.Context, r Rooms, p place) error {
	if p.Kind != cityPlace {
		return nil
	}
	for _, own := range []struct {
		no   int64
		spec column.Spec
		form column.Form
	}{
		{waterColumn, column.Spec{Parent: 70, Kind: "special", Name: "一泓清水永续北送", Slug: "qingshui"}, column.Form{View: column.ViewTopic, Sections: []int64{1, 2, 20}, Each: 5}},
		{floodColumn, column.Spec{Parent: 70, Kind: "special", Name: "防汛进行时", Slug: "fangxun"}, column.Form{View: column.ViewTopic}},
		{filmColumn, column.Spec{Parent: 60, Kind: "about", Name: "视频音频", Slug: "yingxiang"}, column.Form{View: column.ViewMedia}},
		{0, column.Spec{Parent: 20, Kind: "about", Name: "国务院政策（中国政府网）", Slug: "guowuyuan"}, column.Form{View: column.ViewLink, Target: "https://www.gov.cn/zhengce/"}},
	} {
		id, err := r.Columns.Add(ctx, c.site, own.spec)
		if err == nil {
			err = r.Columns.SetForm(ctx, c.site, id, own.form)
		}
		if err != nil {
			return fmt.Errorf("add column %s: %w", own.spec.Name, err)
		}
		c.columns[own.no] = id
	}
	for id, view := range map[int64]string{31: column.ViewLeaders, 34: column.ViewOffices} {
		if err := r.Columns.SetForm(ctx, c.site, id, column.Form{View: view}); err != nil {
			return fmt.Errorf("form column %d: %w", id, err)
		}
	}
	return nil
}

// close ends the topic that is over at the first start.
func (c *crew) close(ctx context.Context, r Rooms, start time.Time) error {
	return r.Columns.SetForm(ctx, c.site, c.columns[floodColumn], column.Form{View: column.ViewTopic, Opens: column.Day(start.AddDate(0, 0, -160)), Closes: column.Day(start.AddDate(0, 0, -50))})
}

// values are what a piece says in the fields of its column, in their order.
func (c *crew) values(ctx context.Context, r Rooms, site kernel.SiteID, k int64, said string) ([]article.Field, error) {
	if said == "" {
		return nil, nil
	}
	words := strings.Split(said, "|")
	sheet, err := r.Columns.Fields(ctx, site, k)
	if err != nil {
		return nil, err
	}
	if len(sheet.Fields) < len(words) {
		return nil, fault.New(fault.Invalid, "栏目 %d 没有这么多字段。", k)
	}
	all := make([]article.Field, len(words))
	for i, w := range words {
		f := sheet.Fields[i]
		all[i] = article.Field{Key: f.Key, Label: f.Label, Type: f.Type, Value: w}
	}
	return all, nil
}
