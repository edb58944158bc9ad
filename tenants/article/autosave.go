package article

import (
	"context"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/storage/db"
)

const (
	// PresentWithin is how long somebody counts as being at a form after the last sign of it.
	PresentWithin = time.Minute
	// unsavedFor is how long a text that nobody saved is kept.
	unsavedFor = 30 * 24 * time.Hour
)

// Autosave is what a form held that was not saved: to the letter, incomplete and unchecked as it may be. It is its writer's
// alone, changes no article, and is no step of anything.
type Autosave struct {
	ID      int64
	Site    kernel.SiteID
	Account kernel.AccountID
	Session string // of the open form: it has one autosave, the last
	Article ID     // or 0: not saved yet
	Base    int64  // the version of the article that the form began with
	Column  int64
	Seq     int64  // counted by the form: what comes late is not taken for the newest
	Words   string // JSON of the room whose form it is; "" when nothing was typed
	At      time.Time
}

// Present is somebody who has a form of an article open.
type Present struct {
	Account kernel.AccountID
	At      time.Time
}

// Autosave keeps what the actor's form holds and answers what is kept: something newer, if this came late.
func (a *Articles) Autosave(ctx context.Context, s Autosave) (kept Autosave, err error) {
	s.Account = kernel.ActorFrom(ctx).Account
	if err := s.check(); err != nil {
		return kept, err
	}
	err = a.unique(func(id int64) error {
		s.ID = id
		return a.DB.InTx(ctx, func(ctx context.Context) error {
			if err := a.mayKeep(ctx, s); err != nil {
				return err
			}
			if err := a.keep(ctx, s); err != nil {
				return err
			}
			kept, err = a.autosaveOf(ctx, s.Site, s.Account, s.Session)
			return err
		})
	})
	return kept, err
}

// mayKeep refuses a form that has become another article's, and has a new one taken away some day.
func (a *Articles) mayKeep(ctx context.Context, s Autosave) error {
	have, err := a.autosaveOf(ctx, s.Site, s.Account, s.Session)
	switch {
	case err == nil && have.Article != s.Article:
		return fault.New(fault.Conflict, "这个窗口里打开的是另一篇稿件，请刷新后再写。")
	case err == nil || !fault.Is(err, fault.NotFound):
		return err
	}
	if s.Article != 0 {
		if _, _, err := a.load(ctx, s.Site, s.Article); err != nil {
			return err
		}
	}
	due := monthAfter(a.Now().Add(unsavedFor))
	return a.Queue.Add(ctx, s.Site, ClearUnsaved{}, jobs.Options{Key: "unsaved." + due.Format("2006-01"), RunAt: due})
}

// monthAfter is the first moment of the month after t, so that a site has one such job a month.
func monthAfter(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month()+1, 1, 0, 0, 0, 0, time.UTC)
}

// Arrive notes that the actor's form of an article is open.
func (a *Articles) Arrive(ctx context.Context, site kernel.SiteID, id ID, session string) error {
	_, err := a.Autosave(ctx, Autosave{Site: site, Article: id, Session: session})
	return err
}

// Others are who else has a form of the article open, each once, the last to be seen first.
func (a *Articles) Others(ctx context.Context, site kernel.SiteID, id ID) ([]Present, error) {
	return a.others(ctx, site, id, kernel.ActorFrom(ctx).Account, a.Now().Add(-PresentWithin))
}

// Unsaved is what the actor has typed into forms of the article and not saved, newest first; article 0 is a new one's.
func (a *Articles) Unsaved(ctx context.Context, site kernel.SiteID, id ID) ([]Autosave, error) {
	return a.unsaved(ctx, site, id, kernel.ActorFrom(ctx).Account)
}

// Unfinished is one autosave of the actor; anybody else's is NotFound.
func (a *Articles) Unfinished(ctx context.Context, site kernel.SiteID, autosave int64) (Autosave, error) {
	return a.autosave(ctx, site, kernel.ActorFrom(ctx).Account, autosave)
}

// Saved says which of the actor's autosaves are done with once a form is saved: the form's own, and the one it began with.
type Saved struct {
	Session  string
	Restored int64
}

// Discard takes autosaves of the actor away, in the caller's transaction if there is one.
func (a *Articles) Discard(ctx context.Context, site kernel.SiteID, s Saved) error {
	if s == (Saved{}) {
		return nil
	}
	return a.DB.InTx(ctx, func(ctx context.Context) error {
		return a.discard(ctx, site, kernel.ActorFrom(ctx).Account, s)
	})
}

// check refuses what is no autosave; what was typed is not looked at.
func (s *Autosave) check() error {
	switch {
	case s.Account == 0:
		return fault.New(fault.Forbidden, "请先登录，再写稿。")
	case len(s.Session) < 16 || len(s.Session) > 64 || strings.Trim(s.Session, "abcdefghijklmnopqrstuvwxyz0123456789-") != "":
		return fault.In("session", "没有收到编辑窗口的编号，请刷新后再写。")
	case s.Seq < 0 || s.Base < 0 || s.Column < 0:
		return fault.In("seq", "自动保存的序号不对，请刷新后再写。")
	case len(s.Words) > 2*longestBody:
		return fault.New(fault.TooLarge, "正文太长，最多 %d MB。", longestBody>>20)
	}
	return nil
}

// ClearUnsaved takes away a site's autosaves that nobody came back to.
type ClearUnsaved struct{}

// Kind names the job.
func (ClearUnsaved) Kind() string { return "article.unsaved.clear" }

func (a *Articles) clearUnsaved(ctx context.Context, site kernel.SiteID) error {
	return a.DB.InTx(ctx, func(ctx context.Context) error { return a.clear(ctx, site, a.Now().Add(-unsavedFor)) })
}

// unique draws ids until f's insert does not meet one that another process has drawn.
func (a *Articles) unique(f func(id int64) error) error {
	for try := 0; ; try++ {
		err := f(a.IDs.Next())
		if err == nil || !db.Unique(err) || try == 3 {
			return err
		}
	}
}
