package clocks

import (
	"archive/zip"
	"encoding/xml"
	"io"
	"strings"
)

// harmless keeps office programs from taking what somebody typed for a formula: a text that begins like one gets an apostrophe before it.
func harmless(rows [][]string) [][]string {
	out := make([][]string, len(rows))
	for i, r := range rows {
		out[i] = make([]string, len(r))
		for j, v := range r {
			out[i][j] = tame(v)
		}
	}
	return out
}

func tame(v string) string {
	if strings.IndexAny(v, "=+-@\t\r") == 0 {
		return "'" + v
	}
	return v
}

// The parts of a workbook with one sheet of texts (ISO/IEC 29500-1). Everything is a text in its cell, so nothing can be a formula.
const (
	xlsxTypes = xml.Header + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`
	xlsxRels  = xml.Header + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	xlsxLinks = xml.Header + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`
	xlsxMain  = `http://schemas.openxmlformats.org/spreadsheetml/2006/main`
)

// writeXLSX writes a workbook of one sheet.
func writeXLSX(w io.Writer, name string, rows [][]string) error {
	z := zip.NewWriter(w)
	var book strings.Builder
	book.WriteString(xml.Header + `<workbook xmlns="` + xlsxMain + `" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="`)
	escape(&book, name)
	book.WriteString(`" sheetId="1" r:id="rId1"/></sheets></workbook>`)
	for _, part := range []struct{ name, body string }{
		{"[Content_Types].xml", xlsxTypes}, {"_rels/.rels", xlsxRels}, {"xl/workbook.xml", book.String()}, {"xl/_rels/workbook.xml.rels", xlsxLinks},
		{"xl/worksheets/sheet1.xml", sheetXML(rows)},
	} {
		f, err := z.Create(part.name)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(f, part.body); err != nil {
			return err
		}
	}
	return z.Close()
}

func sheetXML(rows [][]string) string {
	var b strings.Builder
	b.WriteString(xml.Header + `<worksheet xmlns="` + xlsxMain + `"><sheetData>`)
	for _, r := range harmless(rows) {
		b.WriteString(`<row>`)
		for _, v := range r {
			b.WriteString(`<c t="inlineStr"><is><t xml:space="preserve">`)
			escape(&b, v)
			b.WriteString(`</t></is></c>`)
		}
		b.WriteString(`</row>`)
	}
	b.WriteString(`</sheetData></worksheet>`)
	return b.String()
}

// escape writes a text into XML; characters that XML cannot hold become U+FFFD. A strings.Builder does not fail.
func escape(b *strings.Builder, v string) { _ = xml.EscapeText(b, []byte(v)) }
