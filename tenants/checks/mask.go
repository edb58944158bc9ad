package checks

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"html"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

var sharedPart = regexp.MustCompile(`^xl/sharedStrings\.xml$`)

// Masked is an attachment with the numbers of people masked, and how many there were: DOCX and XLSX, in the text, the cells, the notes and what was
// struck out. All else in the file stays as it is. A PDF is masked in the document it was made of.
func Masked(name string, raw []byte) (out []byte, n int, err error) {
	var in []*regexp.Regexp
	switch strings.ToLower(path.Ext(name)) {
	case ".docx":
		in = []*regexp.Regexp{wordParts}
	case ".xlsx":
		in = []*regexp.Regexp{sheetParts, sharedPart, commentParts}
	default:
		return nil, 0, fault.New(fault.Invalid, "“%s”不能直接遮：只有 DOCX 和 XLSX 可以。PDF 请在原稿里遮好再导出。", name)
	}
	if len(raw) > attachMost {
		return nil, 0, fault.New(fault.TooLarge, "文件“%s”太大，最多 %d MB。", name, attachMost>>20)
	}
	out, n, err = repack(raw, func(part string) bool {
		return slices.ContainsFunc(in, func(r *regexp.Regexp) bool { return r.MatchString(part) })
	})
	if err != nil {
		return nil, 0, fault.Because(err, fault.Invalid, "文件“%s”读不出来：可能已损坏或加密。", name)
	}
	return out, n, nil
}

// repack writes the package again, with the chosen parts masked.
func repack(raw []byte, chosen func(string) bool) ([]byte, int, error) {
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, 0, err
	}
	if len(z.File) > partsMost {
		return nil, 0, errTooMuch
	}
	var out bytes.Buffer
	w, budget, total := zip.NewWriter(&out), &parts{left: partMost}, 0
	for _, f := range z.File {
		if !chosen(f.Name) {
			if err := w.Copy(f); err != nil {
				return nil, 0, err
			}
			continue
		}
		n, err := maskPart(w, f, budget)
		if err != nil {
			return nil, 0, err
		}
		total += n
	}
	if err := w.Close(); err != nil {
		return nil, 0, err
	}
	return out.Bytes(), total, nil
}

func maskPart(w *zip.Writer, f *zip.File, budget *parts) (int, error) {
	r, err := f.Open()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	source, err := io.ReadAll(counted{r, budget})
	if err != nil {
		return 0, err
	}
	masked, n, err := maskXML(string(source))
	if err != nil {
		return 0, err
	}
	to, err := w.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: f.Modified})
	if err == nil {
		_, err = io.WriteString(to, masked)
	}
	return n, err
}

// edit puts a text in place of source[from:to].
type edit struct {
	span
	text string
}

// markup reads one part: its words as a field, and the cells that hold bare numbers.
type markup struct {
	field
	words       strings.Builder
	in          string // the element whose words count, or ""
	cell, value span   // of the open cell: its tag, its value
	kind, tag   string
	edits       []edit
	count       int
}

// maskXML masks the numbers of people in one part.
func maskXML(source string) (string, int, error) {
	m := &markup{field: field{name: "part", source: source}}
	d := xml.NewDecoder(strings.NewReader(source))
	d.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errors.New("checks: not UTF-8") }
	for {
		from := int(d.InputOffset())
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", 0, err
		}
		m.token(t, span{from, int(d.InputOffset())})
	}
	m.text = m.words.String()
	for _, f := range m.personal() {
		m.count++
		m.put(f)
	}
	slices.SortFunc(m.edits, func(a, b edit) int { return a.from - b.from })
	var b strings.Builder
	at := 0
	for _, e := range m.edits {
		b.WriteString(source[at:e.from] + e.text)
		at = e.to
	}
	return b.String() + source[at:], m.count, nil
}

func (m *markup) token(t xml.Token, at span) {
	switch t := t.(type) {
	case xml.StartElement:
		switch t.Name.Local {
		case "t", "delText", "v":
			m.in = t.Name.Local
		case "c":
			m.cell, m.value, m.kind, m.tag = at, span{}, "", m.source[at.from:at.to]
			for _, a := range t.Attr {
				if a.Name.Local == "t" {
					m.kind = a.Value
				}
			}
		case "tab", "br", "cr":
			m.words.WriteByte('\n')
		}
	case xml.EndElement:
		m.in = ""
		switch t.Name.Local {
		case "c":
			m.bare()
			m.words.WriteByte('\n')
		case "p", "si", "row", "comment", "threadedComment":
			m.words.WriteByte('\n')
		}
	case xml.CharData:
		number := m.in == "v" && (m.kind == "" || m.kind == "n")
		switch {
		case number:
			m.value = at
		case m.in == "v" && m.kind == "s": // the number of a shared text
		case m.in != "" && !strings.HasPrefix(m.source[at.from:at.to], "<![CDATA["):
			m.run(&m.words, m.source[at.from:at.to], at.from)
		}
	}
}

// bare masks a cell that holds nothing but a number; it becomes one that holds a text.
func (m *markup) bare() {
	if m.value == (span{}) {
		return
	}
	shown := plain("cell", cell(m.kind, m.source[m.value.from:m.value.to], nil))
	found := shown.personal()
	if len(found) != 1 {
		return
	}
	m.count++
	tag := strings.Replace(m.tag, ` t="n"`, "", 1)
	m.edits = append(m.edits, edit{m.cell, strings.TrimSuffix(tag, ">") + ` t="str">`}, edit{m.value, found[0].Fix.Text})
}

// put masks a finding character for character in every piece of the part that it lies in.
func (m *markup) put(f Finding) {
	rest := []rune(f.Fix.Text)
	for _, p := range m.pieces {
		s := span{max(p.from, f.Place.Start), min(p.from+p.width, f.Place.End)}
		if s.from >= s.to {
			continue
		}
		n := min(utf8.RuneCountInString(html.UnescapeString(m.source[s.from:s.to])), len(rest))
		m.edits = append(m.edits, edit{s, html.EscapeString(string(rest[:n]))})
		rest = rest[n:]
	}
}
