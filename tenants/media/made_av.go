package media

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"image/jpeg"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
)

// Made is a film in the form that goes out, with what stands beside it: whoever made it has made these as well.
type Made struct {
	Name           string
	Raw            []byte
	Poster         []byte // a JPEG as wide and high as the film; nil of what is only heard
	Length         time.Duration
	Video, Audio   string // how they are coded; "" for neither picture nor sound
	Captions, Text string // a file of captions, and a transcript; one of them may be ""
}

// TakeMade keeps a film that nobody has to look at again: no job is asked for it, and it is played, with its words, from the moment it is kept.
// The demonstration has such films, which must be there at once and without ffmpeg.
func (m *Media) TakeMade(ctx context.Context, site kernel.SiteID, f Made) (*Item, error) {
	made, most, err := m.taken(ctx, site, f.Name, f.Raw)
	if err != nil {
		return nil, err
	}
	i := made.item
	if !i.Timed() {
		return nil, fault.In("file", "“%s”不是视频或音频。", short(f.Name))
	}
	w := Words{Transcript: f.Text}
	if f.Captions != "" {
		if w.Captions, err = ReadCaptions([]byte(f.Captions)); err != nil {
			return nil, err
		}
	}
	if err := w.say(); err != nil {
		return nil, err
	}
	i.Film = &Film{State: Ready, Progress: 100, Length: f.Length, Video: f.Video, Audio: f.Audio, Play: Form{i.Kind, i.SHA256, i.Bytes}, At: m.Now()}
	if err := framedBy(i.Film, f.Poster); err != nil {
		return nil, err
	}
	if err := m.fits(ctx, site, i.Name, 1, i.Stored+i.Film.Poster.Bytes, most); err != nil {
		return nil, err
	}
	if i.Film.Poster.Bytes > 0 {
		if _, err := m.Store.Put(ctx, i.Film.Poster.key(site), bytes.NewReader(f.Poster), types["jpg"]); err != nil {
			return nil, err
		}
	}
	if err := made.put(ctx, m.Store); err != nil {
		return nil, err
	}
	return i, m.DB.InTx(ctx, func(ctx context.Context) error {
		if err := m.keep(ctx, i, most); err != nil {
			return err
		}
		return m.PutWords(ctx, site, i.ID, w)
	})
}

// framedBy says of a film what its poster shows.
func framedBy(f *Film, poster []byte) error {
	if len(poster) == 0 {
		return nil
	}
	c, err := jpeg.DecodeConfig(bytes.NewReader(poster))
	if err != nil {
		return fault.Because(err, fault.Invalid, "封面不是 JPEG 图片，请换一张。")
	}
	sum := sha256.Sum256(poster)
	f.Width, f.Height, f.Poster = c.Width, c.Height, Form{"jpg", hex.EncodeToString(sum[:]), int64(len(poster))}
	return nil
}
