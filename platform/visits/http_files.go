package visits

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
)

// fileLines is how many pages a file names.
const fileLines = 2000

// exportSite gives the periods of a report as a file, or its pages.
func (v *Visits) exportSite(c *fiber.Ctx) error {
	id, span := at(c), spanOf(c)
	if c.Query("of") == "pages" {
		return v.exportPages(c, id, span)
	}
	r, err := v.Of(c.UserContext(), id, span)
	if err != nil {
		return err
	}
	rows := [][]string{{"日期", "浏览量", "访问次数"}}
	for _, p := range r.Periods {
		rows = append(rows, append([]string{p.Name}, p.fields()...))
	}
	return v.send(c, fmt.Sprintf("visits-%s", id), rows)
}

func (v *Visits) exportPages(c *fiber.Ctx, id kernel.SiteID, span int) error {
	lines, err := v.Most(c.UserContext(), id, span, "/", fileLines)
	if err != nil {
		return err
	}
	rows := [][]string{{"页面", "地址", "浏览量", "访问次数"}}
	for _, l := range lines {
		rows = append(rows, append([]string{l.Text, l.Href}, l.fields()...))
	}
	return v.send(c, fmt.Sprintf("visits-pages-%s", id), rows)
}

// exportAll gives the list of all sites as a file, in the order of the screen.
func (v *Visits) exportAll(c *fiber.Ctx) error {
	all, err := v.All(c.UserContext(), spanOf(c), c.Query("by"))
	if err != nil {
		return err
	}
	rows := [][]string{{"网站", "浏览量", "访问次数", "上期浏览量", "上期访问次数"}}
	for _, l := range all {
		rows = append(rows, append(append([]string{l.Name}, l.Now.fields()...), l.Before.fields()...))
	}
	return v.send(c, "visits", rows)
}

func (f Figures) fields() []string {
	return []string{strconv.FormatInt(f.Reads, 10), strconv.FormatInt(f.Visits, 10)}
}

// send answers with a file that office programs read as Chinese and take no text of for a formula.
func (v *Visits) send(c *fiber.Ctx, name string, rows [][]string) error {
	var out bytes.Buffer
	out.WriteString("\ufeff")
	for _, r := range rows {
		for i := range r {
			r[i] = harmless(r[i])
		}
	}
	if err := csv.NewWriter(&out).WriteAll(rows); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	c.Set(fiber.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="%s-%s.csv"`, v.Now().In(kernel.Beijing).Format("20060102"), name))
	return c.Send(out.Bytes())
}

// harmless puts an apostrophe before what begins like a formula.
func harmless(s string) string {
	if strings.IndexAny(s, "=+-@\t\r") == 0 {
		return "'" + s
	}
	return s
}
