package media

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/jobs"
)

// Develop looks at a film and makes the form of it that goes out.
type Develop struct {
	Media ID `json:"media"`
}

// Kind names the job.
func (Develop) Kind() string { return "media.develop" }

// again is how long a film waits when another is being made here.
const again = 15 * time.Second

// filmJobs registers what is done with films and pictures once they are kept.
func (m *Media) filmJobs(q *jobs.Queue) {
	jobs.Handle(q, func(ctx context.Context, site kernel.SiteID, j Develop) error { return m.develop(ctx, site, j.Media) })
	jobs.Handle(q, func(ctx context.Context, site kernel.SiteID, j Lighten) error { return m.lighten(ctx, site, j.Media) })
	jobs.Handle(q, func(ctx context.Context, site kernel.SiteID, j Ladder) error { return m.climb(ctx, site, j.Media) })
}

// expose has a film that was just kept looked at, and a picture made lighter, in the transaction that keeps it.
func (m *Media) expose(ctx context.Context, i *Item) error {
	if !i.Timed() || m.Queue == nil {
		return m.brighten(ctx, i)
	}
	if i.Film != nil { // it came in the form that goes out
		return m.putFilm(ctx, i.Site, i.ID, i.Film)
	}
	i.Film = &Film{State: Waiting, At: m.Now()}
	if err := m.putFilm(ctx, i.Site, i.ID, i.Film); err != nil {
		return err
	}
	return m.Queue.Add(ctx, i.Site, Develop{i.ID}, jobs.Options{Key: strconv.FormatInt(i.ID, 10)})
}

// Again has a film that goes out as it came, or not at all, looked at once more.
func (m *Media) Again(ctx context.Context, site kernel.SiteID, id ID) error {
	return m.DB.InTx(ctx, func(ctx context.Context) error {
		i, err := m.Get(ctx, site, id)
		if err != nil {
			return err
		}
		if !i.Timed() || i.Film != nil && i.Film.State != AsCame && i.Film.State != Broken && !i.Film.failed() {
			return fault.New(fault.Conflict, "这个文件不需要重新处理。")
		}
		if i.Film != nil && i.Film.failed() {
			err = m.retry(ctx, i)
		} else {
			i.Film = nil
			err = m.expose(ctx, i)
		}
		if err != nil {
			return err
		}
		return m.Audit.Record(ctx, audit.Entry{Site: site, Action: "media.again", Object: i.object(), Note: map[string]string{"name": i.Name}})
	})
}

// develop is the job. It is done once however often it runs; one film is made at a time here, and others wait without a worker.
func (m *Media) develop(ctx context.Context, site kernel.SiteID, id ID) error {
	i, err := m.Get(ctx, site, id)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil || !i.Timed() || i.Film != nil && i.Film.State != Waiting && i.Film.State != Working {
		return err
	}
	probe, tool, err := tools()
	if errors.Is(err, errNoTools) {
		return m.endFilm(ctx, i, &Film{State: AsCame})
	}
	return m.alone(ctx, site, Develop{id}, func() error {
		return m.workshop(ctx, i.key(0), func(root *os.Root) error {
			f, err := m.made(ctx, i, root, probe, tool)
			if err != nil {
				return err
			}
			return m.endFilm(ctx, i, f)
		})
	})
}

// alone does what takes a whole machine, unless that is done already; then the job waits in the table.
func (m *Media) alone(ctx context.Context, site kernel.SiteID, j jobs.Job, do func() error) error {
	select {
	case m.booth <- struct{}{}:
		defer func() { <-m.booth }()
		return do()
	default:
		return m.Queue.Add(ctx, site, j, jobs.Options{RunAt: m.Now().Add(again)})
	}
}

// workshop lays bytes into a folder of its own, where the tools find them as "in", and removes it when all is done.
func (m *Media) workshop(ctx context.Context, key string, do func(root *os.Root) error) error {
	sweepFolders()
	dir, err := os.MkdirTemp("", folders)
	if err != nil {
		return fmt.Errorf("make a folder for %s: %w", key, err)
	}
	defer os.RemoveAll(dir)
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("open the folder of %s: %w", key, err)
	}
	defer root.Close()
	if err := m.fetch(ctx, key, root); err != nil {
		return err
	}
	return do(root)
}

// folders is what those are called in which films are made.
const folders = "zhanqun-film-*"

// sweepFolders removes what a program that was killed has left behind: no film takes so long.
func sweepFolders() {
	left, _ := filepath.Glob(filepath.Join(os.TempDir(), folders)) // the pattern is a good one
	for _, dir := range left {
		if s, err := os.Stat(dir); err == nil && time.Since(s.ModTime()) > 4*encodeWithin {
			_ = os.RemoveAll(dir) // somebody else's, if it stays: the next film tries again
		}
	}
}

