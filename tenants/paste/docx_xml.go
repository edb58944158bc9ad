package paste

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
)

// element is the beginning of an XML element. Names are read without their prefix: programs choose their own.
type element struct{ xml.StartElement }

func (e element) name() string { return e.Name.Local }

func (e element) attr(name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// on is the value of a switch: <w:b/> and <w:b w:val="1"/> are on.
func (e element) on() bool {
	v := e.attr("val")
	return v != "0" && v != "false" && v != "off" && v != "none"
}

// deepest is how many elements may stand in one another.
const deepest = 200

var errDeep = errors.New("elements stand too deep in one another")

// scan walks through a part without keeping it.
type scan struct {
	from  *xml.Decoder
	depth int
}

func scanner(raw []byte) *scan {
	return &scan{from: xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\xEF\xBB\xBF"))))}
}

// root calls f for each element in the outermost one.
func (x *scan) root(f func(element) error) error {
	for {
		t, err := x.from.RawToken()
		if err != nil {
			return err
		}
		if _, ok := t.(xml.StartElement); ok {
			return x.each(f)
		}
	}
}

// each calls f for each element in the one that has begun, up to its end. f reads to the end of its element.
func (x *scan) each(f func(element) error) error {
	if x.depth++; x.depth > deepest {
		return errDeep
	}
	defer func() { x.depth-- }()
	for {
		t, err := x.token()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if err := f(element{t}); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		}
	}
}

// token is the next one; a part that ends in an element was cut off.
func (x *scan) token() (xml.Token, error) {
	t, err := x.from.RawToken()
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return t, err
}

// skip reads to the end of the element.
func (x *scan) skip() error {
	for open := 1; open > 0; {
		t, err := x.token()
		if err != nil {
			return err
		}
		switch t.(type) {
		case xml.StartElement:
			open++
		case xml.EndElement:
			open--
		}
	}
	return nil
}

// text is the words of the element.
func (x *scan) text() (string, error) {
	var b bytes.Buffer
	for open := 1; open > 0; {
		t, err := x.token()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.StartElement:
			open++
		case xml.EndElement:
			open--
		case xml.CharData:
			b.Write(t)
		}
	}
	return b.String(), nil
}
