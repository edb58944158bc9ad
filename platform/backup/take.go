package backup

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/blob"
)

// Options say what to back up, and where to.
type Options struct {
	To          string        // a folder, in which the archive names itself, or a file that does not exist
	Release     string        // of this program
	Fingerprint string        // of the key
	Key         []byte        // the key itself, nil to leave it out
	Site        kernel.SiteID // 0 for everything
	Host        string        // the site's, for the name of the archive
	Progress    Progress
}

const about = "站群备份：可用 tar 打开；rows/ 下是各表的行（gzip 压缩的 JSON 行，列见 tables），media/ 下是媒体文件，manifest.jsonl 是每一部分的摘要。" +
	"校验用 zhanqun verify，恢复用 zhanqun restore。A Zhanqun backup: a tar; check it with zhanqun verify, bring it back with zhanqun restore."

// Take writes one archive of the installation as it stands now, while others go on writing. The rows are of one moment; a blob
// that rows of that moment name is stored before them and removed after them, and blobs are copied last, so none is missing
// unless its row was taken away meanwhile. When Take fails, or is killed, nothing stands under the archive's name.
func (s *Store) Take(ctx context.Context, o Options) (r Report, err error) {
	began := s.Now()
	if o.Site != 0 && o.Host == "" {
		return r, fmt.Errorf("backup: site %d without its host", o.Site)
	}
	w, err := create(archiveName(o, s), began)
	if err != nil {
		return r, err
	}
	defer func() {
		if cerr := w.close(); err == nil && cerr != nil {
			err = cerr
		}
	}()
	if err := s.DB.Snapshot(ctx, func(ctx context.Context) error { return s.rows(ctx, w, o) }); err != nil {
		return r, err
	}
	if o.Key != nil {
		if err := w.member(Part{Name: keyName, Bytes: int64(len(o.Key))}, int64(len(o.Key)), bytes.NewReader(o.Key)); err != nil {
			return r, err
		}
		w.totals.Key = true
	}
	if err := s.blobs(ctx, w, o); err != nil {
		return r, err
	}
	digest, err := w.finish(ctx)
	if err != nil {
		return r, err
	}
	return Report{File: w.name, Digest: digest, Size: w.offset, TakenAt: began, Site: o.Host, Totals: w.totals, Took: s.Now().Sub(began)}, nil
}

// archiveName is the file that o.To means.
func archiveName(o Options, s *Store) string {
	if i, err := os.Stat(o.To); err == nil && i.IsDir() || strings.HasSuffix(o.To, string(filepath.Separator)) {
		name := "zhanqun-"
		if o.Host != "" {
			name += strings.NewReplacer("/", "-", ":", "-").Replace(strings.Trim(o.Host, "/")) + "-"
		}
		return filepath.Join(o.To, name+s.Now().UTC().Format("20060102T150405Z")+".tar")
	}
	return o.To
}

// rows writes header and tables; it runs inside the snapshot.
func (s *Store) rows(ctx context.Context, w *writer, o Options) error {
	h, err := s.describe(ctx, o)
	if err != nil {
		return err
	}
	h.TakenAt = w.at
	if err := w.header(h); err != nil {
		return err
	}
	for i := range h.Tables {
		c := &h.Tables[i]
		t, err := w.table(c)
		if err != nil {
			return err
		}
		err = scan(ctx, s.DB, s.tableOf(c.Table), c, int64(o.Site), func(r row) error {
			if (t.total+t.rows)%1000 == 0 && o.Progress != nil {
				o.Progress(c.Table, w.totals.Rows+t.total+t.rows, 0, w.offset)
			}
			return t.add(r)
		})
		if err == nil {
			err = t.end()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) describe(ctx context.Context, o Options) (Header, error) {
	h := Header{Format: Format, About: about, Release: o.Release, Engine: "sqlite", Fingerprint: o.Fingerprint, Site: int64(o.Site), Host: o.Host}
	if s.DB.Postgres() {
		h.Engine = "postgres"
	}
	var err error
	if h.Schema, err = applied(ctx, s.DB); err != nil {
		return h, err
	}
	if h.Revision, err = revision(ctx, s.DB); err != nil {
		return h, err
	}
	for _, t := range s.Tables {
		if o.Site != 0 && t.Tenant == "" {
			continue
		}
		c, err := columns(ctx, s.DB, t.Name)
		if err != nil {
			return h, err
		}
		h.Tables = append(h.Tables, c)
	}
	return h, nil
}

func (s *Store) tableOf(name string) Table {
	for _, t := range s.Tables {
		if t.Name == name {
			return t
		}
	}
	return Table{}
}

// MediaOf is where the blobs of one site are, by their key.
func MediaOf(site kernel.SiteID) string {
	if site == kernel.Platform {
		return ""
	}
	return site.String() + "/"
}

func (s *Store) blobs(ctx context.Context, w *writer, o Options) error {
	for info, err := range s.Media.List(ctx, MediaOf(o.Site)) {
		if err != nil {
			return err
		}
		if o.Progress != nil {
			o.Progress(info.Key, w.totals.Rows, w.totals.Blobs, w.offset)
		}
		c, err := s.Media.Open(ctx, info.Key, blob.Range{})
		if fault.Is(err, fault.NotFound) {
			continue // removed since it was listed
		}
		if err != nil {
			return fmt.Errorf("back up blob %s: %w", info.Key, err)
		}
		if err := w.blob(c); err != nil {
			c.Close()
			return fmt.Errorf("back up blob %s: %w", info.Key, err)
		}
		if err := c.Close(); err != nil {
			return fmt.Errorf("back up blob %s: %w", info.Key, err)
		}
	}
	return ctx.Err()
}
