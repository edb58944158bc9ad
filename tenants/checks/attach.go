package checks

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/big"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ledongthuc/pdf"
	"github.com/zhanqun/zhanqun/kernel/fault"
)

const (
	attachMost = 32 << 20 // bytes of a file
	partMost   = 64 << 20 // bytes that all its parts may unpack to
	textMost   = 8 << 20  // bytes of its text
	partsMost  = 10_000
	pdfWithin  = 20 * time.Second
)

// Text is the words of an attachment, a line for each paragraph or row: XLSX, DOCX, PDF with a text layer, and plain text. What a reader does not see
// at once is read too: hidden sheets, notes, comments, what was struck out under tracked changes. Numbers of people leak from there.
func Text(name string, r io.Reader) (string, error) {
	raw, err := io.ReadAll(io.LimitReader(r, attachMost+1))
	if err != nil {
		return "", fault.Because(err, fault.Invalid, "没有读到完整的文件“%s”。", name)
	}
	if len(raw) > attachMost {
		return "", fault.New(fault.TooLarge, "文件“%s”太大，最多 %d MB。", name, attachMost>>20)
	}
	var text string
	switch ext := strings.ToLower(path.Ext(name)); ext {
	case ".docx":
		text, err = unpack(raw, readDocument)
	case ".xlsx":
		text, err = unpack(raw, readWorkbook)
	case ".pdf":
		text, err = readPDF(raw)
	case ".txt", ".csv", ".md":
		text = string(raw)
	default:
		return "", fault.New(fault.Invalid, "“%s”不是能检查的文件：只认 DOCX、XLSX、PDF 和纯文本，旧的 DOC、XLS 请先另存。", name)
	}
	if err != nil {
		return "", fault.Because(err, fault.Invalid, "文件“%s”读不出来：可能已损坏、加密，或是扫描件。", name)
	}
	return strings.ToValidUTF8(text, "\ufffd"), nil
}

// errTooMuch says that a file unpacks to more than is read.
var errTooMuch = errors.New("checks: it unpacks to too much")

// parts are the files of an OOXML package, read within one budget.
type parts struct {
	files map[string]*zip.File
	left  int64
}

func unpack(raw []byte, read func(*parts, *strings.Builder) error) (string, error) {
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return "", err
	}
	if len(z.File) > partsMost {
		return "", errTooMuch
	}
	p := &parts{files: map[string]*zip.File{}, left: partMost}
	for _, f := range z.File {
		p.files[f.Name] = f
	}
	var b strings.Builder
	if err := read(p, &b); err != nil {
		return "", err
	}
	return b.String(), nil
}

// counted reads against the budget.
type counted struct {
	r io.Reader
	p *parts
}

func (c counted) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	if c.p.left -= int64(n); c.p.left < 0 {
		return n, errTooMuch
	}
	return n, err
}

// each gives the elements of a part: its start tags, its end tags, its words.
func (p *parts) each(name string, f func(xml.Token) error) error {
	part := p.files[name]
	if part == nil {
		return fmt.Errorf("checks: no %s in the file", name)
	}
	r, err := part.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	d := xml.NewDecoder(counted{r, p})
	d.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errors.New("checks: not UTF-8") }
	for {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = f(t)
		}
		if err != nil {
			return err
		}
	}
}

