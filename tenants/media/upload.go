package media

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/storage/blob"
)

// Films and recordings are larger than what a request may hold, and lines break: they come in pieces (B13), each of which is acknowledged when
// it is in the store and its row is committed. Until a job has made a file of the pieces nobody gets a byte of them: see settle.go. Beginnings
// and pieces are like autosaves, which no chain tells of; what is kept is told of as every other file is.

const (
	// FilmMost is how many bytes of one film or recording are taken at all; a site's quota may say less. Of other files it is Most.
	FilmMost = 2 << 30
	// PieceMost is how many bytes come in one request.
	PieceMost = 8 << 20

	ownAtOnce  = 50             // uploads that one person may have begun on a site and not finished
	arrivalFor = 24 * time.Hour // without a piece it is given up
	headMost   = 64             // bytes that say what a file is
)

// States of an arrival.
const (
	Coming  = "coming"
	Whole   = "whole"   // all is there; the file is being made
	Kept    = "kept"    // Item is the file
	Refused = "refused" // Said tells why
)

// Arrival is a file on its way to a site.
type Arrival struct {
	Site         kernel.SiteID
	ID           ID
	Name         string
	Alt          string // what is to be seen in it
	Size, Got    int64
	State        string
	Item         ID
	Said         string
	By           kernel.AccountID
	ByName       string
	Began, Moved time.Time
}

// Until is when it is given up unless a piece comes.
func (a *Arrival) Until() time.Time { return a.Moved.Add(arrivalFor) }

// arrivalFolder is of keys: nothing that answers for files ever looks there.
const arrivalFolder = "/uploads/"

// folderOf is where the pieces of an arrival are. No two pieces have one name, not even of two requests that bring the same bytes at once: what
// the slower one leaves is not the other's.
func folderOf(site kernel.SiteID, id ID) string {
	return fmt.Sprintf("%s%s%d/", site, arrivalFolder, id)
}

func (p *piece) key() string {
	return fmt.Sprintf("%s%d-%d", folderOf(p.SiteID, p.UploadID), p.AtByte, p.ID)
}

// GiveUp removes an arrival of which nothing has come for a day, and one that has been done for as long.
type GiveUp struct{ Upload ID }

// Kind names the job.
func (GiveUp) Kind() string { return "media.give_up" }

// Settle makes a file of the pieces of an arrival.
type Settle struct{ Upload ID }

// Kind names the job.
func (Settle) Kind() string { return "media.settle" }

// uploadJobs registers the jobs of uploads.
func (m *Media) uploadJobs(q *jobs.Queue) {
	jobs.Handle(q, func(ctx context.Context, site kernel.SiteID, j GiveUp) error { return m.giveUp(ctx, site, j.Upload) })
	jobs.Handle(q, func(ctx context.Context, site kernel.SiteID, j Settle) error { return m.settle(ctx, site, j.Upload) })
}

// Begin promises a file of so many bytes to a site, which must have room for it beside all that is promised already (A11).
func (m *Media) Begin(ctx context.Context, site kernel.SiteID, name, alt string, size int64) (*Arrival, error) {
	by := kernel.ActorFrom(ctx)
	if by.Account == 0 {
		return nil, fault.New(fault.Forbidden, "请先登录。")
	}
	quota, err := m.Sites.QuotaOf(ctx, site)
	if err != nil {
		return nil, err
	}
	if size <= 0 {
		return nil, fault.In("file", "“%s”是空的，请检查后重新上传。", short(name))
	}
	if most := min(FilmMost, quota.UploadMB<<20); size > most {
		return nil, fault.New(fault.TooLarge, "“%s”太大：本站一个文件最多 %d MB。请压缩或剪短后再上传。", short(name), most>>20)
	}
	now := m.Now()
	a := &Arrival{Site: site, ID: m.IDs.Next(), Name: cmp.Or(plain(name), "文件"), Alt: plain(alt), Size: size, State: Coming,
		By: by.Account, ByName: by.Name, Began: now, Moved: now}
	return a, m.DB.InTx(ctx, func(ctx context.Context) error {
		if err := m.turn(ctx, site); err != nil {
			return err
		}
		files, bytes, own, err := m.expected(ctx, site, by.Account)
		if err != nil {
			return err
		}
		if own >= ownAtOnce {
			return fault.New(fault.Conflict, "您还有 %d 个文件没有传完，请先传完或取消几个。", own)
		}
		if err := m.fits(ctx, site, name, files+1, bytes+size, quota); err != nil {
			return err
		}
		if err := m.insertArrival(ctx, a); err != nil {
			return err
		}
		return m.Queue.Add(ctx, site, GiveUp{a.ID}, jobs.Options{RunAt: a.Until()})
	})
}

// plain is a line of text without what no database and no header likes, cut in its middle when it is very long: its end says what it is.
func plain(s string) string {
	r := []rune(strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))))
	if len(r) > 200 {
		r = append(r[:190:190], r[len(r)-10:]...)
	}
	return string(r)
}

// Arriving is an upload that the person who asks has begun; anybody else's is not there.
func (m *Media) Arriving(ctx context.Context, site kernel.SiteID, id ID) (*Arrival, error) {
	a, err := m.arrival(ctx, site, id)
	if err != nil {
		return nil, err
	}
	if by := kernel.ActorFrom(ctx).Account; by == 0 || by != a.By {
		return nil, noArrival()
	}
	return a, nil
}

