package estate

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/site"
)

// Checked is a sheet of sites as it would be opened, row by row.
type Checked struct {
	Report site.Report
	Rows   []Checkrow
}

// Checkrow is a row of a sheet: Wrong is what is wrong with it.
type Checkrow struct {
	Line  int
	Words string // its cells, for recognising it
	Wrong []error
	raw   string
}

// CheckSheet says what opening the sites of a sheet would do, and writes nothing.
func (e *Estate) CheckSheet(ctx context.Context, text string) (Checked, error) {
	r, err := e.Sites.Import(ctx, strings.NewReader(text), true)
	if err != nil && r.Wrong == 0 {
		return Checked{}, err
	}
	c := Checked{Report: r}
	_, c.Rows = records(text)
	for _, p := range r.Problems {
		for i := range c.Rows {
			if c.Rows[i].Line == p.Line {
				c.Rows[i].Wrong = append(c.Rows[i].Wrong, p.Err)
			}
		}
	}
	return c, nil
}

// OpenSheet opens the sites of the rows that nothing is wrong with, all of them or none, and answers the sheet of the others.
func (e *Estate) OpenSheet(ctx context.Context, text string) (r site.Report, rest string, err error) {
	c, err := e.CheckSheet(ctx, text)
	if err != nil {
		return r, text, err
	}
	if c.Report.Wrong > len(c.Report.Problems) {
		return r, text, fault.New(fault.Invalid, "有 %d 处问题，太多了。请先改好一部分再开通。", c.Report.Wrong)
	}
	head, _ := records(text)
	good, bad := head, head
	for _, row := range c.Rows {
		if len(row.Wrong) == 0 {
			good += row.raw
		} else {
			bad += row.raw
		}
	}
	if good != head {
		if r, err = e.Sites.Import(ctx, strings.NewReader(good), false); err != nil {
			return r, text, err
		}
	}
	if bad == head {
		bad = ""
	}
	r.Wrong, r.Problems = c.Report.Wrong, c.Report.Problems
	return r, bad, nil
}

// records takes a sheet apart without changing a byte of it: the header, and each row as it stands.
func records(text string) (head string, rows []Checkrow) {
	c := csv.NewReader(strings.NewReader(text))
	c.FieldsPerRecord = -1
	for from := int64(0); ; {
		cells, err := c.Read()
		if errors.Is(err, io.EOF) {
			return head, rows
		}
		raw := text[from:c.InputOffset()]
		from = c.InputOffset()
		if !strings.HasSuffix(raw, "\n") {
			raw += "\n"
		}
		var pe *csv.ParseError
		switch {
		case head == "" && (err == nil || errors.As(err, &pe)): // a header that cannot be read is refused by the check
			head = raw
		case errors.As(err, &pe):
			rows = append(rows, Checkrow{Line: pe.Line, Words: strings.TrimSpace(raw), raw: raw})
		case err != nil: // a strings.Reader has no other
			return head, rows
		default:
			line, _ := c.FieldPos(0)
			rows = append(rows, Checkrow{Line: line, Words: strings.Join(cells, " "), raw: raw})
		}
	}
}

// fromTable makes a sheet of what was copied out of a table program, where tabs stand between the cells.
func fromTable(text string) string {
	text = strings.TrimPrefix(text, "\ufeff")
	head, _, _ := strings.Cut(text, "\n")
	if !strings.Contains(head, "\t") || strings.Contains(head, ",") {
		return text
	}
	c := csv.NewReader(strings.NewReader(text))
	c.Comma, c.LazyQuotes, c.FieldsPerRecord = '\t', true, -1
	all, err := c.ReadAll()
	if err != nil {
		return text // the check says what is wrong with it
	}
	var b strings.Builder
	if err := csv.NewWriter(&b).WriteAll(all); err != nil {
		return text
	}
	return b.String()
}

// problemsOf are the problems that no row shows.
func (c Checked) problemsOf() (left []org.Problem) {
	at := map[int]bool{}
	for _, row := range c.Rows {
		at[row.Line] = true
	}
	for _, p := range c.Report.Problems {
		if !at[p.Line] {
			left = append(left, p)
		}
	}
	return left
}
