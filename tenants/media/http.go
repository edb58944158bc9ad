package media

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"path"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/storage/blob"
)

// UploadMost is how large a form with files may be: the largest file, and what is around it.
const UploadMost = Most + 1<<16

// Who uploads, and who sees what is not public yet: whoever writes a site's drafts or decides about them.
var (
	writes = []policies.Action{"article.create", "article.edit.draft"}
	reads  = []policies.Action{"article.submit", "review.pass", "secrecy.pass", "article.publish", "article.withdraw", "debt.settle"}
	lastly = []policies.Action{"review.final.pass"} // a superior's office: what was sent
)

// Routes adds what citizens get, what editors see, and the way in.
func (m *Media) Routes(r *web.Router) {
	r.File(web.FileRoute{Room: "tenants/media", Path: prefix + ":id/:name", Do: m.forCitizens})
	m.uploadRoutes(r)
	see := slices.Concat(writes[1:], reads, lastly)
	r.Action(web.ActionRoute{Room: "tenants/media", Method: fiber.MethodGet, Path: "/sites/:site" + prefix + ":id/:name", Action: writes[0], Or: see,
		Tenancy: "site", Cache: "private", Column: somewhere, Do: m.forEditors})
	r.Action(web.ActionRoute{Room: "tenants/media", Method: fiber.MethodPost, Path: "/sites/:site/media", Action: writes[0], Or: writes[1:],
		Tenancy: "site", Cache: "no-store", MaxBody: UploadMost, Column: somewhere, Do: m.upload})
	r.Action(web.ActionRoute{Room: "tenants/media", Method: fiber.MethodGet, Path: "/sites/:site/media/choose", Action: writes[0], Or: writes[1:],
		Tenancy: "site", Cache: "no-store", Column: somewhere, Do: m.showChoice})
	m.filmRoutes(r, see)
	m.libraryRoutes(r)
}

// somewhere opens a route to whoever writes or decides in some column or other: what is uploaded stands in none yet.
func somewhere(*fiber.Ctx) (int64, error) { return web.AnyColumn, nil }

func (m *Media) forCitizens(ctx context.Context, r *web.Request) (*web.File, error) {
	id, ok := kernel.ParseID[ID](r.Params["id"])
	if !ok {
		return nil, none()
	}
	i, err := m.Public(ctx, r.Site.ID, id)
	if err != nil {
		return nil, err
	}
	return m.form(ctx, i, r.Params["name"], true)
}

func none() error { return fault.New(fault.NotFound, "没有这个文件。") }

// form is one of the forms of an item, or what stands beside it; open asks whether citizens may have it at this moment.
func (m *Media) form(ctx context.Context, i *Item, name string, open bool) (*web.File, error) {
	if no, is := captionsIn(name); is {
		return m.captionFile(ctx, i, no, open)
	}
	for _, r := range i.Film.ladder() {
		if name == r.list() {
			text, err := m.listOf(ctx, i.Site, i.ID, r.Side)
			return textFile(listType, "l-"+r.Form.SHA256, text), err
		}
	}
	return m.File(i, name)
}

// File is one of the forms of an item, by the last part of its address.
func (m *Media) File(i *Item, name string) (*web.File, error) {
	if i.Timed() {
		return m.filmFile(i, name)
	}
	for n := range i.Lights {
		if l := &i.Lights[n]; l.name() == name {
			return &web.File{ContentType: wire(l.Kind), Tag: l.SHA256, Size: l.Bytes, Open: m.opener(l.key(i.Site))}, nil
		}
	}
	f := &web.File{ContentType: types[i.Kind], Tag: i.SHA256, Size: i.Bytes}
	width := 0
	if name != path.Base(i.Path()) {
		n := slices.IndexFunc(i.Thumbs, func(t Thumb) bool { return name == strconv.Itoa(t.Width)+"."+i.Kind })
		if n < 0 {
			return nil, none()
		}
		width, f.Size = i.Thumbs[n].Width, i.Thumbs[n].Bytes
		f.Tag += "-" + strconv.Itoa(width)
	}
	if !i.Picture() {
		f.Name = i.Name
	}
	f.Open = m.opener(i.key(width))
	return f, nil
}

func (m *Media) opener(key string) func(ctx context.Context, offset, length int64) (io.ReadCloser, error) {
	return func(ctx context.Context, offset, length int64) (io.ReadCloser, error) {
		c, err := m.Store.Open(ctx, key, blob.Range{Offset: offset, Length: length})
		if err != nil {
			return nil, err
		}
		return c, nil
	}
}

// ScanFile is the scan beside a note, to be kept by whoever may read the note: the caller has asked.
func (m *Media) ScanFile(ctx context.Context, site kernel.SiteID, note int64) (*web.File, error) {
	all, err := m.Scans(ctx, site, note)
	if err != nil {
		return nil, err
	}
	s := all[note]
	if s == nil {
		return nil, none()
	}
	return &web.File{ContentType: types[s.Kind], Tag: s.SHA256, Size: s.Bytes, Name: s.Name, Open: m.opener(s.key())}, nil
}

// at is the site of the path, which the guard has read.
func at(c *fiber.Ctx) kernel.SiteID {
	id, _ := kernel.ParseID[kernel.SiteID](c.Params("site"))
	return id
}

