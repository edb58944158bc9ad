package emergency

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
)

// Carrier says that a site shows the warnings of another: a technical act of whoever runs the platform, which a document orders. The warnings
// stay the words of the site that gives them; the site that carries them adds none and answers for none.
type Carrier struct {
	Site, Source kernel.SiteID
	Document     string
	By           kernel.AccountID
	At           time.Time
}

// carriersMost bounds how many sites one act adds, and sourcesMost how many sites' warnings one site shows.
const (
	carriersMost = 200
	sourcesMost  = 20
)

// Carry has sites show the warnings of source from now on, all of them or none; those that do so already stay as they are.
func (e *Emergency) Carry(ctx context.Context, source kernel.SiteID, document string, sites ...kernel.SiteID) error {
	document = strings.TrimSpace(document)
	switch n := utf8.RuneCountInString(document); {
	case n < 4 || n > 200 || strings.ContainsRune(document, 0):
		return fault.In("document", "请写明依据的文件或者通知，4 到 200 个字。")
	case len(sites) == 0 || len(sites) > carriersMost:
		return fault.In("sites", "请填写同步显示的网站，一行一个，最多 %d 个。", carriersMost)
	case slices.Contains(sites, source):
		return fault.In("sites", "网站自己的预警本来就显示，不用填它自己。")
	}
	return e.DB.InTx(ctx, func(ctx context.Context) error {
		if err := e.lockAll(ctx, source); err != nil { // who publishes one at this moment waits, or is waited for
			return err
		}
		for _, id := range sites {
			have, err := e.sourcesOf(ctx, id)
			if err != nil {
				return err
			}
			if slices.ContainsFunc(have, func(c Carrier) bool { return c.Source == source }) {
				continue
			}
			if len(have) >= sourcesMost {
				return fault.In("sites", "一个网站最多同步显示 %d 个网站的预警。", sourcesMost)
			}
			c := Carrier{id, source, document, kernel.ActorFrom(ctx).Account, e.Now()}
			if err := e.insertCarrier(ctx, c); err != nil {
				return err
			}
			if err := e.recordCarrier(ctx, c, "warning.carry"); err != nil {
				return err
			}
		}
		return e.Revisions.Bump(ctx, sites...)
	})
}

// Uncarry ends it.
func (e *Emergency) Uncarry(ctx context.Context, id, source kernel.SiteID) error {
	return e.DB.InTx(ctx, func(ctx context.Context) error {
		if err := e.lockAll(ctx, source); err != nil {
			return err
		}
		c := Carrier{Site: id, Source: source}
		was, err := e.deleteCarrier(ctx, c)
		if err != nil {
			return err
		}
		if !was {
			return fault.New(fault.NotFound, "没有这项预警同步。")
		}
		if err := e.recordCarrier(ctx, c, "warning.uncarry"); err != nil {
			return err
		}
		return e.Revisions.Bump(ctx, id)
	})
}

// called is a site's name; its number, where a tenant has moved to another installation and left the order behind.
func (e *Emergency) called(ctx context.Context, id kernel.SiteID) (string, error) {
	g, err := e.Sites.Get(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return id.String(), nil
	}
	return g.Name, err
}

// recordCarrier writes it into the chain of the site whose pages it changes.
func (e *Emergency) recordCarrier(ctx context.Context, c Carrier, action string) error {
	return e.Audit.Record(ctx, audit.Entry{Site: c.Site, Action: action, Object: fmt.Sprintf("site/%d", c.Source), Note: map[string]string{"document": c.Document}})
}