// ahead says that the piece is not the next one.
func ahead(cause error) error {
	return fault.Because(cause, fault.Conflict, "这一段已经传过，或者前面还缺一段。请从服务器说的位置接着传。")
}

// Receive takes the next piece of a file, whose first byte is the offset-th. Of two at once one is taken.
func (m *Media) Receive(ctx context.Context, site kernel.SiteID, id ID, offset int64, raw []byte) (*Arrival, error) {
	a, err := m.Arriving(ctx, site, id)
	if err != nil {
		return nil, err
	}
	if a.State != Coming || offset != a.Got {
		return nil, ahead(nil)
	}
	if int64(len(raw)) > a.Size-a.Got {
		return nil, fault.New(fault.Invalid, "传来的比说好的多，请重新上传“%s”。", short(a.Name))
	}
	if offset == 0 {
		if err := m.promising(ctx, a, raw); err != nil {
			return nil, err
		}
	}
	if len(raw) == 0 {
		return a, nil
	}
	p := &piece{SiteID: site, UploadID: id, AtByte: offset, ID: m.IDs.Next(), Bytes: int64(len(raw))}
	if _, err := m.Store.Put(ctx, p.key(), bytes.NewReader(raw), ""); err != nil {
		return nil, err
	}
	if err := m.take(ctx, a, p); err != nil {
		if fault.Is(err, fault.Conflict) { // surely no row names it; where that is not sure it is swept with the rest
			_ = m.Store.Delete(context.WithoutCancel(ctx), p.key())
		}
		return nil, err
	}
	return a, nil
}

// take writes that a piece is there, and with the last one that there is something to settle.
func (m *Media) take(ctx context.Context, a *Arrival, p *piece) error {
	state := Coming
	if p.AtByte+p.Bytes == a.Size {
		state = Whole
	}
	err := m.DB.InTx(ctx, func(ctx context.Context) error {
		if err := m.advance(ctx, a, p, state); err != nil {
			return err
		}
		if state == Whole {
			return m.Queue.Add(ctx, a.Site, Settle{a.ID}, jobs.Options{})
		}
		return nil
	})
	if err == nil {
		a.Got, a.State, a.Moved = p.AtByte+p.Bytes, state, m.Now()
	}
	return err
}

// promising refuses with its first bytes what will be refused with its last.
func (m *Media) promising(ctx context.Context, a *Arrival, head []byte) error {
	if a.Size <= Most || len(head) < headMost || avKind(head) != "" {
		return nil
	}
	if err := m.remove(ctx, a.Site, a.ID); err != nil {
		return err
	}
	return tooLargeForThat(a)
}

func tooLargeForThat(a *Arrival) error {
	return fault.New(fault.TooLarge, "“%s”太大：不是视频或录音的文件最多 %d MB。图片请缩小，文件请分开。", short(a.Name), Most>>20)
}

// Cancel ends an upload that is not whole yet, and forgets one that is done.
func (m *Media) Cancel(ctx context.Context, site kernel.SiteID, id ID) error {
	a, err := m.Arriving(ctx, site, id)
	if err != nil {
		return err
	}
	if a.State == Whole {
		return fault.New(fault.Conflict, "“%s”已经传完，正在保存，不能再取消。", short(a.Name))
	}
	return m.remove(ctx, site, id)
}

func (m *Media) giveUp(ctx context.Context, site kernel.SiteID, id ID) error {
	a, err := m.arrival(ctx, site, id)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err == nil && a.Until().After(m.Now()) {
		return m.Queue.Add(ctx, site, GiveUp{id}, jobs.Options{RunAt: a.Until()})
	}
	return m.remove(ctx, site, id) // also of a row that a restored database does not have
}

// remove takes away the rows of an arrival, and then its bytes.
func (m *Media) remove(ctx context.Context, site kernel.SiteID, id ID) error {
	if err := m.forget(ctx, site, id); err != nil {
		return err
	}
	return m.sweep(ctx, site, id)
}

// sweep deletes what lies in the folder of an arrival that has no more pieces.
func (m *Media) sweep(ctx context.Context, site kernel.SiteID, id ID) error {
	for info, err := range m.Store.List(ctx, folderOf(site, id)) {
		if err != nil {
			return err
		}
		if err := m.Store.Delete(ctx, info.Key); err != nil {
			return err
		}
	}
	return nil
}

// pieceFlaws compares the pieces of a site with their bytes. What no row names is a flaw only when it should have been swept long ago.
func (m *Media) pieceFlaws(ctx context.Context, site kernel.SiteID) (flaws []Flaw, err error) {
	stored := map[string]blob.Info{}
	for info, err := range m.Store.List(ctx, site.String()+arrivalFolder) {
		if err != nil {
			return nil, err
		}
		stored[info.Key] = info
	}
	all, err := m.allPieces(ctx, site) // after the store: a row is written after its bytes
	if err != nil {
		return nil, err
	}
	for n := range all {
		key := all[n].key()
		if _, there := stored[key]; there {
			delete(stored, key)
		} else if _, err := m.Store.Stat(ctx, key); fault.Is(err, fault.NotFound) {
			flaws = append(flaws, Flaw{"media-missing", key})
		} else if err != nil {
			return nil, err
		}
	}
	for key, info := range stored {
		if info.ModifiedAt.Add(2 * arrivalFor).Before(m.Now()) {
			flaws = append(flaws, Flaw{"media-unnamed", key})
		}
	}
	return flaws, nil
}
