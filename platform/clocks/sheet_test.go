package clocks

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"
)

// read opens a workbook as an office program would and answers its cells.
func read(t *testing.T, raw []byte) (cells []string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		for d := xml.NewDecoder(bytes.NewReader(body)); ; {
			tok, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
			if s, ok := tok.(xml.StartElement); ok && s.Name.Local == "t" {
				var v string
				if err := d.DecodeElement(&v, &s); err != nil {
					t.Fatal(err)
				}
				cells = append(cells, v)
			}
			if s, ok := tok.(xml.StartElement); ok && s.Name.Local == "f" {
				t.Fatal("a cell holds a formula")
			}
		}
	}
	return cells
}

// M1: a file holds what the screen holds, and nothing that an office program takes for a formula.
func TestSheetsAreHarmless(t *testing.T) {
	var out bytes.Buffer
	if err := writeXLSX(&out, "时限<看板>", [][]string{{"网站", "=1+1", "+86", "-3", "@x", "a=b", "<&>\"", "\x01"}}); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(read(t, out.Bytes()), "|"), "网站|'=1+1|'+86|'-3|'@x|a=b|<&>\"|\ufffd"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if n := len(Line{}.fields()); n != len(head) {
		t.Errorf("%d fields under %d headings", n, len(head))
	}
}
