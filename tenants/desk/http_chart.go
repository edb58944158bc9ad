package desk

import (
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/render"
)

// plotLine asks of a table of the text whether it is shown as a chart as well (d12).
type plotLine struct {
	ID, Title string
	Kinds     []option
}

// plotKinds are what a table may be shown as besides itself.
var plotKinds = []struct{ value, word string }{{"", "只显示表格"}, {render.ChartBar, "柱形图"}, {render.ChartLine, "折线图"}}

// plotLines are the tables of a text as a form asks for them.
func plotLines(c *fiber.Ctx, body string) (all []plotLine) {
	for i, p := range render.Plots(body) {
		l := plotLine{ID: "chart-" + strconv.Itoa(i+1), Title: p.Title}
		for _, k := range plotKinds {
			l.Kinds = append(l.Kinds, option{k.value, say(c, k.word), k.value == p.Kind})
		}
		all = append(all, l)
	}
	return all
}

// plotted refuses a chart that cannot be drawn.
func plotted(body string) error {
	for i, p := range render.Plots(body) {
		if p.Kind != "" && !p.Drawn {
			return fault.In("chart", "第 %d 个表格画不成图：第一行应是名称，第一列应是项目，其余都是数字，最多 24 行、4 列数字。请改表格，或者选“只显示表格”。", i+1)
		}
	}
	return nil
}
