package app

import (
	"bytes"
	"context"
	"io"
	"path"
	"regexp"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/tenants/checks"
	"github.com/zhanqun/zhanqun/tenants/media"
	"github.com/zhanqun/zhanqun/tenants/paste"
)

// attached reads the words in the files of texts: .docx as it is read when one is imported, without what its author has struck out or
// noted beside it, and PDF with a text layer. What cannot be read, such as a scan, has no words.
type attached struct{ house *House }

// worded are the addresses of files that may have words.
var worded = regexp.MustCompile(`/-/media/[1-9][0-9]{0,18}/file\.(pdf|docx)`)

// Holds answers article.Files.
func (a attached) Holds(text string) bool { return worded.MatchString(text) }

// Words answers article.Files.
func (a attached) Words(ctx context.Context, site kernel.SiteID, body string) (string, error) {
	var all []string
	for _, id := range media.Named(strings.Join(worded.FindAllString(body, -1), " ")) {
		item, err := a.house.Media.Public(ctx, site, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return "", err
		}
		raw, err := a.bytes(ctx, item)
		if err != nil {
			return "", err
		}
		if words := wordsOf(item.Kind, raw); words != "" {
			all = append(all, item.Name+"\n"+words)
		}
	}
	return strings.Join(all, "\n"), nil
}

func (a attached) bytes(ctx context.Context, item *media.Item) ([]byte, error) {
	file, err := a.house.Media.File(item, path.Base(item.Path()))
	if err != nil {
		return nil, err
	}
	r, err := file.Open(ctx, 0, file.Size)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, media.Most))
}

// wordsOf are the words of a file, "" of one that cannot be read.
func wordsOf(kind string, raw []byte) string {
	if kind == "docx" {
		r, err := paste.Docx(raw)
		if err != nil {
			return ""
		}
		return strings.TrimSpace(r.Found.Title + "\n" + render.PlainText(r.HTML))
	}
	text, err := checks.Text("x."+kind, bytes.NewReader(raw))
	if err != nil {
		return ""
	}
	return text
}
