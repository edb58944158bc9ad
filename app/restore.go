package app

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/backup"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/storage/db"
)

// restoreWhole makes an installation of the archive at into: a folder, which appears when it is whole, or an empty PostgreSQL
// database with the media store and the key file of the session.
func (s *session) restoreWhole(a *backup.Archive, into string) (indexed int, err error) {
	k, err := s.archiveKey(a)
	if err != nil {
		return 0, err
	}
	cfg := s.cfg
	if strings.Contains(into, "://") {
		cfg.Database = into
		if cfg, err = cfg.Resolve(); err != nil {
			return 0, err
		}
		return s.fill(a, cfg)
	}
	if names, err := os.ReadDir(into); err == nil && len(names) > 0 {
		return 0, fault.New(fault.Conflict, "目录 %s 不是空的，没有恢复。请换一个空的或不存在的目录。", into)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, fault.Because(err, fault.Invalid, "%s 不是可以使用的目录，请检查路径和权限。", into)
	}
	into = filepath.Clean(into)
	dir, err := os.MkdirTemp(filepath.Dir(into), "."+filepath.Base(into)+".restoring-")
	if err != nil {
		return 0, fault.Because(err, fault.Unavailable, "建不了目录 %s，请检查上级目录是否存在、是否可写。", into)
	}
	defer os.RemoveAll(dir) // nothing is there once it has its name
	if cfg.Media == filepath.Join(cfg.Data, "media") {
		cfg.Media = filepath.Join(dir, "media")
	}
	cfg.Data, cfg.Database, cfg.KeyFile = dir, filepath.Join(dir, "zhanqun.db"), filepath.Join(dir, "key")
	if err := errors.Join(os.WriteFile(cfg.KeyFile, k, 0o600), os.Chmod(dir, 0o750)); err != nil {
		return 0, fault.Because(err, fault.Unavailable, "写不了 %s，请检查磁盘空间。", dir)
	}
	if indexed, err = s.fill(a, cfg); err != nil {
		return 0, err
	}
	if err := os.Rename(dir, into); err != nil {
		return 0, fault.Because(err, fault.Conflict, "已恢复，但不能命名为 %s，请检查它是否已被占用。", into)
	}
	return indexed, nil
}

// archiveKey is the key that belongs to the archive: the one in it, or the key file of the session.
func (s *session) archiveKey(a *backup.Archive) (key, error) {
	b, err := a.Key(s.ctx)
	if err != nil {
		return nil, err
	}
	k, from := key(b), "备份中的密钥"
	if b == nil {
		from = "密钥文件 " + s.cfg.KeyFile
		k, err = readKey(s.cfg.KeyFile)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fault.New(fault.NotFound, "这份备份不含密钥。请用 --key-file 给出原来的密钥文件（指纹 %.8s…）。", a.Header.Fingerprint)
		}
		if err != nil {
			return nil, err
		}
	}
	if k.fingerprint() != a.Header.Fingerprint {
		return nil, fault.New(fault.Conflict, "%s不是这份备份的：备份要的指纹是 %.8s…，它的是 %.8s…。", from, a.Header.Fingerprint, k.fingerprint())
	}
	return k, nil
}

// fill loads the archive into the empty store of cfg, with the schema that the archive had, and then brings that up to date.
func (s *session) fill(a *backup.Archive, cfg Config) (indexed int, err error) {
	media, err := openStore(s.ctx, cfg)
	if err != nil {
		return 0, err
	}
	d, err := db.Open(s.ctx, cfg.Database)
	if err != nil {
		return 0, err
	}
	ids := kernel.NewIDs(s.clock)
	log := audit.New(d, s.clock, ids)
	store := &backup.Store{DB: d, Media: media, Tables: kept, Audit: log, Now: s.clock,
		Published: publication.New(d, s.clock, ids, log, pages.NewRevisions(d))}
	err = store.Empty(s.ctx)
	if err == nil {
		_, err = d.Migrate(s.ctx, chosen(a.Header.Schema)...)
	}
	if err == nil {
		err = store.Load(s.ctx, a, s.progress())
	}
	if err != nil {
		return 0, errors.Join(err, d.Close())
	}
	h, err := furnish(s.ctx, cfg, d, s.clock, ids, true)
	if err != nil {
		return 0, errors.Join(err, d.Close())
	}
	indexed, err = h.settle(kernel.WithActor(s.ctx, identity.System("cli")), a)
	return indexed, errors.Join(err, h.Close())
}

// knows refuses an archive of a schema that this program is too old for.
func knows(schema []string) error {
	var have []string
	for _, source := range Migrations() {
		names, err := fs.Glob(source, "*.sql")
		if err != nil {
			return err
		}
		for _, n := range names {
			number, _, _ := strings.Cut(n, "_")
			have = append(have, number)
		}
	}
	for _, n := range schema {
		if !slices.Contains(have, n) {
			return fault.New(fault.Invalid, "备份来自更新的版本（本程序没有结构 %s），请用那个版本或更新的程序恢复。", n)
		}
	}
	return nil
}

// chosen are the migrations that made an archive's schema, and no later ones.
func chosen(schema []string) []fs.FS {
	var all []fs.FS
	for _, source := range Migrations() {
		all = append(all, onlyFiles{source, schema})
	}
	return all
}

// onlyFiles shows those files of a folder whose number is in the list.
type onlyFiles struct {
	fs.FS
	numbers []string
}

// ReadDir lists what is shown.
func (o onlyFiles) ReadDir(name string) ([]fs.DirEntry, error) {
	all, err := fs.ReadDir(o.FS, name)
	return slices.DeleteFunc(all, func(e fs.DirEntry) bool {
		number, _, _ := strings.Cut(e.Name(), "_")
		return !e.IsDir() && !slices.Contains(o.numbers, number)
	}), err
}
