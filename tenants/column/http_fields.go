package column

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/platform/console"
)

// fieldsPage is what a column asks for beside title and body.
type fieldsPage struct {
	Back, Action, Name string
	Version            int64
	Rows               []fieldRow
	Count              int
	Wrong              trouble
}

// fieldRow is a field as it is typed; N names its inputs.
type fieldRow struct {
	N, Order                  int
	Key, Label, Help, Choices string
	Required                  bool
	Types                     []option
	Wrong                     string
	kind                      string
}

var fieldsView = console.Define[fieldsPage]("column", "fields")

var typeNames = map[string]string{AsText: "一行文字", AsLong: "多行文字", AsDay: "日期", AsNumber: "数字", AsChoice: "选项", AsLink: "网址"}

// spare is how many empty rows the form has for new fields.
const spare = 2

func (k *Keeper) showFields(c *fiber.Ctx) error {
	_, col, err := k.found(c)
	if err != nil {
		return err
	}
	s, err := k.Fields(c.UserContext(), col.Site, col.ID)
	if err != nil {
		return err
	}
	var rows []fieldRow
	for i, f := range s.Fields {
		rows = append(rows, fieldRow{N: i, Order: (i + 1) * 10, Key: f.Key, Label: f.Label, Help: f.Help, Required: f.Required, kind: f.Type, Choices: strings.Join(f.Choices, "\n")})
	}
	return k.fields(c, rows, s.Version, nil)
}

func (k *Keeper) fields(c *fiber.Ctx, rows []fieldRow, version int64, err error) error {
	_, col, lost := k.found(c)
	if lost != nil {
		return lost
	}
	page := console.Page{Title: say(c, "栏目的字段"), Site: col.Site}
	p := fieldsPage{Back: sheetAt(c, col.ID), Action: sheetAt(c, col.ID) + "/fields", Name: col.Name, Version: version}
	if err != nil {
		if err := troubled(c, err, &page, &p.Wrong); err != nil {
			return err
		}
	}
	for range min(spare, MostFields-len(rows)) {
		rows = append(rows, fieldRow{N: len(rows), Order: (len(rows) + 1) * 10, kind: AsText})
	}
	for i := range rows {
		rows[i].Wrong = p.Wrong.At("label-" + strconv.Itoa(i))
		for _, t := range FieldTypes {
			rows[i].Types = append(rows[i].Types, option{t, say(c, typeNames[t]), t == rows[i].kind})
		}
	}
	p.Rows, p.Count = rows, len(rows)
	return fieldsView.Show(k.Console, c, page, p)
}

// readRows are the rows that are filled in, in their order.
func readRows(c *fiber.Ctx) (rows []fieldRow) {
	n, _ := strconv.Atoi(c.FormValue("rows"))
	for i := range max(0, min(n, MostFields+spare)) {
		at := "-" + strconv.Itoa(i)
		order, err := strconv.Atoi(typed(c, "order"+at))
		if err != nil {
			order = (i + 1) * 10
		}
		r := fieldRow{Order: order, Key: typed(c, "key"+at), Label: typed(c, "label"+at), Help: typed(c, "help"+at), kind: typed(c, "type"+at),
			Required: c.FormValue("required"+at) == "1", Choices: typed(c, "choices"+at)}
		if strings.TrimSpace(r.Label) != "" {
			rows = append(rows, r)
		}
	}
	slices.SortStableFunc(rows, func(a, b fieldRow) int { return a.Order - b.Order })
	for i := range rows {
		rows[i].N = i
	}
	return rows
}

func (k *Keeper) setFields(c *fiber.Ctx) error {
	_, col, err := k.found(c)
	if err != nil {
		return err
	}
	rows := readRows(c)
	var fields []Field
	for _, r := range rows {
		fields = append(fields, Field{Key: r.Key, Label: r.Label, Type: r.kind, Required: r.Required, Help: r.Help, Choices: strings.Split(r.Choices, "\n")})
	}
	if err := k.SetFields(c.UserContext(), col.Site, col.ID, looked(c), fields); err != nil {
		now, lost := k.Fields(c.UserContext(), col.Site, col.ID)
		if lost != nil {
			return lost
		}
		return k.fields(c, rows, now.Version, err) // whoever was told of another's change has seen it
	}
	return back(c, "fields")
}
