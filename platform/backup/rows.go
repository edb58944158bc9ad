package backup

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"
)

// The kinds of columns that both engines have.
const (
	kindInt  = "int"
	kindText = "text"
	kindBool = "bool"
	kindTime = "time"
)

// row is one row: int64, string, bool, time.Time or nil, in the order of its columns.
type row []any

// timeForm keeps microseconds, as both engines do.
const timeForm = "2006-01-02T15:04:05.999999Z"

// appendRow writes a row as one line of JSON. Equal rows are equal lines.
func appendRow(b []byte, c *Columns, r row) ([]byte, error) {
	b = append(b, '[')
	for i, v := range r {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = appendValue(b, c.Kinds[i], v); err != nil {
			return nil, fmt.Errorf("column %s: %w", c.Names[i], err)
		}
	}
	return append(b, ']', '\n'), nil
}

func appendValue(b []byte, kind string, v any) ([]byte, error) {
	if raw, ok := v.([]byte); ok {
		v = string(raw)
	}
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case int64:
		if kind == kindBool {
			return strconv.AppendBool(b, v != 0), nil
		}
		if kind == kindInt {
			return strconv.AppendInt(b, v, 10), nil
		}
	case bool:
		if kind == kindBool {
			return strconv.AppendBool(b, v), nil
		}
	case time.Time:
		if kind == kindTime {
			return append(v.UTC().AppendFormat(append(b, '"'), timeForm), '"'), nil
		}
	case string:
		if kind == kindText {
			return appendText(b, v)
		}
	}
	return nil, fmt.Errorf("%T stands in a column of %s", v, kind)
}

func appendText(b []byte, s string) ([]byte, error) {
	if !utf8.ValidString(s) {
		return nil, fmt.Errorf("%.40q is not UTF-8", s)
	}
	var w bytes.Buffer
	e := json.NewEncoder(&w)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return nil, err
	}
	return append(b, bytes.TrimSuffix(w.Bytes(), []byte{'\n'})...), nil
}

// parseRow reads what appendRow wrote.
func parseRow(line []byte, c *Columns) (row, error) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	var r []any
	if err := d.Decode(&r); err != nil {
		return nil, err
	}
	if len(r) != len(c.Kinds) {
		return nil, fmt.Errorf("%d values for %d columns", len(r), len(c.Kinds))
	}
	for i, v := range r {
		if v == nil {
			continue
		}
		parsed, err := parseValue(c.Kinds[i], v)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", c.Names[i], err)
		}
		r[i] = parsed
	}
	return r, nil
}

func parseValue(kind string, v any) (any, error) {
	switch v := v.(type) {
	case json.Number:
		if kind == kindInt {
			return v.Int64()
		}
	case bool:
		if kind == kindBool {
			return v, nil
		}
	case string:
		switch kind {
		case kindText:
			return v, nil
		case kindTime:
			return time.Parse(time.RFC3339Nano, v)
		}
	}
	return nil, fmt.Errorf("%v in a column of %s", v, kind)
}

// at is where a column stands, or -1.
func (c *Columns) at(name string) int {
	for i, n := range c.Names {
		if n == name {
			return i
		}
	}
	return -1
}

// number is an integer of the row, 0 when it is null or no such column.
func (c *Columns) number(r row, name string) int64 {
	if i := c.at(name); i >= 0 {
		n, _ := r[i].(int64)
		return n
	}
	return 0
}

// text is a text of the row, "" when it is null or no such column.
func (c *Columns) text(r row, name string) string {
	if i := c.at(name); i >= 0 {
		s, _ := r[i].(string)
		return s
	}
	return ""
}

// moment is a time of the row, zero when it is null or no such column.
func (c *Columns) moment(r row, name string) time.Time {
	if i := c.at(name); i >= 0 {
		t, _ := r[i].(time.Time)
		return t
	}
	return time.Time{}
}
