package paste

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"path"
	"strings"

	"golang.org/x/net/html/charset"
)

// chunk reads a part of another form into which a program has put the text: HTML, HTML in an MHT, plain words.
func (b *body) chunk(id string, into *[]*block) error {
	r, ok := b.links[id]
	if !ok || r.outside {
		return nil
	}
	raw, ok, err := b.part(r.target)
	if err != nil || !ok {
		return err
	}
	source := ""
	switch ext := strings.ToLower(path.Ext(r.target)); {
	case ext == ".mht" || ext == ".mhtml" || bytes.HasPrefix(bytes.TrimSpace(raw), []byte("MIME-Version")):
		if source, err = mht(raw); err != nil {
			return err
		}
	case ext == ".txt":
		for line := range lines(string(raw)) {
			*into = append(*into, paragraph(line))
		}
		return nil
	case ext == ".htm" || ext == ".html" || ext == ".xhtml":
		if source, err = decoded(raw, "text/html"); err != nil {
			return err
		}
	default:
		b.seen.Chunks++
		return nil
	}
	if !bearable(source) {
		return errTooLarge
	}
	*into = append(*into, b.boxesIn(source)...)
	return nil
}

// mht is the HTML of a web page in one file.
func mht(raw []byte) (string, error) {
	m, err := mail.ReadMessage(bytes.NewReader(bytes.TrimLeft(raw, "\r\n\xEF\xBB\xBF")))
	if err != nil {
		return "", err
	}
	kind, with, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(kind, "multipart/") {
		return page(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body)
	}
	parts := multipart.NewReader(m.Body, with["boundary"])
	for {
		p, err := parts.NextPart() // reads quoted-printable by itself
		if err != nil {
			return "", err
		}
		kind, _, err := mime.ParseMediaType(p.Header.Get("Content-Type"))
		if err == nil && (kind == "text/html" || kind == "application/xhtml+xml") {
			return page(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p)
		}
	}
}

func page(kind, encoding string, r io.Reader) (string, error) {
	if strings.EqualFold(encoding, "base64") {
		r = base64.NewDecoder(base64.StdEncoding, r)
	}
	raw, err := io.ReadAll(io.LimitReader(r, partMost))
	if err != nil {
		return "", err
	}
	return decoded(raw, kind)
}

// decoded is a page in UTF-8, whatever the old system wrote.
func decoded(raw []byte, kind string) (string, error) {
	r, err := charset.NewReader(bytes.NewReader(raw), kind)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(r)
	return string(text), err
}
