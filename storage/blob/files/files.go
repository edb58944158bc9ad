// Package files keeps blobs in a folder: the default that needs no set-up (feature rows B13 and Y1).
//
// A blob is one file at its key, so that one rename replaces bytes, hash and type together: the file is the content
// followed by a short trailer. Put writes and syncs a temporary file, renames it and syncs the folder, so that what was
// acknowledged survives a power cut. All paths go through os.Root: nothing outside the folder is read or written, not
// even through a symbolic link. A file that somebody else laid there is served as it is, without hash and type.
package files

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"syscall"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/blob"
)

// temp is where unfinished files stand.
const temp = blob.Reserved + "/tmp"

// Store is a folder. Its methods are safe for concurrent use, also by several processes.
type Store struct{ root *os.Root }

var _ blob.Store = (*Store)(nil)

// Open opens the folder, which it makes when it is absent, and removes what a crash left unfinished in it. What another
// process is still writing stays.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fault.Because(err, fault.Unavailable, "不能建立文件目录 %s，请检查上级目录是否可写。", dir)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fault.Because(err, fault.Unavailable, "打不开文件目录 %s，请检查是否可读写。", dir)
	}
	s := &Store{root: root}
	if err := s.prepare(); err != nil {
		root.Close()
		return nil, fault.Because(err, fault.Unavailable, "文件目录 %s 不能写入，请检查权限和剩余空间。", dir)
	}
	return s, nil
}

// Close ends the use of the folder; blobs that are open stay readable.
func (s *Store) Close() error { return s.root.Close() }

func (s *Store) prepare() error {
	if err := s.root.MkdirAll(temp, 0o750); err != nil {
		return err
	}
	d, err := s.root.Open(temp)
	if err != nil {
		return err
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	if err != nil {
		return err
	}
	for _, name := range names {
		f, err := s.root.OpenFile(path.Join(temp, name), os.O_RDWR|syscall.O_NONBLOCK, 0)
		if errors.Is(err, fs.ErrNotExist) {
			continue // finished this moment
		}
		if err != nil {
			return err
		}
		if claim(f) {
			err = s.root.Remove(path.Join(temp, name))
		}
		f.Close()
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Put implements blob.Store.
func (s *Store) Put(ctx context.Context, key string, r io.Reader, contentType string) (blob.Info, error) {
	contentType, err := blob.CheckType(contentType)
	if err == nil {
		err = blob.CheckKey(key)
	}
	if err != nil {
		return blob.Info{}, err
	}
	f, name, err := s.create()
	if err != nil {
		return blob.Info{}, failure("create file for", key, err)
	}
	defer f.Close() // its lock keeps the file from other processes until it has its name
	d := blob.NewDigest(r)
	info, err := write(ctx, f, d, contentType)
	if err == nil {
		info.Key = key
		err = s.settle(name, key)
	}
	switch {
	case d.Failed() != nil:
		err = fmt.Errorf("put blob %q: %w", key, d.Failed())
	case err != nil:
		err = failure("put", key, err)
	default:
		return info, nil
	}
	return blob.Info{}, errors.Join(err, s.discard(name))
}

// create makes a temporary file and claims it.
func (s *Store) create() (*os.File, string, error) {
	for {
		name := path.Join(temp, rand.Text())
		f, err := s.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o640)
		if err != nil {
			return nil, "", err
		}
		if claim(f) {
			return f, name, nil
		}
		f.Close() // a starting process took it for a crash's
	}
}

func write(ctx context.Context, f *os.File, d *blob.Digest, contentType string) (blob.Info, error) {
	buf := make([]byte, 64<<10)
	for {
		if err := ctx.Err(); err != nil {
			return blob.Info{}, err
		}
		n, err := d.Read(buf)
		if _, err := f.Write(buf[:n]); err != nil {
			return blob.Info{}, err
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return blob.Info{}, err
		}
	}
	info := blob.Info{Size: d.Size(), SHA256: d.SHA256(), ContentType: contentType}
	if _, err := f.Write(trailer(info)); err != nil {
		return blob.Info{}, err
	}
	if err := errors.Join(f.Sync(), ctx.Err()); err != nil {
		return blob.Info{}, err
	}
	st, err := f.Stat()
	if err != nil {
		return blob.Info{}, err
	}
	info.ModifiedAt = st.ModTime().UTC()
	return info, nil
}

// settle gives the temporary file its name, and returns once that is on the disk.
func (s *Store) settle(name, key string) error {
	dir := path.Dir(key)
	if err := s.mkdirs(dir); err != nil {
		return err
	}
	if err := s.root.Rename(name, key); err != nil {
		return err
	}
	return s.syncDir(dir)
}

// mkdirs makes the folder and those above it, each on the disk before the next.
func (s *Store) mkdirs(dir string) error {
	if dir == "." {
		return nil
	}
	st, err := s.root.Stat(dir)
	switch {
	case err == nil && st.IsDir():
		return nil
	case err == nil:
		return syscall.ENOTDIR
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := s.mkdirs(path.Dir(dir)); err != nil {
		return err
	}
	if err := s.root.Mkdir(dir, 0o750); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return s.syncDir(path.Dir(dir))
}

func (s *Store) syncDir(dir string) error {
	d, err := s.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func (s *Store) discard(name string) error {
	if err := s.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove unfinished blob: %w", err)
	}
	return nil
}

// Delete implements blob.Store.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := errors.Join(blob.CheckKey(key), ctx.Err()); err != nil {
		return err
	}
	st, err := s.root.Lstat(key)
	if err == nil && st.IsDir() {
		return nil // a folder is not a blob
	}
	if err == nil {
		err = s.root.Remove(key)
	}
	if err == nil {
		err = s.syncDir(path.Dir(key))
	}
	if err = failure("delete", key, err); fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// failure turns an error of the file system into a fault where somebody can act on it.
func failure(doing, key string, err error) error {
	is := func(targets ...error) bool {
		for _, t := range targets {
			if errors.Is(err, t) {
				return true
			}
		}
		return false
	}
	switch {
	case err == nil:
		return nil
	case fault.KindOf(err) != "":
	case is(syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG):
		return fault.Because(err, fault.Unavailable, "存储空间不足，文件没有保存，请联系管理员。")
	case is(syscall.EIO, syscall.EROFS, syscall.ESTALE, syscall.ETIMEDOUT, syscall.EMFILE, syscall.ENFILE):
		return blob.Down(err)
	case doing == "put" && is(syscall.ENOTDIR, syscall.EISDIR, syscall.ENOTEMPTY, syscall.EEXIST):
		return fault.Because(err, fault.Conflict, "这个存储名称与已有的目录或文件冲突。")
	case is(fs.ErrNotExist, syscall.ENOTDIR, syscall.EISDIR):
		return blob.NotFound(err)
	}
	return fmt.Errorf("%s blob %q: %w", doing, key, err)
}
