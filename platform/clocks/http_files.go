package clocks

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
)

func (c *Clocks) exportAll(f *fiber.Ctx) error { return c.export(f, Scope{}) }

func (c *Clocks) exportBelow(f *fiber.Ctx) error {
	in, err := c.scope(f)
	if err != nil {
		return err
	}
	return c.export(f, in)
}

// export gives the whole board as a file, in the order of the screen.
func (c *Clocks) export(f *fiber.Ctx, in Scope) error {
	b, err := c.Board(f.UserContext(), in, filterOf(f))
	if err != nil {
		return err
	}
	rows := [][]string{head}
	for _, l := range b.Lines {
		rows = append(rows, l.fields())
	}
	var out bytes.Buffer
	name, kind := "board", "text/csv; charset=utf-8"
	if f.Query("as") == "xlsx" {
		name, kind = name+".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
		err = writeXLSX(&out, "时限看板", rows)
	} else {
		name += ".csv"
		out.WriteString("\ufeff") // without it office programs read Chinese as noise
		w := csv.NewWriter(&out)
		err = w.WriteAll(harmless(rows))
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	f.Set(fiber.HeaderContentType, kind)
	f.Set(fiber.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="%s-%s"`, c.Now().In(kernel.Beijing).Format("20060102"), name))
	return f.Send(out.Bytes())
}

var head = []string{"网站", "市、县", "状态", "最先到期", "到期时间", "首页", "首页截止", "栏目超期", "栏目临近", "空白栏目", "最久的栏目", "每周更新", "每周截止",
	"24 小时（未办）", "24 小时（超期）", "3 个工作日（未办）", "3 个工作日（超期）", "补审（未办）", "补审（超期）", "其他（未办）", "其他（超期）", "电话"}

// fields are a line of the files, in Chinese whoever asks: they go to the unit.
func (l Line) fields() []string {
	when := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return shownAt(t).In(kernel.Beijing).Format("2006-01-02 15:04")
	}
	all := []string{l.Name, l.RegionName, lightWord(l.Light), l.Next, when(l.NextAt), lightWord(l.Home.Light), when(l.Home.DueAt), fmt.Sprint(l.Over), fmt.Sprint(l.Near),
		fmt.Sprint(l.Blank), l.Worst, lightWord(l.Week.Light), when(l.Week.DueAt)}
	for _, c := range []Cell{l.Hours, l.Days, l.Debts, l.Other} {
		all = append(all, fmt.Sprint(c.Open), fmt.Sprint(c.Late))
	}
	return append(all, l.Phone)
}
