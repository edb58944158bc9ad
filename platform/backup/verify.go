package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
)

// damagesAtMost bounds how many damaged parts are listed.
const damagesAtMost = 20

// Verify checks an archive without restoring it: the digest of every part, then the number of rows, every audit chain, the words
// of every edition and the way by which everything public became public. It returns what is damaged, part by part; the error is
// for what kept it from looking.
func (a *Archive) Verify(ctx context.Context, progress Progress) ([]Damage, error) {
	found, err := a.bytes(ctx, progress)
	if err != nil || len(found) > 0 {
		return found, err // what the rows say is of no interest then
	}
	for _, check := range []func(context.Context) error{a.tables, a.chains, a.editions, a.media} {
		err := check(ctx)
		var d *Damage
		if errors.As(err, &d) {
			found = append(found, *d)
		} else if err != nil {
			return found, err
		}
	}
	return found, nil
}

// bytes checks that the parts follow one another without a gap and are what was written.
func (a *Archive) bytes(ctx context.Context, progress Progress) (found []Damage, err error) {
	next := int64(0)
	err = a.parts(ctx, func(p Part) error {
		if progress != nil {
			progress(p.Name, 0, 0, next)
		}
		if p.At != next || p.Size <= 0 || p.At+p.Size > a.at {
			found = append(found, Damage{p.Name, next, "前后不相连"})
			return errEnough
		}
		sum, err := a.sum(p.At, p.Size)
		if err != nil {
			return err
		}
		if next += p.Size; sum != p.SHA256 {
			found = append(found, Damage{p.Name, p.At, "内容与清单上的摘要不符"})
		}
		if len(found) >= damagesAtMost {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		return found, nil
	}
	if err == nil && next != a.at {
		found = append(found, Damage{manifestName, next, "清单没有列全"})
	}
	return found, err
}

// tables counts and digests the rows of every table.
func (a *Archive) tables(ctx context.Context) error {
	for _, t := range a.Totals.Tables {
		h, n := sha256.New(), int64(0)
		for r, err := range a.table(ctx, t.Table) {
			if err != nil {
				return err
			}
			h.Write(r.line)
			n++
		}
		if n != t.Rows || hex.EncodeToString(h.Sum(nil)) != t.Digest {
			return damaged(rowsFolder+t.Table, 0, "有 %d 行，应有 %d 行，或内容与合计不符", n, t.Rows)
		}
	}
	if len(a.Totals.Tables) != len(a.Header.Tables) {
		return damaged(manifestName, a.at, "合计有 %d 张表，头部有 %d 张", len(a.Totals.Tables), len(a.Header.Tables))
	}
	return nil
}

// chains follows every audit chain from its first entry to its head.
func (a *Archive) chains(ctx context.Context) error {
	heads, err := a.heads(ctx)
	if err != nil {
		return err
	}
	c, link := a.tableColumns["audit_entries"], audit.Link{}
	check := func() error {
		if link.Seq > 0 && heads[link.Chain] != link {
			return damaged("audit_heads", 0, "审计链 %d 的末尾与链头不符", link.Chain)
		}
		delete(heads, link.Chain)
		return nil
	}
	for r, err := range a.table(ctx, "audit_entries") {
		if err != nil {
			return err
		}
		k := entryOf(c, r.row)
		if k.Chain != link.Chain {
			if err := check(); err != nil {
				return err
			}
		}
		if link, err = link.Follow(k); err != nil {
			return damaged("audit_entries", 0, "审计链 %d 在第 %d 条断开", k.Chain, k.Seq)
		}
	}
	if err := check(); err != nil {
		return err
	}
	for chain, l := range heads {
		if l.Seq > 0 {
			return damaged("audit_heads", 0, "审计链 %d 的记录缺失", chain)
		}
	}
	return nil
}

func (a *Archive) heads(ctx context.Context) (map[kernel.SiteID]audit.Link, error) {
	heads, c := map[kernel.SiteID]audit.Link{}, a.tableColumns["audit_heads"]
	for r, err := range a.table(ctx, "audit_heads") {
		if err != nil {
			return nil, err
		}
		l := audit.Link{Chain: kernel.SiteID(c.number(r.row, "chain")), Seq: c.number(r.row, "seq"), Hash: c.text(r.row, "hash")}
		heads[l.Chain] = l
	}
	return heads, nil
}

func entryOf(c *Columns, r row) audit.Kept {
	return audit.Kept{Chain: kernel.SiteID(c.number(r, "chain")), Seq: c.number(r, "seq"), Prev: c.text(r, "prev"), Hash: c.text(r, "hash"),
		At: c.moment(r, "at"), ActorAccount: kernel.AccountID(c.number(r, "actor_account")), ActorOrg: kernel.OrgID(c.number(r, "actor_org")),
		ActorName: c.text(r, "actor_name"), ActorVia: c.text(r, "actor_via"), Request: c.text(r, "request"), Action: c.text(r, "action"),
		Object: c.text(r, "object"), Before: c.text(r, "before"), After: c.text(r, "after"), Note: c.text(r, "note")}
}

// editions holds every text to the digest that was approved, and what is public to its history.
func (a *Archive) editions(ctx context.Context) error {
	c := a.tableColumns["editions"]
	return a.objects(ctx, func(o *object) error {
		for e, rows := range o.rows["editions"] {
			text := c.text(rows[0], "payload")
			sum := sha256.Sum256([]byte(text))
			if _, erased := o.rows["erasures"][e]; !erased && hex.EncodeToString(sum[:]) != c.text(rows[0], "digest") {
				return damaged("editions", 0, "站点 %d 的 %s/%d 的正文与审定时的摘要不符", o.site, o.kind, o.id)
			}
		}
		return nil
	})
}

// media holds every blob to its own digest, which covers the content alone.
func (a *Archive) media(ctx context.Context) error {
	blobs, bytes := int64(0), int64(0)
	err := a.parts(ctx, func(p Part) error {
		if p.Key == "" {
			return nil
		}
		r, size, err := a.content(p.Name, p.At, p.Size)
		if err != nil {
			return err
		}
		h := sha256.New()
		if n, err := io.Copy(h, r); err != nil || n != size || n != p.Bytes || hex.EncodeToString(h.Sum(nil)) != p.Blob {
			return damaged(p.Name, p.At, "内容与它的摘要不符")
		}
		blobs, bytes = blobs+1, bytes+size
		return nil
	})
	if err == nil && (blobs != a.Totals.Blobs || bytes != a.Totals.Bytes) {
		return damaged(manifestName, a.at, "有 %d 个媒体文件，合计说有 %d 个", blobs, a.Totals.Blobs)
	}
	return err
}

// Key is the key file's content when the archive holds it, else nil.
func (a *Archive) Key(ctx context.Context) (key []byte, err error) {
	err = a.parts(ctx, func(p Part) error {
		if p.Name != keyName {
			return nil
		}
		r, size, err := a.content(p.Name, p.At, p.Size)
		if err != nil {
			return err
		}
		if size > 1<<10 {
			return damaged(p.Name, p.At, "不是密钥")
		}
		key, err = io.ReadAll(r)
		return err
	})
	return key, err
}

// First is the first damage as a sentence, nil when there is none.
func First(found []Damage) error {
	if len(found) == 0 {
		return nil
	}
	d := found[0]
	return fault.Because(&d, fault.Invalid, "备份已损坏：%s（文件第 %d 字节起）：%s。请改用另一份备份。", d.Part, d.At, d.Why)
}