func (m *Media) forEditors(c *fiber.Ctx) error {
	id, ok := kernel.ParseID[ID](c.Params("id"))
	if !ok {
		return none()
	}
	get, all := m.Get, slices.Concat(writes, reads)
	if !m.Console.Offers(c.UserContext(), at(c), all...) {
		get = m.Sent
		if m.Console.OffersSome(c.UserContext(), at(c), all...) {
			get = m.partly
		}
	}
	i, err := get(c.UserContext(), at(c), id)
	if err != nil {
		return err
	}
	return m.Answer(c, i, c.Params("name"))
}

// partly is an item for somebody with an appointment to one column: an own one, one that citizens have, and one in a text of that column.
func (m *Media) partly(ctx context.Context, site kernel.SiteID, id ID) (*Item, error) {
	i, err := m.Get(ctx, site, id)
	if err != nil || i.By == kernel.ActorFrom(ctx).Account {
		return i, err
	}
	if i, err := m.Public(ctx, site, id); !fault.Is(err, fault.NotFound) {
		return i, err
	}
	shown := false
	if m.Shows != nil {
		shown, err = m.Shows(ctx, site, prefix+strconv.FormatInt(id, 10)+"/")
	}
	if err == nil && !shown {
		err = none()
	}
	return i, err
}

// Answer sends one of the forms of an item to whoever sees drafts.
func (m *Media) Answer(c *fiber.Ctx, i *Item, name string) error {
	f, err := m.form(c.UserContext(), i, name, false)
	if err != nil {
		return err
	}
	return web.Stream(c, f)
}

// Upload is a form with files: the texts of its fields, and its files in their order.
type Upload struct {
	Fields map[string]string
	Files  []Uploaded
}

// Uploaded is a file of a form.
type Uploaded struct {
	Name string
	Raw  []byte
}

// ReadUpload reads a form as far as it goes; of one that was cut off for its length, what stands before the cut. The request has no body
// then: its files may be as large as the memory bears once.
func ReadUpload(c *fiber.Ctx) (u Upload, err error) {
	u.Fields = map[string]string{}
	kind, with, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil || kind != fiber.MIMEMultipartForm {
		return u, fault.New(fault.Invalid, "没有收到文件，请重新选择后上传。")
	}
	parts := newParts(c.Request().Body(), with["boundary"])
	defer c.Request().SetBodyRaw(nil)
	for range 200 {
		p, raw, err := parts.next()
		if errors.Is(err, io.EOF) {
			break
		}
		switch {
		case err != nil && web.Overflowed(c):
			return u, fault.In("file", "文件太大：一次最多 %d MB。图片请缩小，文件请分几次上传。", Most>>20)
		case err != nil:
			return u, fault.Because(err, fault.Invalid, "没有收到完整的文件，请重新上传。")
		case p.FileName() == "" && p.FormName() != "file":
			u.Fields[p.FormName()] = string(raw)
		case p.FileName() != "":
			u.Files = append(u.Files, Uploaded{p.FileName(), raw})
		}
	}
	if web.Overflowed(c) {
		return u, fault.In("file", "文件太大：一次最多 %d MB。图片请缩小，文件请分几次上传。", Most>>20)
	}
	return u, nil
}

// formParts reads each part of a form twice: once to know its size, and then into just as much memory.
type formParts struct{ measured, taken *multipart.Reader }

func newParts(body []byte, boundary string) formParts {
	return formParts{multipart.NewReader(bytes.NewReader(body), boundary), multipart.NewReader(bytes.NewReader(body), boundary)}
}

func (f formParts) next() (p *multipart.Part, raw []byte, err error) {
	if p, err = f.measured.NextRawPart(); err != nil {
		return nil, nil, err
	}
	n, err := io.Copy(io.Discard, p)
	if err != nil {
		return p, nil, err
	}
	if p, err = f.taken.NextRawPart(); err != nil {
		return p, nil, err
	}
	raw = make([]byte, n)
	_, err = io.ReadFull(p, raw)
	return p, raw, err
}

// kept is an item for an editor that runs in the browser.
type kept struct {
	HTML string `json:"html"` // what stands for it in a text
}

type answer struct {
	Items []kept `json:"items"`
	Error string `json:"error,omitempty"`
}

var statuses = map[fault.Kind]int{fault.Invalid: 422, fault.Conflict: 409, fault.TooLarge: 413, fault.Forbidden: 403, fault.NotFound: 404, fault.Unavailable: 503}

// upload keeps the files of a form: field alt is what is to be seen in the one picture.
func (m *Media) upload(c *fiber.Ctx) error {
	u, err := ReadUpload(c)
	if err == nil && len(u.Files) == 0 {
		err = fault.In("file", "请先选择文件。")
	}
	if u.Fields["screen"] != "" { // a form of the library, from a browser without script
		return m.uploaded(c, u, err)
	}
	a := answer{Items: []kept{}}
	for _, f := range u.Files {
		if err != nil {
			break
		}
		var i *Item
		if i, err = m.Take(c.UserContext(), at(c), f.Name, f.Raw); err == nil {
			a.Items = append(a.Items, kept{i.Markup(u.Fields["alt"])})
		}
	}
	if err != nil {
		if statuses[fault.KindOf(err)] == 0 {
			return err
		}
		a.Error = fault.Say(err)
		c.Status(statuses[fault.KindOf(err)])
	}
	return c.JSON(a)
}
