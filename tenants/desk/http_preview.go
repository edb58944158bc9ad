package desk

import (
	"bytes"
	"html"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/tenants/article"
	nethtml "golang.org/x/net/html"
)

// previewPage is a text in its site's theme, in frames as wide as the screens that citizens have.
type previewPage struct {
	Address, Title string
	Page           string // the preview itself
	Width          int
	Widths         []tab
	Version        int64
	MayShare       bool
	Links          []sharedLink
	Secret         string // address of the link that was just made
	Wrong          trouble
}

type sharedLink struct {
	ID, Version int64
	Who         string
	At          time.Time
}

var previewView = console.Define[previewPage]("desk", "preview")

var widths = []struct {
	pixels int
	name   string
}{{390, "手机 390"}, {820, "平板 820"}, {1280, "电脑 1280"}}

func (d *Desk) showPreview(c *fiber.Ctx) error {
	a, err := d.found(c)
	if err != nil {
		return err
	}
	return d.preview(c, a, "", nil)
}

func (d *Desk) preview(c *fiber.Ctx, a *article.Draft, secret string, err error) error {
	page := console.Page{Title: say(c, "预览"), Site: a.Site}
	p := previewPage{Address: address(a.Site, a.ID, ""), Title: a.Payload.Title, Width: widths[0].pixels, Version: a.Version, Secret: secret,
		MayShare: d.offers(c.UserContext(), a.Site, a.ID, writes...)}
	if err != nil {
		field, is := wrong(err)
		if !is {
			return err
		}
		p.Wrong, page.Status = trouble{console.Told(c, err), field}, statuses[fault.KindOf(err)]
	}
	p.Page = p.Address + "/preview/page"
	for _, w := range widths {
		n := strconv.Itoa(w.pixels)
		if c.Query("w") == n {
			p.Width = w.pixels
		}
	}
	for _, w := range widths {
		p.Widths = append(p.Widths, tab{say(c, w.name), p.Address + "/preview?w=" + strconv.Itoa(w.pixels), w.pixels == p.Width})
	}
	links, err := d.Articles.Links(c.UserContext(), a.Site, a.ID)
	if err != nil {
		return err
	}
	for _, l := range links {
		who, err := d.name(c.UserContext(), l.By)
		if err != nil {
			return err
		}
		p.Links = append(p.Links, sharedLink{l.ID, l.Version, who, l.ExpiresAt})
	}
	return previewView.Show(d.Console, c, page, p)
}

func (d *Desk) previewPage(c *fiber.Ctx) error {
	a, err := d.found(c)
	if err != nil {
		return err
	}
	return d.themed(c, a, &a.Payload, "/sites/"+a.Site.String())
}

// themed answers with the page of a text as citizens would see it, marked as what it is; its pictures are below base.
func (d *Desk) themed(c *fiber.Ctx, a *article.Draft, p *article.Payload, base string) error {
	s := d.Sites.Public(a.Site)
	if s == nil {
		return fault.New(fault.Conflict, "网站现在没有开通或暂停着，不能按网站的样子预览。")
	}
	body, err := d.Articles.Preview(c.UserContext(), s, a, p, base)
	if err != nil {
		return err
	}
	says := unpublished
	live, _, err := d.Articles.Public(c.UserContext(), a.Site, a.ID)
	switch {
	case err == nil && same(*live, *p):
		says = published
	case err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Gone):
		return err
	}
	c.Type("html", "utf-8")
	c.Set("X-Robots-Tag", "noindex, nofollow")
	return c.Send(marked(body, s, base, d.Console.Address("preview.css"), says))
}

// What a preview says of itself is in the language of the page, not of the console.
const (
	unpublished = "预览，未发布"
	published   = "预览"
)

// marked puts the mark of a preview on a page, and leads its links to the site: here its addresses lead nowhere, but to its own files.
func marked(page []byte, s *render.Site, base, css, says string) []byte {
	var out bytes.Buffer
	for z := nethtml.NewTokenizer(bytes.NewReader(page)); ; {
		kind := z.Next()
		if kind == nethtml.ErrorToken {
			return out.Bytes()
		}
		raw := bytes.Clone(z.Raw())
		name, _ := z.TagName()
		switch tag := string(name); {
		case kind == nethtml.StartTagToken && tag == "a" && !bytes.Contains(raw, []byte(` href="`+base+`/-/media/`)):
			out.WriteString(strings.Replace(string(raw), ` href="/`, ` href="`+html.EscapeString(s.Origin)+`/`, 1))
			continue
		case kind == nethtml.StartTagToken && tag == "form":
			out.WriteString(strings.Replace(string(raw), ` action="/`, ` action="`+html.EscapeString(s.Origin)+`/`, 1))
			continue
		case kind == nethtml.EndTagToken && tag == "head":
			out.WriteString(`<link rel="stylesheet" href="` + css + `">` + "\n")
		case kind == nethtml.EndTagToken && tag == "body":
			out.WriteString(`<div class="preview-mark" aria-hidden="true"><span>` + says + "</span></div>\n")
		}
		out.Write(raw)
		if kind == nethtml.StartTagToken && string(name) == "main" {
			out.WriteString("\n" + `<p class="zq-demo" role="status">` + says + "</p>")
		}
	}
}

func (d *Desk) openLink(c *fiber.Ctx) error {
	a, err := d.found(c)
	if err != nil {
		return err
	}
	version, _ := kernel.ParseID[int64](c.FormValue("version"))
	secret, err := d.Articles.OpenLink(c.UserContext(), a.Site, a.ID, version)
	if err != nil {
		return d.preview(c, a, "", err)
	}
	return d.preview(c, a, d.Origin+"/preview/"+a.Site.String()+"-"+secret, nil)
}

func (d *Desk) closeLink(c *fiber.Ctx) error {
	a, err := d.found(c)
	if err != nil {
		return err
	}
	link, _ := kernel.ParseID[int64](c.FormValue("link"))
	if err := d.Articles.CloseLink(c.UserContext(), a.Site, a.ID, link); err != nil {
		return err
	}
	return see(c, address(a.Site, a.ID, "")+"/preview")
}

// byLink shows the text of a link to whoever has it.
func (d *Desk) byLink(c *fiber.Ctx) error {
	a, p, err := d.linked(c)
	if err != nil {
		return err
	}
	return d.themed(c, a, p, "/preview/"+strings.Clone(c.Params("token")))
}

// linked is what the link of the path opens.
func (d *Desk) linked(c *fiber.Ctx) (*article.Draft, *article.Payload, error) {
	number, secret, _ := strings.Cut(c.Params("token"), "-")
	site, _ := kernel.ParseID[kernel.SiteID](number)
	return d.Articles.ByLink(c.UserContext(), site, strings.Clone(secret))
}
