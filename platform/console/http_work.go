package console

import (
	"bytes"
	"context"
	"fmt"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/audit"
	"golang.org/x/sync/errgroup"
)

// workPage is everybody's first screen: what waits, on each site where the person has a post.
type workPage struct {
	Sites []siteWork
	Due   time.Time // until when the second factor may be put off; zero: nobody asks
}

type siteWork struct {
	Seat
	Sections []Section
}

var workView = Define[workPage](ownRoom, "work")

func (c *Console) showWork(f *fiber.Ctx) error {
	ctx := f.UserContext()
	seats, err := c.Seats(ctx)
	if err != nil {
		return err
	}
	var p workPage
	factor, err := c.Accounts.Factor(ctx, kernel.ActorFrom(ctx).Account)
	if err != nil {
		return err
	}
	if factor.On.IsZero() {
		p.Due = factor.Due
	}
	if p.Sites, err = c.workAt(ctx, seats); err != nil {
		return err
	}
	return workView.Show(c, f, Page{Title: Say(Language(f), "我的工作")}, p)
}

// sitesAtOnce is how many sites are asked at the same time what waits there.
const sitesAtOnce = 4

// workAt is what waits on each of the sites.
func (c *Console) workAt(ctx context.Context, seats []Seat) ([]siteWork, error) {
	all := make([]siteWork, len(seats))
	asking, ctx := errgroup.WithContext(ctx)
	asking.SetLimit(sitesAtOnce)
	for i, seat := range seats {
		asking.Go(func() (err error) {
			defer func() { // out of the request's own goroutine nobody else would catch it
				if bad := recover(); bad != nil {
					err = fmt.Errorf("console: what waits on site %d: %v\n%s", seat.ID, bad, debug.Stack())
				}
			}()
			all[i], err = c.workOf(ctx, seat)
			return err
		})
	}
	return all, asking.Wait()
}

func (c *Console) workOf(ctx context.Context, seat Seat) (siteWork, error) {
	w := siteWork{Seat: seat}
	for _, find := range c.work {
		section, err := find(ctx, seat.ID)
		if err != nil {
			return w, err
		}
		if section.Title != "" {
			w.Sections = append(w.Sections, section)
		}
	}
	return w, nil
}

// auditPage is a page of a site's chain, the newest entry first.
type auditPage struct {
	Lines        []audit.Line
	Newer, Older string
	Export       string // address of the file, or "" for who may not take one
	Parts        []part // where a long chain goes on in another file
}

// part is a file of a long chain.
type part struct {
	From int64
	Href string
}

var auditView = Define[auditPage](ownRoom, "audit")

const auditLines = 50

func (c *Console) showAudit(f *fiber.Ctx) error {
	site, _ := kernel.ParseID[kernel.SiteID](f.Params("site")) // the guard has read it
	number, err := strconv.Atoi(f.Query("p", "1"))
	if err != nil || number < 1 || number > 1<<20 {
		number = 1
	}
	found, err := c.Audit.List(f.UserContext(), site, kernel.Page{Number: number, Size: auditLines})
	if err != nil {
		return err
	}
	p := auditPage{Lines: found}
	if number > 1 {
		p.Newer = f.Path() + "?p=" + strconv.Itoa(number-1)
	}
	if len(found) == auditLines {
		p.Older = f.Path() + "?p=" + strconv.Itoa(number+1)
	}
	if c.Offers(f.UserContext(), site, "audit.export") {
		p.Export = f.Path() + "/export"
		if number == 1 && len(found) > 0 {
			for from := int64(exportLines); from < found[0].Seq; from += exportLines {
				p.Parts = append(p.Parts, part{from + 1, p.Export + "?after=" + strconv.FormatInt(from, 10)})
			}
		}
	}
	return auditView.Show(c, f, Page{Title: Say(Language(f), "审计记录"), Site: site}, p)
}

// exportLines is how many entries a file has; the next one begins where it ends.
const exportLines = 10_000

// exportAudit gives a part of a site's chain as a file that proves itself: `zhanqun audit verify --file`.
func (c *Console) exportAudit(f *fiber.Ctx) error {
	site, _ := kernel.ParseID[kernel.SiteID](f.Params("site")) // the guard has read it
	after, _ := kernel.ParseID[int64](f.Query("after"))
	var out bytes.Buffer
	last, err := c.Audit.Export(f.UserContext(), site, after, exportLines, &out)
	if err != nil {
		return err
	}
	f.Set(fiber.HeaderContentType, "application/jsonl; charset=utf-8")
	f.Set(fiber.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="audit-%s-%d-%d.jsonl"`, site, min(after+1, last), last))
	return f.Send(out.Bytes())
}
