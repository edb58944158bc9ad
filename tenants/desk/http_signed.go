package desk

import (
	"context"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/media"
	"github.com/zhanqun/zhanqun/tenants/review"
)

// signing is what was typed of a signature on paper that was not entered.
type signing struct {
	Open                    bool
	Signer, SignedOn, Words string
}

// scan is what lies beside a signature: the sheet as it was scanned.
type scan struct{ Href, Name, Size string }

// scans are the scans beside those of the notes that tell of a signature.
func (d *Desk) scans(ctx context.Context, a *article.Draft, notes []review.Note) (map[int64]*scan, error) {
	var signed []int64
	for _, n := range notes {
		if n.Kind == review.Signed {
			signed = append(signed, n.ID)
		}
	}
	if len(signed) == 0 {
		return nil, nil
	}
	found, err := d.Media.Scans(ctx, a.Site, signed...)
	all := map[int64]*scan{}
	for id, s := range found {
		all[id] = &scan{address(a.Site, a.ID, "") + "/notes/" + strconv.FormatInt(id, 10) + "/scan", s.Name, s.Size()}
	}
	return all, err
}

// signatures are what leaders have signed on paper about the edition that is under review.
func (d *Desk) signatures(ctx context.Context, a *article.Draft) (all []note, err error) {
	notes, err := d.Reviews.Notes(ctx, publication.Object{Site: a.Site, Kind: article.Kind, ID: a.ID})
	if err != nil {
		return nil, err
	}
	scans, err := d.scans(ctx, a, notes)
	for _, n := range notes {
		if n.Kind == review.Signed && n.Edition == a.Edition {
			all = append(all, note{Signer: n.Signer, SignedOn: n.SignedOn, Words: n.Words, Scan: scans[n.ID]})
		}
	}
	return all, err
}

// sign enters that a leader has signed on paper, with a scan of the sheet if one comes along. What is refused leaves the rest as it was typed.
func (d *Desk) sign(c *fiber.Ctx) error {
	a, err := d.found(c)
	if err != nil {
		return err
	}
	u, err := media.ReadUpload(c)
	asForm(c, u.Fields)
	if err == nil && len(u.Files) > 1 {
		err = fault.In("file", "一次签批只能附一个扫描件，请把几页合成一个 PDF。")
	}
	if err != nil {
		return d.article(c, a, err)
	}
	var take func(context.Context) (review.Paper, error)
	if len(u.Files) == 1 {
		take = func(ctx context.Context) (review.Paper, error) {
			return d.Media.Scan(ctx, a.Site, u.Files[0].Name, u.Files[0].Raw)
		}
	}
	n := review.Note{Words: typed(c, "words"), Signer: typed(c, "signer"), SignedOn: typed(c, "signed_on")}
	if _, err := d.Reviews.Sign(c.UserContext(), publication.Object{Site: a.Site, Kind: article.Kind, ID: a.ID}, n, take); err != nil {
		return d.article(c, a, err)
	}
	return see(c, address(a.Site, a.ID, review.Signed))
}

// showScan hands a scan to whoever may see the review of the text.
func (d *Desk) showScan(c *fiber.Ctx) error {
	a, err := d.found(c)
	if err != nil {
		return err
	}
	id, _ := kernel.ParseID[int64](c.Params("note"))
	notes, err := d.Reviews.Notes(c.UserContext(), publication.Object{Site: a.Site, Kind: article.Kind, ID: a.ID})
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(notes, func(n review.Note) bool { return n.ID == id }) {
		return fault.New(fault.NotFound, "没有这个文件。") // beside another text
	}
	f, err := d.Media.ScanFile(c.UserContext(), a.Site, id)
	if err != nil {
		return err
	}
	return web.Stream(c, f)
}
