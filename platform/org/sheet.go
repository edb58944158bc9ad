package org

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

// Bounds of a sheet. All of China's divisions are 44,700 rows and 2 MB.
const (
	sheetBytes   = 64 << 20
	sheetRows    = 300_000
	problemsKept = 200
)

// Problem is one thing wrong with a sheet.
type Problem struct {
	Line   int    `json:"line"`   // of the file, from 1
	Column int    `json:"column"` // field, from 1; 0 is the whole line
	Field  string `json:"field,omitempty"`
	Say    string `json:"say"`
	Err    error  `json:"-"` // the fault that Say is of, for another language
}

func problem(line int, field string, err error) Problem {
	return Problem{Line: line, Field: field, Say: fault.Say(err), Err: err}
}

func (p Problem) String() string { return fault.Say(p.Fault()) }

// Fault is the problem and where in the sheet it is.
func (p Problem) Fault() error {
	if p.Column > 0 {
		return fault.New(fault.Invalid, "第 %d 行第 %d 列（%s）：%s", p.Line, p.Column, p.Field, p.Err)
	}
	return fault.New(fault.Invalid, "第 %d 行：%s", p.Line, p.Err)
}

// Sheet is a table that an operator imports: CSV in UTF-8, plain or gzip, with or without byte order mark.
type Sheet struct {
	Rows     []Row
	Problems []Problem // what could not be read; at most problemsKept are kept
	Wrong    int       // how many problems there are in all
	fields   []string
	at       map[string]int
}

// Row is one line of a sheet.
type Row struct {
	Line  int
	cells []string
	sheet *Sheet
}

// Get returns the trimmed cell below the header name, or "" when the sheet has no such column.
func (r Row) Get(name string) string {
	if i, ok := r.sheet.at[name]; ok {
		return r.cells[i]
	}
	return ""
}

// Bad notes a problem with the cell of row r below the header name; "" is the whole line.
func (s *Sheet) Bad(r Row, name string, err error) {
	p := problem(r.Line, name, err)
	if i, ok := s.at[name]; ok {
		p.Column = i + 1
	} else {
		p.Field = ""
	}
	s.note(p)
}

func (s *Sheet) note(p Problem) {
	s.Wrong++
	if len(s.Problems) < problemsKept {
		s.Problems = append(s.Problems, p)
	}
}

// Sorted puts the problems in the order of the file.
func (s *Sheet) Sorted() []Problem {
	slices.SortStableFunc(s.Problems, func(a, b Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return s.Problems
}

// Err is the fault of a sheet with problems, or nil.
func (s *Sheet) Err() error {
	if s.Wrong == 0 {
		return nil
	}
	return fault.New(fault.Invalid, "文件有 %d 处问题，没有写入任何内容。第一处：%s", s.Wrong, s.Sorted()[0].Fault())
}

// ReadSheet reads a sheet whose header may name the known columns and must name the required ones. A file that is
// no such sheet at all is a fault; a bad line is a Problem and the others are still read.
func ReadSheet(r io.Reader, known, required []string) (*Sheet, error) {
	plain, err := unzipped(r)
	if err != nil {
		return nil, err
	}
	bounded := &io.LimitedReader{R: plain, N: sheetBytes + 1}
	c := csv.NewReader(bounded)
	c.FieldsPerRecord = -1
	s := &Sheet{at: map[string]int{}}
	head, err := c.Read()
	if errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Invalid, "文件是空的，第一行应为表头：%s。", strings.Join(known, ","))
	}
	if err != nil {
		return nil, sheetFault(err)
	}
	if err := s.header(head, known, required); err != nil {
		return nil, err
	}
	for {
		cells, err := c.Read()
		var pe *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			if bounded.N <= 0 {
				return nil, fault.New(fault.TooLarge, "文件展开后超过 64 MB，请分成几份导入。")
			}
			return s, nil
		case errors.As(err, &pe):
			s.note(problem(pe.Line, "", quoting(pe)))
			continue
		case err != nil:
			return nil, sheetFault(err)
		}
		if len(s.Rows) == sheetRows {
			return nil, fault.New(fault.TooLarge, "文件超过 %d 行，请分成几份导入。", sheetRows)
		}
		line, _ := c.FieldPos(0)
		s.row(line, cells)
	}
}

func (s *Sheet) header(head, known, required []string) error {
	for i, name := range head {
		name = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))
		switch {
		case !slices.Contains(known, name):
			return fault.New(fault.Invalid, "表头第 %d 列“%s”不认识。可用的列：%s。", i+1, clip(name), strings.Join(known, ","))
		case slices.Contains(s.fields, name):
			return fault.New(fault.Invalid, "表头的 %s 列出现了两次。", name)
		}
		s.at[name] = i
		s.fields = append(s.fields, name)
	}
	for _, name := range required {
		if _, ok := s.at[name]; !ok {
			return fault.New(fault.Invalid, "表头缺少 %s 列。表头必须有：%s。", name, strings.Join(required, ","))
		}
	}
	return nil
}

func (s *Sheet) row(line int, cells []string) {
	r := Row{Line: line, cells: cells, sheet: s}
	if len(cells) != len(s.fields) {
		s.note(problem(line, "", fault.New(fault.Invalid, "应有 %d 列，实有 %d 列。", len(s.fields), len(cells))))
		return
	}
	empty, wrong := true, s.Wrong
	for i, v := range cells {
		v = strings.TrimSpace(v)
		cells[i] = v
		empty = empty && v == ""
		if !utf8.ValidString(v) {
			s.Bad(r, s.fields[i], fault.New(fault.Invalid, "不是 UTF-8 编码，请把文件另存为“CSV UTF-8”后再导入。"))
		} else if at := strings.IndexFunc(v, hidden); at >= 0 {
			c, _ := utf8.DecodeRuneInString(v[at:])
			s.Bad(r, s.fields[i], fault.New(fault.Invalid, "含有看不见的字符 %U。", c))
		}
	}
	if !empty && s.Wrong == wrong {
		s.Rows = append(s.Rows, r)
	}
}

// hidden finds what must not stand in a cell: controls, zero-width and direction marks.
func hidden(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }

func unzipped(r io.Reader) (io.Reader, error) {
	b := bufio.NewReader(r)
	magic, err := b.Peek(2)
	if err != nil || magic[0] != 0x1f || magic[1] != 0x8b {
		return b, nil // short files are the CSV reader's matter
	}
	z, err := gzip.NewReader(b)
	if err != nil {
		return nil, sheetFault(err)
	}
	return z, nil
}

func sheetFault(err error) error {
	var pe *csv.ParseError
	if errors.As(err, &pe) {
		return fault.New(fault.Invalid, "第 %d 行：%s", pe.Line, quoting(pe))
	}
	return fault.Because(err, fault.Invalid, "文件读不完整：不是 CSV，或压缩包已损坏。")
}

func quoting(pe *csv.ParseError) error {
	if errors.Is(pe.Err, csv.ErrBareQuote) || errors.Is(pe.Err, csv.ErrQuote) {
		return fault.New(fault.Invalid, "第 %d 个字节处引号用得不对：含引号的内容要整个用双引号括起来，里面的引号写两遍。", pe.Column)
	}
	return fault.New(fault.Invalid, "这一行不是合法的 CSV。")
}
