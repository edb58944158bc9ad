package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/backup"
	"github.com/zhanqun/zhanqun/platform/site"
)

// copies is the room of backups over the house's store.
func (h *House) copies(ctx context.Context, cfg Config, s *session) (*backup.Store, error) {
	media, err := openStore(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return &backup.Store{DB: h.DB, Media: media, Tables: kept, Published: h.Published, Audit: h.Audit, Now: s.clock}, nil
}

type backupCommand struct {
	To      string `name:"to" required:"" placeholder:"PATH" help:"${f_to}"`
	Site    string `name:"site" placeholder:"SITE" help:"${f_one_site}"`
	WithKey bool   `name:"with-key" help:"${f_with_key}"`
}

// Run writes one archive while the server goes on. It changes nothing, so it leaves no record in the chains.
func (c backupCommand) Run(s *session) error {
	h, err := s.house(false)
	if err != nil {
		return err
	}
	defer h.Close()
	k, err := readKey(s.cfg.KeyFile)
	if err != nil {
		return err
	}
	o := backup.Options{To: c.To, Release: Release, Fingerprint: k.fingerprint(), Progress: s.progress()}
	if c.WithKey {
		o.Key = k
	}
	if c.Site != "" {
		l, err := siteArg{c.Site}.find(s, h)
		if err != nil {
			return err
		}
		o.Site, o.Host = l.ID, l.Host+l.Prefix
	}
	store, err := h.copies(s.ctx, s.cfg, s)
	if err != nil {
		return err
	}
	r, err := store.Take(s.ctx, o)
	if err != nil {
		return err
	}
	return s.print(r, func(w io.Writer) {
		fmt.Fprintf(w, s.words.say("backed_up")+"\n", r.File, r.Totals.Rows, r.Totals.Blobs, float64(r.Size)/1e6, r.Took.Seconds(), r.Digest)
		if c.WithKey {
			fmt.Fprintln(w, s.words.say("key_inside"))
		} else {
			fmt.Fprintf(w, s.words.say("key_apart")+"\n", s.cfg.KeyFile, o.Fingerprint[:8])
		}
	})
}

// progress tells on stderr, about once a second, how far the work is.
func (s *session) progress() backup.Progress {
	last := s.clock()
	return func(doing string, rows, blobs, bytes int64) {
		if now := s.clock(); now.Sub(last) >= time.Second {
			last = now
			fmt.Fprintf(s.err, s.words.say("copying")+"\n", doing, rows, blobs, float64(bytes)/1e6)
		}
	}
}

type verifyCommand struct {
	File string `arg:"" help:"${a_archive}"`
}

// verified is what verify prints under --json.
type verified struct {
	OK     bool            `json:"ok"`
	Digest string          `json:"digest,omitempty"`
	Header *backup.Header  `json:"header,omitempty"`
	Totals *backup.Totals  `json:"totals,omitempty"`
	Damage []backup.Damage `json:"damage"`
}

// Run checks an archive without restoring it; a damaged one is exit code 1.
func (c verifyCommand) Run(s *session) error {
	v, err := c.look(s)
	if err != nil {
		return err
	}
	if err := s.print(v, func(w io.Writer) {
		for _, d := range v.Damage {
			fmt.Fprintf(w, s.words.say("part_damaged")+"\n", d.Part, d.At, d.Why)
		}
		if v.OK {
			fmt.Fprintf(w, s.words.say("archive_whole")+"\n", v.Header.TakenAt.Format(time.RFC3339), v.Header.Engine, v.Header.Host, v.Totals.Rows, v.Totals.Blobs,
				v.Header.Fingerprint[:8], v.Digest)
		}
	}); err != nil {
		return err
	}
	return backup.First(v.Damage)
}

func (c verifyCommand) look(s *session) (verified, error) {
	a, err := backup.Open(c.File)
	var d *backup.Damage
	if errors.As(err, &d) {
		return verified{Damage: []backup.Damage{*d}}, nil
	}
	if err != nil {
		return verified{}, err
	}
	defer a.Close()
	found, err := a.Verify(s.ctx, s.progress())
	return verified{OK: len(found) == 0, Digest: a.Digest, Header: &a.Header, Totals: &a.Totals, Damage: append([]backup.Damage{}, found...)}, err
}

type restoreCommand struct {
	File string `arg:"" help:"${a_archive}"`
	Into string `name:"into" placeholder:"PLACE" help:"${f_into}"`
	Site bool   `name:"site" help:"${f_site_into}"`
}

// restored is what restore prints under --json.
type restored struct {
	Into    string        `json:"into"`
	Digest  string        `json:"digest"`
	TakenAt time.Time     `json:"taken_at"`
	Rows    int64         `json:"rows"`
	Blobs   int64         `json:"blobs"`
	Indexed int           `json:"indexed"`
	Took    time.Duration `json:"took_ns"`
}

// Run brings an archive back: the whole into an empty place, one site into an installation that lacks it.
func (c restoreCommand) Run(s *session) error {
	if (c.Into == "") == !c.Site {
		return fault.In("into", "请用 --into 指明一个空的目录或数据库；单个站点的备份请用 --site 恢复到现有的平台。")
	}
	began := s.clock()
	a, err := backup.Open(c.File)
	if err != nil {
		return err
	}
	defer a.Close()
	found, err := a.Verify(s.ctx, s.progress())
	if err := errors.Join(err, backup.First(found)); err != nil {
		return err
	}
	if err := knows(a.Header.Schema); err != nil {
		return err
	}
	var n int
	if c.Site {
		n, err = s.restoreTenant(a)
	} else {
		n, err = s.restoreWhole(a, c.Into)
	}
	if err != nil {
		return err
	}
	r := restored{c.Into, a.Digest, a.Header.TakenAt, a.Totals.Rows, a.Totals.Blobs, n, s.clock().Sub(began)}
	return s.print(r, func(w io.Writer) {
		fmt.Fprintf(w, s.words.say("restored")+"\n", r.Rows, r.Blobs, r.Indexed, r.TakenAt.Format(time.RFC3339), r.Took.Seconds())
	})
}

// restoreTenant brings one site back into the installation of the session.
func (s *session) restoreTenant(a *backup.Archive) (indexed int, err error) {
	h, err := s.house(false)
	if err != nil {
		return 0, err
	}
	defer h.Close()
	store, err := h.copies(s.ctx, s.cfg, s)
	if err != nil {
		return 0, err
	}
	if err := store.LoadTenant(s.ctx, a, s.progress()); err != nil {
		return 0, err
	}
	return h.settle(s.ctx, a)
}

// settle derives what a backup leaves out and notes the restore in the platform's chain.
func (h *House) settle(ctx context.Context, a *backup.Archive) (indexed int, err error) {
	if err := h.Sites.Reload(ctx); err != nil {
		return 0, err
	}
	all, err := h.Sites.List(ctx, site.Filter{}, kernel.Page{})
	if err != nil {
		return 0, err
	}
	for _, g := range all {
		if a.Header.Site != 0 && int64(g.ID) != a.Header.Site {
			continue
		}
		n, err := h.Articles.Reindex(ctx, g.ID)
		if err != nil {
			return indexed, err
		}
		indexed += n
	}
	return indexed, h.DB.InTx(ctx, func(ctx context.Context) error {
		if a.Header.Site == 0 {
			if err := h.Revisions.Leap(ctx); err != nil {
				return err
			}
		}
		err := h.Audit.Record(ctx, audit.Entry{Action: "backup.restored", Object: "backup/" + a.Digest, After: a.Digest,
			Note: map[string]string{"taken_at": a.Header.TakenAt.Format(time.RFC3339), "site": fmt.Sprint(a.Header.Site)}})
		if err != nil {
			return err
		}
		return h.Revisions.Bump(ctx, 0)
	})
}
