package article

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
)

// LinkFor is how long a preview link opens.
const LinkFor = 72 * time.Hour

// Link is a preview link as its site's editors see it; the address itself is shown once and kept nowhere.
type Link struct {
	ID        int64
	Version   int64
	By        kernel.AccountID
	ExpiresAt time.Time
}

// Preview is the page of a text as citizens would see it if it were published now, in its site's theme and column, its pictures below base.
func (a *Articles) Preview(ctx context.Context, s *render.Site, d *Draft, p *Payload, base string) ([]byte, error) {
	now := a.Now()
	row := publication.Row{Object: object(s.ID, d.ID), Title: p.Title, Place: d.Column, ShownAt: now, FirstPublishedAt: now, EditionPublishedAt: now}
	live, err := a.Published.Live(ctx, row.Object)
	switch {
	case err == nil: // a second edition does not change the first day
		row = live.Row
	case !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Gone):
		return nil, err
	}
	if row.Edition = 0; d.State != Drafted {
		row.Edition = d.Edition // a draft goes with the words of this moment
	}
	shell, page, err := a.compose(ctx, s, p, row, base)
	if err != nil {
		return nil, err
	}
	shell.Head.NoIndex = true
	body, err := showView.HTML(a.Render, shell, page)
	if err != nil {
		return nil, fmt.Errorf("preview article %d of site %d: %w", d.ID, s.ID, err)
	}
	return body, nil
}

// OpenLink makes a link to the article as it is at version, which opens for LinkFor, and answers its secret.
func (a *Articles) OpenLink(ctx context.Context, site kernel.SiteID, id ID, version int64) (secret string, err error) {
	raw := make([]byte, 32)
	rand.Read(raw)
	secret = base64.RawURLEncoding.EncodeToString(raw)
	who := kernel.ActorFrom(ctx).Account
	if who == 0 {
		return "", fault.New(fault.Forbidden, "请先登录。")
	}
	return secret, a.unique(func(link int64) error {
		return a.DB.InTx(ctx, func(ctx context.Context) error {
			d, err := a.Get(ctx, site, id)
			switch {
			case err != nil:
				return err
			case d.Version != version:
				return fault.New(fault.Conflict, "这篇稿件刚被别人改过，请看过现在的稿件再分享。")
			}
			if any, err := a.anyVersion(ctx, site, id); err != nil || !any {
				if err = a.keepVersion(ctx, nil, d, KeptBefore); err != nil { // the link shows this text, whatever is written later
					return err
				}
			}
			if err := a.insertLink(ctx, site, id, Link{ID: link, Version: version, By: who, ExpiresAt: a.Now().Add(LinkFor)}, digest(secret)); err != nil {
				return err
			}
			return a.record(ctx, site, "preview.open", id, "", fmt.Sprintf("v%d", version))
		})
	})
}

// digest is what is kept of a secret: whoever reads the store opens nothing with it.
func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// Links are the links to an article that still open, the last first.
func (a *Articles) Links(ctx context.Context, site kernel.SiteID, id ID) ([]Link, error) {
	return a.links(ctx, site, id, a.Now())
}

// CloseLink ends a link before its time.
func (a *Articles) CloseLink(ctx context.Context, site kernel.SiteID, id ID, link int64) error {
	return a.DB.InTx(ctx, func(ctx context.Context) error {
		if err := a.deleteLink(ctx, site, id, link); err != nil {
			return err
		}
		return a.record(ctx, site, "preview.close", id, "", "")
	})
}

// ByLink is the article and the text that a secret opens; a wrong one, one that has expired and one that was ended are the same.
func (a *Articles) ByLink(ctx context.Context, site kernel.SiteID, secret string) (*Draft, *Payload, error) {
	id, version, err := a.link(ctx, site, digest(secret), a.Now())
	if err != nil {
		return nil, nil, err
	}
	d, err := a.Get(ctx, site, id)
	if err != nil {
		return nil, nil, err
	}
	v, err := a.Version(ctx, site, id, version)
	if err != nil {
		return nil, nil, err
	}
	return d, &v.Payload, nil
}