// named are the parts whose name matches, in order.
func (p *parts) named(pattern *regexp.Regexp) []string {
	var all []string
	for name := range p.files {
		if pattern.MatchString(name) {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

var wordParts = regexp.MustCompile(`^word/(document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml$`)

// readDocument reads the words of a DOCX.
func readDocument(p *parts, b *strings.Builder) error {
	if p.files["word/document.xml"] == nil {
		return errors.New("checks: not a document")
	}
	for _, name := range p.named(wordParts) {
		inText := false
		err := p.each(name, func(t xml.Token) error {
			switch t := t.(type) {
			case xml.StartElement:
				switch t.Name.Local {
				case "t", "delText":
					inText = true
				case "tab":
					b.WriteByte('\t')
				case "br", "cr":
					b.WriteByte('\n')
				}
			case xml.EndElement:
				inText = false
				if t.Name.Local == "p" {
					b.WriteByte('\n')
				}
			case xml.CharData:
				if inText {
					b.Write(t)
				}
			}
			return fits(b)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// fits ends the reading of a text that is too long.
func fits(b *strings.Builder) error {
	if b.Len() > textMost {
		return errTooMuch
	}
	return nil
}

var (
	sheetParts   = regexp.MustCompile(`^xl/worksheets/[^/]+\.xml$`)
	commentParts = regexp.MustCompile(`^xl/(comments\d*|threadedComments/[^/]+)\.xml$`)
)

// readWorkbook reads the cells of an XLSX, a line for each row.
func readWorkbook(p *parts, b *strings.Builder) error {
	shared, err := p.shared()
	if err != nil {
		return err
	}
	sheets := p.named(sheetParts)
	if len(sheets) == 0 {
		return errors.New("checks: not a workbook")
	}
	for _, name := range sheets {
		if err := p.sheet(name, shared, b); err != nil {
			return err
		}
	}
	for _, name := range p.named(commentParts) {
		err := p.each(name, func(t xml.Token) error {
			if words, ok := t.(xml.CharData); ok {
				b.Write(words)
			} else if end, ok := t.(xml.EndElement); ok && (end.Name.Local == "comment" || end.Name.Local == "threadedComment") {
				b.WriteByte('\n')
			}
			return fits(b)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// shared are the texts that cells name by number.
func (p *parts) shared() ([]string, error) {
	if p.files["xl/sharedStrings.xml"] == nil {
		return nil, nil
	}
	var all []string
	var one strings.Builder
	inText, size := false, 0
	err := p.each("xl/sharedStrings.xml", func(t xml.Token) error {
		switch t := t.(type) {
		case xml.StartElement:
			inText = t.Name.Local == "t"
		case xml.EndElement:
			inText = false
			if t.Name.Local == "si" {
				all = append(all, one.String())
				one.Reset()
			}
		case xml.CharData:
			if size += len(t); size > textMost {
				return errTooMuch
			}
			if inText {
				one.Write(t)
			}
		}
		return nil
	})
	return all, err
}

func (p *parts) sheet(name string, shared []string, b *strings.Builder) error {
	kind, inValue := "", false
	var value strings.Builder
	return p.each(name, func(t xml.Token) error {
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "c":
				kind = ""
				for _, a := range t.Attr {
					if a.Name.Local == "t" {
						kind = a.Value
					}
				}
				value.Reset()
			case "v", "t":
				inValue = true
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "v", "t":
				inValue = false
			case "c":
				b.WriteString(cell(kind, value.String(), shared) + "\t")
			case "row":
				b.WriteByte('\n')
			}
		case xml.CharData:
			if inValue {
				value.Write(t)
			}
		}
		return fits(b)
	})
}

// cell is what a cell shows. A whole number is spelled out: a telephone number may be kept as 1.38E10.
func cell(kind, value string, shared []string) string {
	switch kind {
	case "s":
		if n, err := strconv.Atoi(value); err == nil && n >= 0 && n < len(shared) {
			return shared[n]
		}
		return ""
	case "", "n":
		if f, ok := new(big.Float).SetPrec(128).SetString(value); ok && len(value) < 32 && f.IsInt() {
			if e := f.MantExp(nil); e < 70 {
				return f.Text('f', 0)
			}
		}
	}
	return value
}

// readPDF reads the text layer of a PDF. Its reader panics on some broken files and may loop on hostile ones: the first is caught here, the second
// ends the waiting, not the loop, so it is for programs that end.
func readPDF(raw []byte) (string, error) {
	type answer struct {
		text string
		err  error
	}
	done := make(chan answer, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				done <- answer{err: fmt.Errorf("checks: the PDF reader gave up: %v", p)}
			}
		}()
		text, err := pdfText(raw)
		done <- answer{text, err}
	}()
	select {
	case a := <-done:
		return a.text, a.err
	case <-time.After(pdfWithin):
		return "", errTooMuch
	}
}

func pdfText(raw []byte) (string, error) {
	r, err := pdf.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fonts := map[string]*pdf.Font{}
	for n := range min(r.NumPage(), partsMost) {
		page := r.Page(n + 1)
		if page.V.IsNull() {
			continue
		}
		clear(fonts)
		for _, name := range page.Fonts() {
			f := page.Font(name)
			fonts[name] = &f
		}
		text, err := page.GetPlainText(fonts)
		if err != nil {
			return "", err
		}
		b.WriteString(text + "\n")
		if err := fits(&b); err != nil {
			return "", err
		}
	}
	if strings.TrimSpace(b.String()) == "" {
		return "", errors.New("checks: the PDF has no text layer")
	}
	return b.String(), nil
}