// fetch lays bytes into the folder, where the tools find them as "in".
func (m *Media) fetch(ctx context.Context, key string, root *os.Root) error {
	return m.lay(ctx, key, root, "in")
}

// made is the film that the tools make of what lies in the folder. What they cannot do is no error: the film says so.
func (m *Media) made(ctx context.Context, i *Item, root *os.Root, probe, tool string) (*Film, error) {
	var said *toolFault
	p, err := look(ctx, probe, root.Name(), "in")
	if errors.As(err, &said) {
		return &Film{State: Broken, Why: said.said}, nil
	}
	if err != nil {
		return nil, err
	}
	f := p.film()
	if err := m.putFilm(ctx, i.Site, i.ID, f); err != nil {
		return nil, err
	}
	if f.Video != "" {
		f.sides = sides(f.Width, f.Height)
		if err := m.framed(ctx, i, f, root, tool); err != nil {
			return nil, err
		}
	}
	kind, err := develop(ctx, tool, root.Name(), p, func(n int) {
		f.Progress = n
		_ = m.putFilm(ctx, i.Site, i.ID, f) // for whoever watches; the end is written for sure
	})
	switch {
	case errors.As(err, &said):
		f.State, f.Why = AsCame, said.said
		return f, nil
	case err != nil:
		return nil, err
	}
	f.Play, err = m.putForm(ctx, i.Site, root, "out", kind)
	f.State, f.Progress = Ready, 100
	return f, err
}

// framed puts a poster beside a film, which then is as wide and high as people see it; one of which there is no picture does without.
func (m *Media) framed(ctx context.Context, i *Item, f *Film, root *os.Root, tool string) error {
	var said *toolFault
	err := poster(ctx, tool, root.Name(), f.Length)
	if errors.As(err, &said) {
		return nil
	}
	if err != nil {
		return err
	}
	raw, err := root.ReadFile("poster")
	if err != nil {
		return nil // a film without a frame at that place
	}
	c, err := jpeg.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return nil
	}
	f.Width, f.Height = c.Width, c.Height
	f.Poster, err = m.putForm(ctx, i.Site, root, "poster", "jpg")
	return err
}

// putForm puts what was made into the store, where the same bytes lie once.
func (m *Media) putForm(ctx context.Context, site kernel.SiteID, root *os.Root, file, kind string) (Form, error) {
	f, err := root.Open(file)
	if err != nil {
		return Form{}, err
	}
	defer f.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, f)
	if err != nil {
		return Form{}, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return Form{}, err
	}
	form := Form{kind, hex.EncodeToString(sum.Sum(nil)), n}
	_, err = m.Store.Put(ctx, form.key(site), f, wire(kind))
	return form, err
}

// endFilm writes what became of a film; pages that show it are made anew. What was made for a site that is full is left out again.
func (m *Media) endFilm(ctx context.Context, i *Item, f *Film) error {
	quota, err := m.Sites.QuotaOf(ctx, i.Site)
	if err != nil {
		return err
	}
	return m.DB.InTx(ctx, func(ctx context.Context) error {
		if err := m.fits(ctx, i.Site, i.Name, 0, f.Play.Bytes+f.Poster.Bytes, quota); fault.Is(err, fault.Invalid) {
			f = &Film{State: AsCame, Length: f.Length, Width: f.Width, Height: f.Height, Video: f.Video, Audio: f.Audio, Why: fault.Say(err)}
		} else if err != nil {
			return err
		}
		if err := m.putFilm(ctx, i.Site, i.ID, f); err != nil {
			return err
		}
		if err := m.raise(ctx, i, f); err != nil {
			return err
		}
		if m.Revisions != nil {
			if err := m.Revisions.Bump(ctx, i.Site); err != nil {
				return err
			}
		}
		if err := m.Audit.Record(ctx, audit.Entry{Site: i.Site, Action: "media.develop", Object: i.object(), After: f.Play.SHA256, Note: map[string]string{"name": i.Name, "state": f.State}}); err != nil {
			return err
		}
		for _, key := range (&Item{Site: i.Site, Film: f}).madeKeys() { // the bin may have taken the same bytes away since (see erase): then once more
			if _, err := m.Store.Stat(ctx, key); err != nil {
				return err
			}
		}
		return nil
	})
}

// madeKeys are where what was made of an item lies.
func (i *Item) madeKeys() (all []string) {
	for _, l := range i.Lights {
		all = append(all, l.key(i.Site))
	}
	if i.Film == nil {
		return all
	}
	forms := []Form{i.Film.Play, i.Film.Poster}
	for _, r := range i.Film.Rungs {
		forms = append(forms, r.Form)
	}
	for _, f := range forms {
		if f.Bytes > 0 {
			all = append(all, f.key(i.Site))
		}
	}
	return all
}
