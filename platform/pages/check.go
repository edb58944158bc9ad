package pages

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
)

// Mirrored is one file of a mirror, as it stands on disk.
type Mirrored struct {
	File     string
	URL      string // "" when the file is torn
	Site     kernel.SiteID
	Saved    time.Time
	Behind   bool // rendered from revisions that are no more
	Torn     bool // not what was written, or never finished
	Modified time.Time
}

// WalkMirror gives every file of the mirror in dir, without opening the mirror: the server that keeps it may be running. now are
// the revisions in the store. A folder that is not there is an empty mirror.
func WalkMirror(dir string, now map[kernel.SiteID]int64, f func(Mirrored) error) error {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer root.Close()
	return fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !mirrored(strings.TrimSuffix(name, ".new")) {
			return err
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // replaced meanwhile
		}
		if err != nil {
			return err
		}
		m := Mirrored{File: filepath.Join(dir, name), Modified: info.ModTime(), Torn: true}
		if !strings.HasSuffix(name, ".new") {
			b, err := root.ReadFile(name)
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil {
				return err
			}
			m.read(b, now)
		}
		return f(m)
	})
}

func (m *Mirrored) read(b []byte, now map[kernel.SiteID]int64) {
	b, err := open(b)
	if err != nil {
		return
	}
	line, _, ok := bytes.Cut(b, []byte{'\n'})
	var h header
	if !ok || json.Unmarshal(line, &h) != nil {
		return
	}
	m.URL, m.Site, m.Saved, m.Torn = h.URL, kernel.SiteID(h.Site), h.Saved, false
	for site, rev := range h.Stamps {
		m.Behind = m.Behind || rev != now[kernel.SiteID(site)]
	}
}

// Stored reads every site's revision from the store; a site that never changed has none.
func (r *Revisions) Stored(ctx context.Context) (map[kernel.SiteID]int64, error) {
	return r.source.all(ctx)
}
