package paste

import (
	"bytes"
	"context"
	"errors"
	"html"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// What the routes take: a clipboard may hold three bytes for one in the form of a request, and RTF with pictures; a file comes with a form.
const (
	clipboardMost = 16 << 20
	uploadMost    = docxMost + 1<<16
)

// creates is what opens the room: whoever makes articles.
const creates policies.Action = "article.create"

// somewhere opens a route to whoever may write in some column or other: a clipboard stands in none yet, and the form of a file is asked about
// the one that it names, which is read after the route has opened.
func somewhere(*fiber.Ctx) (int64, error) { return web.AnyColumn, nil }

// Routes adds what cleans a clipboard, and the form that takes a file.
func (t *Tray) Routes(r *web.Router) {
	for _, a := range []web.ActionRoute{
		{Method: fiber.MethodPost, Path: "/sites/:site/paste", Action: creates, Or: []policies.Action{"article.edit.draft"}, MaxBody: clipboardMost, Do: t.paste},
		{Method: fiber.MethodGet, Path: "/sites/:site/articles/import", Action: creates, Do: t.showImport},
		{Method: fiber.MethodPost, Path: "/sites/:site/articles/import", Action: creates, MaxBody: uploadMost, Do: t.takeIn},
	} {
		a.Room, a.Tenancy, a.Cache, a.Column = "tenants/paste", "site", "no-store", somewhere
		r.Action(a)
	}
}

// pasted is the answer for an editor.
type pasted struct {
	HTML     string            `json:"html"`
	Title    string            `json:"title,omitempty"`
	Kind     string            `json:"kind"`
	Document *article.Document `json:"document,omitempty"`
	To       string            `json:"to,omitempty"`
	Notes    []string          `json:"notes"`
	Pictures int               `json:"pictures"` // that were left out
	Error    string            `json:"error,omitempty"`
}

// paste cleans a clipboard: form fields html, rtf and text. A field title that is empty says that the title may leave the text.
func (t *Tray) paste(c *fiber.Ctx) error {
	r, err := t.clipboard(c)
	if err == nil {
		t.keepPictures(c.UserContext(), at(c), &r)
	}
	if err != nil {
		if fault.KindOf(err) == "" {
			return err
		}
		return c.Status(statuses[fault.KindOf(err)]).JSON(pasted{Kind: article.News, Notes: []string{}, Error: console.Told(c, err)})
	}
	said := func(zh string) string { return console.Say(console.Language(c), zh) }
	p := pasted{HTML: r.HTML, Title: r.Found.Title, Kind: article.News, To: r.Found.To, Notes: append(r.Seen.Notes(said), r.Found.Notes(said)...), Pictures: r.Seen.Pictures}
	if p.Notes == nil {
		p.Notes = []string{}
	}
	if r.Found.official() {
		p.Kind, p.Document = article.Policy, &r.Found.Document
	}
	return c.JSON(p)
}

var statuses = map[fault.Kind]int{fault.Invalid: 422, fault.Conflict: 409, fault.TooLarge: 413, fault.Forbidden: 403, fault.NotFound: 404, fault.Unavailable: 503, fault.Gone: 410}

func (t *Tray) clipboard(c *fiber.Ctx) (Result, error) {
	if web.Overflowed(c) {
		return Result{}, tooLong()
	}
	f, err := form(c)
	if err != nil {
		return Result{}, err
	}
	source := f.fields["html"]
	if strings.TrimSpace(source) == "" {
		source = asHTML(f.fields["text"])
	}
	title, asked := f.fields["title"]
	leave, err := t.enter(c.UserContext())
	if err != nil {
		return Result{}, err
	}
	defer leave()
	r, err := Official(source, asked && strings.TrimSpace(title) == "")
	if err == nil {
		r.Illustrate([]byte(f.fields["rtf"]))
	}
	return r, err
}

// asHTML is a plain text, a paragraph a line.
func asHTML(text string) string {
	var b strings.Builder
	for line := range lines(text) {
		b.WriteString("<p>" + html.EscapeString(strings.TrimSuffix(line, "\r")) + "</p>")
	}
	return b.String()
}

// enter waits for a seat: cleaning takes all of a processor.
func (t *Tray) enter(ctx context.Context) (leave func(), err error) {
	select {
	case t.seats <- struct{}{}:
		return func() { <-t.seats }, nil
	case <-ctx.Done():
		return nil, fault.New(fault.Unavailable, "现在导入和粘贴的人太多，请过一会儿再试。")
	}
}

// filled is a form that was sent.
type filled struct {
	fields map[string]string
	name   string // of the file
	file   []byte
}

// form reads a form as far as it goes: of one that was cut off, what stands before the cut.
func form(c *fiber.Ctx) (filled, error) {
	f := filled{fields: map[string]string{}}
	kind, with, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil || kind != fiber.MIMEMultipartForm {
		values, err := url.ParseQuery(string(c.Request().Body()))
		if err != nil {
			return f, fault.Because(err, fault.Invalid, "没有收到完整的内容，请重新提交。")
		}
		for name := range values {
			f.fields[name] = values.Get(name)
		}
		return f, nil
	}
	parts := multipart.NewReader(bytes.NewReader(c.Request().Body()), with["boundary"])
	for n := 0; n < 20; n++ {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) || err != nil && web.Overflowed(c) {
			return f, nil
		}
		if err != nil {
			return f, fault.Because(err, fault.Invalid, "没有收到完整的内容，请重新提交。")
		}
		raw, err := io.ReadAll(p)
		if err != nil && !web.Overflowed(c) {
			return f, fault.Because(err, fault.Invalid, "没有收到完整的内容，请重新提交。")
		}
		if p.FileName() != "" {
			f.name, f.file = p.FileName(), raw
			continue
		}
		f.fields[p.FormName()] = string(raw)
	}
	return f, nil
}

// at is the site of the path, which the guard has read.
func at(c *fiber.Ctx) kernel.SiteID {
	id, _ := kernel.ParseID[kernel.SiteID](c.Params("site"))
	return id
}
