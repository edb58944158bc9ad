package media

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/web"
)

// Uploads in pieces speak tus 1.0.0 (https://tus.io/protocols/resumable-upload), its core with creation, expiration and termination, so that any
// of its clients can send. Beside it one GET says what became of a file once it is whole.

const (
	tusVersion  = "1.0.0"
	uploadsPath = "/sites/:site/media/uploads"
	uploadPath  = uploadsPath + "/:upload"
	pieceType   = "application/offset+octet-stream"
)

func (m *Media) uploadRoutes(r *web.Router) {
	for _, one := range []struct {
		method, path string
		most         int
		do           fiber.Handler
	}{
		{fiber.MethodOptions, uploadsPath, 0, m.tusOptions},
		{fiber.MethodPost, uploadsPath, 0, tus(m.tusBegin)},
		{fiber.MethodHead, uploadPath, 0, tus(m.tusOffset)},
		{fiber.MethodPatch, uploadPath, PieceMost, tus(m.tusPiece)},
		{fiber.MethodDelete, uploadPath, 0, tus(m.tusCancel)},
		{fiber.MethodGet, uploadPath, 0, m.fate},
	} {
		r.Action(web.ActionRoute{Room: "tenants/media", Method: one.method, Path: one.path, Action: writes[0], Or: writes[1:], Tenancy: "site", Cache: "no-store",
			MaxBody: one.most, Do: one.do})
	}
}

// tus is a handler of requests that say which version of the protocol they speak. What goes wrong it says as the plain upload does.
func tus(do fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Set("Tus-Resumable", tusVersion)
		if c.Get("Tus-Resumable") != tusVersion {
			c.Set("Tus-Version", tusVersion)
			return tell(c, http.StatusPreconditionFailed, fault.New(fault.Invalid, "不认识这种上传方式，请刷新页面后再试。"))
		}
		return told(c, do(c))
	}
}

// told answers a fault that whoever uploads can do something about.
func told(c *fiber.Ctx, err error) error {
	status := statuses[fault.KindOf(err)]
	if err == nil || status == 0 || status == http.StatusForbidden {
		return err
	}
	return tell(c, status, err)
}

func tell(c *fiber.Ctx, status int, err error) error {
	return c.Status(status).JSON(answer{Error: console.Told(c, err)})
}

func (m *Media) tusOptions(c *fiber.Ctx) error {
	quota, err := m.Sites.QuotaOf(c.UserContext(), at(c))
	if err != nil {
		return err
	}
	c.Set("Tus-Resumable", tusVersion)
	c.Set("Tus-Version", tusVersion)
	c.Set("Tus-Extension", "creation,expiration,termination")
	c.Set("Tus-Max-Size", strconv.FormatInt(min(FilmMost, quota.UploadMB<<20), 10))
	return c.SendStatus(http.StatusNoContent)
}

func incomplete() error {
	return fault.New(fault.Invalid, "上传的请求不完整，请刷新页面后再试。")
}

// number is a header that is a count of bytes.
func number(c *fiber.Ctx, name string) (int64, error) {
	n, err := strconv.ParseInt(c.Get(name), 10, 64)
	if err != nil || n < 0 || strings.HasPrefix(c.Get(name), "+") {
		return 0, incomplete()
	}
	return n, nil
}

func (m *Media) tusBegin(c *fiber.Ctx) error {
	size, err := number(c, "Upload-Length")
	if err != nil {
		return err
	}
	said := metadata(c.Get("Upload-Metadata"))
	a, err := m.Begin(c.UserContext(), at(c), said["filename"], said["alt"], size)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderLocation, "/sites/"+a.Site.String()+"/media/uploads/"+strconv.FormatInt(a.ID, 10))
	expires(c, a)
	return c.SendStatus(http.StatusCreated)
}

func expires(c *fiber.Ctx, a *Arrival) {
	c.Set("Upload-Expires", a.Until().UTC().Format(http.TimeFormat))
}

// metadata reads pairs of a key and a word in base64; what it cannot read it leaves out.
func metadata(header string) map[string]string {
	all := map[string]string{}
	for pair := range strings.SplitSeq(header, ",") {
		key, packed, _ := strings.Cut(strings.TrimSpace(pair), " ")
		if raw, err := base64.StdEncoding.DecodeString(packed); err == nil && key != "" {
			all[key] = string(raw)
		}
	}
	return all
}

func asMetadata(a *Arrival) string {
	return "filename " + base64.StdEncoding.EncodeToString([]byte(a.Name)) + ",alt " + base64.StdEncoding.EncodeToString([]byte(a.Alt))
}

// which is the number of the upload in the path; what is none is nobody's.
func which(c *fiber.Ctx) ID {
	id, _ := kernel.ParseID[ID](c.Params("upload"))
	return id
}

func (m *Media) tusOffset(c *fiber.Ctx) error {
	a, err := m.Arriving(c.UserContext(), at(c), which(c))
	if err != nil {
		return err
	}
	c.Set("Upload-Offset", strconv.FormatInt(a.Got, 10))
	c.Set("Upload-Length", strconv.FormatInt(a.Size, 10))
	c.Set("Upload-Metadata", asMetadata(a))
	expires(c, a)
	return c.SendStatus(http.StatusOK)
}

func (m *Media) tusPiece(c *fiber.Ctx) error {
	if c.Get(fiber.HeaderContentType) != pieceType {
		return tell(c, http.StatusUnsupportedMediaType, incomplete())
	}
	if c.Request().Header.ContentLength() < 0 { // a body in chunks that was cut off between two of them looks whole (fasthttp 1.77)
		return tell(c, http.StatusLengthRequired, incomplete())
	}
	if web.Overflowed(c) {
		return fault.New(fault.TooLarge, "一次最多传 %d MB，请刷新页面后再试。", PieceMost>>20)
	}
	offset, err := number(c, "Upload-Offset")
	if err != nil {
		return err
	}
	a, err := m.Receive(c.UserContext(), at(c), which(c), offset, c.Request().Body())
	if err != nil {
		return err
	}
	c.Set("Upload-Offset", strconv.FormatInt(a.Got, 10))
	expires(c, a)
	return c.SendStatus(http.StatusNoContent)
}

func (m *Media) tusCancel(c *fiber.Ctx) error {
	if err := m.Cancel(c.UserContext(), at(c), which(c)); err != nil {
		return err
	}
	return c.SendStatus(http.StatusNoContent)
}

// fateAnswer is an answer that also says how far an upload is.
type fateAnswer struct {
	State  string `json:"state"`
	Offset int64  `json:"offset"`
	Size   int64  `json:"size"`
	answer
}

// fate says what became of an upload: the items are there when it is kept, the error when it is refused.
func (m *Media) fate(c *fiber.Ctx) error {
	a, err := m.Arriving(c.UserContext(), at(c), which(c))
	if err != nil {
		return told(c, err)
	}
	f := fateAnswer{State: a.State, Offset: a.Got, Size: a.Size, answer: answer{Items: []kept{}, Error: a.Said}}
	if a.State == Kept {
		i, err := m.Get(c.UserContext(), a.Site, a.Item)
		if err != nil {
			return told(c, err)
		}
		f.Items = append(f.Items, kept{i.Markup(a.Alt)})
	}
	return c.JSON(f)
}
