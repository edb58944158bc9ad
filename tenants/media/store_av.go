package media

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
)

type filmRow struct {
	bun.BaseModel `bun:"table:media_films,alias:f"`
	SiteID        kernel.SiteID `bun:"site_id,pk"`
	MediaID       ID            `bun:"media_id,pk"`
	State         string        `bun:"state"`
	Progress      int           `bun:"progress"`
	LengthMS      int64         `bun:"length_ms"`
	Width         int           `bun:"width"`
	Height        int           `bun:"height"`
	Video         string        `bun:"video"`
	Audio         string        `bun:"audio"`
	PlayKind      string        `bun:"play_kind"`
	PlaySHA256    string        `bun:"play_sha256"`
	PlayBytes     int64         `bun:"play_bytes"`
	PosterSHA256  string        `bun:"poster_sha256"`
	PosterBytes   int64         `bun:"poster_bytes"`
	Why           string        `bun:"why"`
	At            time.Time     `bun:"at"`
}

func (r *filmRow) film() *Film {
	f := &Film{State: r.State, Progress: r.Progress, Length: time.Duration(r.LengthMS) * time.Millisecond, Width: r.Width, Height: r.Height,
		Video: r.Video, Audio: r.Audio, Play: Form{r.PlayKind, r.PlaySHA256, r.PlayBytes}, Why: r.Why, At: r.At.UTC()}
	if r.PosterBytes > 0 {
		f.Poster = Form{"jpg", r.PosterSHA256, r.PosterBytes}
	}
	return f
}

// putFilm writes how far a film is, over what was known of it.
func (m *Media) putFilm(ctx context.Context, site kernel.SiteID, id ID, f *Film) error {
	r := &filmRow{SiteID: site, MediaID: id, State: f.State, Progress: f.Progress, LengthMS: f.Length.Milliseconds(), Width: f.Width, Height: f.Height,
		Video: f.Video, Audio: f.Audio, PlayKind: f.Play.Kind, PlaySHA256: f.Play.SHA256, PlayBytes: f.Play.Bytes,
		PosterSHA256: f.Poster.SHA256, PosterBytes: f.Poster.Bytes, Why: f.Why, At: m.Now()}
	return m.DB.InTx(ctx, func(ctx context.Context) error {
		q := m.DB.Conn(ctx).NewInsert().Model(r).On("CONFLICT (site_id, media_id) DO UPDATE")
		for _, c := range filmColumns {
			q = q.Set("? = EXCLUDED.?", bun.Ident(c), bun.Ident(c))
		}
		if _, err := q.Exec(ctx); err != nil {
			return db.Fault(fmt.Errorf("write film %d of site %d: %w", id, site, err))
		}
		return nil
	})
}

// filmColumns are those that a later look at a film writes over.
var filmColumns = []string{"state", "progress", "length_ms", "width", "height", "video", "audio", "play_kind", "play_sha256", "play_bytes", "poster_sha256", "poster_bytes", "why", "at"}

// films are what is known of the films among the ids.
func (m *Media) films(ctx context.Context, site kernel.SiteID, ids ...ID) (map[ID]*Film, error) {
	all := map[ID]*Film{}
	if len(ids) == 0 {
		return all, nil
	}
	var rows []filmRow
	if err := m.DB.Conn(ctx).NewSelect().Model(&rows).Where("f.site_id = ?", site).Where("f.media_id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, db.Fault(fmt.Errorf("read films of site %d: %w", site, err))
	}
	for n := range rows {
		all[rows[n].MediaID] = rows[n].film()
	}
	return all, m.raised(ctx, site, all, ids)
}

// developed gives the films among the items what is known of them.
func (m *Media) developed(ctx context.Context, site kernel.SiteID, items []*Item) error {
	var ids []ID
	for _, i := range items {
		if i.Timed() {
			ids = append(ids, i.ID)
		}
	}
	all, err := m.films(ctx, site, ids...)
	for _, i := range items {
		i.Film = all[i.ID]
	}
	return err
}

type wordsRow struct {
	bun.BaseModel `bun:"table:media_words,alias:w"`
	SiteID        kernel.SiteID    `bun:"site_id,pk"`
	MediaID       ID               `bun:"media_id,pk"`
	No            int64            `bun:"no,pk"`
	Captions      string           `bun:"captions"`
	Transcript    string           `bun:"transcript"`
	Waiver        string           `bun:"waiver"`
	PutBy         kernel.AccountID `bun:"put_by"`
	Name          string           `bun:"name"`
	At            time.Time        `bun:"at"`
}

func (m *Media) insertWords(ctx context.Context, site kernel.SiteID, id ID, w *Words) error {
	r := &wordsRow{SiteID: site, MediaID: id, No: w.No, Captions: w.Captions, Transcript: w.Transcript, Waiver: w.Waiver, PutBy: w.By, Name: w.Name, At: w.At}
	if _, err := m.DB.Conn(ctx).NewInsert().Model(r).Exec(ctx); err != nil {
		return db.Fault(fmt.Errorf("put words beside media %d of site %d: %w", id, site, err))
	}
	return nil
}

// words are those with which an edition was frozen, or, without one, the last that were put.
func (m *Media) words(ctx context.Context, site kernel.SiteID, edition int64, ids ...ID) (map[ID]*Words, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	q := func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("w.media_id IN (?)", bun.List(ids)) }
	if edition != 0 {
		q = func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.Where("(w.media_id, w.no) IN (SELECT u.media_id, u.words FROM media_uses u WHERE u.site_id = ? AND u.edition_id = ?)", site, edition)
		}
	}
	var rows []wordsRow
	if err := m.DB.Conn(ctx).NewSelect().Model(&rows).Where("w.site_id = ?", site).Apply(q).Order("w.media_id", "w.no").Scan(ctx); err != nil {
		return nil, db.Fault(fmt.Errorf("read words of site %d: %w", site, err))
	}
	all := map[ID]*Words{}
	for _, r := range rows {
		all[r.MediaID] = &Words{No: r.No, Captions: r.Captions, Transcript: r.Transcript, Waiver: r.Waiver, By: r.PutBy, Name: r.Name, At: r.At.UTC()}
	}
	return all, nil
}

// captions are the captions of a number beside an item; open asks whether a text that is public was reviewed with them.
func (m *Media) captions(ctx context.Context, site kernel.SiteID, id ID, no int64, open bool) (string, error) {
	q := m.DB.Conn(ctx).NewSelect().Model((*wordsRow)(nil)).Column("captions").Where("w.site_id = ?", site).Where("w.media_id = ? AND w.no = ?", id, no)
	if open {
		q = q.Where(`EXISTS (SELECT 1 FROM media_uses u JOIN publications p ON p.site_id = u.site_id AND p.edition_id = u.edition_id
			WHERE u.site_id = w.site_id AND u.media_id = w.media_id AND u.words = w.no)`)
	}
	var text string
	if err := q.Scan(ctx, &text); errors.Is(err, sql.ErrNoRows) || err == nil && text == "" {
		return "", fault.New(fault.NotFound, "没有这个文件。")
	} else if err != nil {
		return "", db.Fault(fmt.Errorf("read captions %d of media %d of site %d: %w", no, id, site, err))
	}
	return text, nil
}
