package estate

import (
	"io"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/site"
)

// importPage is where a sheet of sites is checked row by row and opened.
type importPage struct {
	Text      string
	Wrong     trouble
	Checked   bool
	Opened    bool
	Report    site.Report
	Good, Bad int
	Rows      []sheetRow
	More      int // rows that are not shown
	Others    []string
}

// sheetRow is a row of the sheet as it is shown: Say is what to do about it, or "".
type sheetRow struct {
	Line       int
	Words, Say string
}

var importView = console.Define[importPage]("estate", "import")

// linesAtMost is how many rows without a problem are shown; those with one are all shown.
const linesAtMost = 500

// What one sheet may hold: the whole of a province's townships is a third of it.
const (
	sheetMost     = 8 << 20
	sheetRowsMost = 20_000
)

func (e *Estate) showImport(c *fiber.Ctx) error { return e.sheets(c, importPage{}, nil) }

func (e *Estate) sheets(c *fiber.Ctx, p importPage, err error) error {
	page := console.Page{Title: say(c, "批量开通")}
	if err != nil {
		var is bool
		if p.Wrong, page.Status, is = wrong(c, err); !is {
			return err
		}
	}
	return importView.Show(e.Console, c, page, p)
}

// imports checks a sheet, or opens what is right in it.
func (e *Estate) imports(c *fiber.Ctx) error {
	ctx := c.UserContext()
	text, err := sheetOf(c)
	p := importPage{Text: text}
	if err != nil {
		return e.sheets(c, p, err)
	}
	if c.FormValue("do") == "open" {
		if p.Report, p.Text, err = e.OpenSheet(ctx, text); err != nil {
			return e.sheets(c, p, err)
		}
		p.Opened = true
	}
	if p.Text == "" {
		return e.sheets(c, p, nil)
	}
	found, err := e.CheckSheet(ctx, p.Text)
	if err != nil {
		return e.sheets(c, p, err)
	}
	p.list(found, func(err error) string { return console.Told(c, err) })
	return e.sheets(c, p, nil)
}

func (p *importPage) list(found Checked, told func(error) string) {
	p.Checked = true
	if !p.Opened {
		p.Report = found.Report
	}
	for _, r := range found.Rows {
		row := sheetRow{Line: r.Line, Words: r.Words}
		for _, err := range r.Wrong {
			row.Say += told(err)
		}
		if row.Say != "" {
			p.Bad++
		} else {
			p.Good++
		}
		if row.Say != "" || len(p.Rows) < linesAtMost {
			p.Rows = append(p.Rows, row)
		} else {
			p.More++
		}
	}
	for _, q := range found.problemsOf() {
		p.Others = append(p.Others, told(q.Fault()))
	}
}

// sheetOf is the sheet that was chosen as a file, or pasted.
func sheetOf(c *fiber.Ctx) (string, error) {
	text := strings.ReplaceAll(strings.Clone(c.FormValue("text")), "\r\n", "\n")
	if f, err := c.FormFile("file"); err == nil && f.Size > 0 {
		r, err := f.Open()
		if err != nil {
			return text, err
		}
		defer r.Close()
		b, err := io.ReadAll(r)
		if err != nil {
			return text, err
		}
		text = strings.ReplaceAll(string(b), "\r\n", "\n")
	}
	if strings.TrimSpace(text) == "" {
		return text, fault.In("text", "请选择表格文件，或把表格粘贴到下面。")
	}
	if strings.ContainsRune(text, 0) || !strings.Contains(text, "\n") {
		return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "\uFFFD"), fault.In("text", "这不是 CSV 表格。请把文件另存为“CSV UTF-8”，第一行是表头，下面每行一个网站。")
	}
	if strings.Count(text, "\n") > sheetRowsMost+1 {
		return text, fault.In("text", "表格超过 %d 行，太多了。请分成几个表格，或用 zhanqun site import。", sheetRowsMost)
	}
	return fromTable(text), nil
}
