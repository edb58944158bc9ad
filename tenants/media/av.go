package media

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
)

// States of a film.
const (
	Waiting = "waiting" // nobody has looked at it yet
	Working = "working" // a form that every browser plays is being made
	Ready   = "ready"   // it goes out in that form
	AsCame  = "raw"     // it goes out as it came: there is no ffmpeg here, or it could make nothing better
	Broken  = "broken"  // nothing in it is seen or heard
)

// Film is what was found in an item that is seen or heard in time, and what was made of it (E5).
type Film struct {
	State         string
	Progress      int // of a hundred
	Length        time.Duration
	Width, Height int    // 0 of what is only heard
	Video, Audio  string // how they are coded, as ffprobe says it
	Play, Poster  Form
	Rungs         []Rung // the sizes of a long one, the smallest first
	Why           string // what the tools said when they could not
	At            time.Time
	sides         []int // the sizes in which it can be made
}

// Form is a file that was made of an item; the zero Form is none.
type Form struct {
	Kind, SHA256 string
	Bytes        int64
}

func (f *Form) key(site kernel.SiteID) string { return site.String() + folder + f.SHA256 }

// Timed reports whether it is seen or heard in time.
func (i *Item) Timed() bool {
	return strings.HasPrefix(types[i.Kind], "video/") || strings.HasPrefix(types[i.Kind], "audio/")
}

// Seen reports whether there is something to look at while it plays.
func (i *Item) Seen() bool {
	if i.Film != nil && (i.Film.State == Ready || i.Film.Video+i.Film.Audio != "") {
		return i.Film.Video != ""
	}
	return strings.HasPrefix(types[i.Kind], "video/")
}

// kindsOf are the kinds of a family: "video/", "audio/".
func kindsOf(family string) (all []string) {
	for kind, is := range types {
		if strings.HasPrefix(is, family) {
			all = append(all, kind)
		}
	}
	slices.Sort(all)
	return all
}

// timedKinds are the kinds of what is seen or heard in time.
func timedKinds() []string { return append(kindsOf("video/"), kindsOf("audio/")...) }

// plays is the form that goes out.
func (i *Item) plays() Form {
	if i.Film != nil && i.Film.Play.Bytes > 0 {
		return i.Film.Play
	}
	return Form{i.Kind, i.SHA256, i.Bytes}
}

// Words stand beside what is seen or heard for whoever cannot (E6, WCAG 1.2.1 and 1.2.2). They are never changed: whoever puts others puts the
// next number, and a text keeps those with which it was sent for review.
type Words struct {
	No         int64
	Captions   string // WebVTT, or ""
	Transcript string // plain lines, or ""
	Waiver     string // why there are neither, or ""
	By         kernel.AccountID
	Name       string // of whoever put them
	At         time.Time
}

// Bounds of words: what a transcript of a day's session takes, and a reason.
const (
	captionsMost   = 1 << 20
	transcriptMost = 200_000
	waiverMost     = 500
)

// say checks words before they are put. Captions are a transcript as well, unless there is another.
func (w *Words) say() error {
	w.Transcript, w.Waiver = strings.TrimSpace(strings.ReplaceAll(w.Transcript, "\r\n", "\n")), strings.TrimSpace(w.Waiver)
	switch {
	case utf8.RuneCountInString(w.Transcript) > transcriptMost:
		return fault.In("transcript", "文字稿太长，最多 %d 字。", transcriptMost)
	case utf8.RuneCountInString(w.Waiver) > waiverMost:
		return fault.In("waiver", "理由太长，最多 %d 字。", waiverMost)
	case w.Captions+w.Transcript+w.Waiver == "":
		return fault.In("captions", "请上传字幕，或者写文字稿，或者写明为什么都不需要。")
	case w.Captions+w.Transcript != "" && w.Waiver != "":
		return fault.In("waiver", "已经有字幕或文字稿，不必再写理由。请把理由清空。")
	}
	if w.Transcript == "" && w.Captions != "" {
		w.Transcript = linesOf(w.Captions)
	}
	return nil
}

// PutWords gives an item the words that texts are sent with from now on.
func (m *Media) PutWords(ctx context.Context, site kernel.SiteID, id ID, w Words) error {
	actor := kernel.ActorFrom(ctx)
	w.By, w.Name, w.At = actor.Account, actor.Name, m.Now()
	if err := w.say(); err != nil {
		return err
	}
	return m.DB.InTx(ctx, func(ctx context.Context) error {
		i, err := m.Get(ctx, site, id)
		if err != nil {
			return err
		}
		if !i.Timed() {
			return fault.New(fault.Invalid, "只有视频和音频需要字幕和文字稿。")
		}
		now, err := m.words(ctx, site, 0, id)
		if err != nil {
			return err
		}
		w.No = 1
		if last := now[id]; last != nil {
			w.No = last.No + 1
		}
		if err := m.insertWords(ctx, site, id, &w); err != nil {
			return err
		}
		kind := "captions"
		switch {
		case w.Waiver != "":
			kind = "waiver"
		case w.Captions == "":
			kind = "transcript"
		}
		return m.Audit.Record(ctx, audit.Entry{Site: site, Action: "media.words", Object: i.object(), Note: map[string]string{"name": i.Name, "what": kind, "why": w.Waiver}})
	})
}

// fit refuses to let a text go out with what cannot be played, and with what some could not follow: each film has words, or a reason why not.
func (m *Media) fit(ctx context.Context, site kernel.SiteID, items map[ID]*Item) (map[ID]*Words, error) {
	ids := timed(items)
	all, err := m.words(ctx, site, 0, ids...)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		i := items[id]
		if i.Film != nil && i.Film.State == Broken {
			return nil, fault.In("body", "“%s”播放不了，可能没有录好或没有传完。请从正文里删去，重新上传。", short(i.Name))
		}
		if all[id] == nil {
			return nil, fault.In("body", "“%s”还没有字幕或文字稿，听不见、看不见的人无法了解。请打开它的“字幕和文字稿”页补上，或写明为什么不需要。", short(i.Name))
		}
	}
	return all, nil
}

// timed are the ids of those that are seen or heard in time, ascending.
func timed(items map[ID]*Item) (ids []ID) {
	for id, i := range items {
		if i.Timed() {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// Standing is how far one of a text's films is, for a list beside the text.
type Standing struct {
	Name, Path string // Path is below the console's path for the site
	Say, Mark  string // in Chinese; how the mark looks
}

// Standings are how far the films are that a text names.
func (m *Media) Standings(ctx context.Context, site kernel.SiteID, body string) (all []Standing, err error) {
	ids := Named(body)
	if len(ids) == 0 {
		return nil, nil
	}
	have, err := m.several(ctx, site, ids)
	if err != nil {
		return nil, err
	}
	ids = timed(have)
	if len(ids) == 0 {
		return nil, nil
	}
	words, err := m.words(ctx, site, 0, ids...)
	for _, id := range ids {
		s := Standing{Name: have[id].Name, Path: have[id].page()}
		switch f := have[id].Film; {
		case f != nil && f.State == Broken:
			s.Say, s.Mark = "播放不了", "bad"
		case words[id] == nil:
			s.Say, s.Mark = "还没有字幕或文字稿", "warn"
		case f != nil && (f.State == Waiting || f.State == Working):
			s.Say, s.Mark = "正在处理", ""
		default:
			s.Say, s.Mark = "齐全", "ok"
		}
		all = append(all, s)
	}
	return all, err
}
