package files

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/zhanqun/zhanqun/storage/blob"
)

// A trailer is a line of JSON, its length in hex, and the mark, at the very end of a file. What an uploader appends to
// look like one stands before ours and is content.
const (
	mark       = " zhanqun-blob-1\n"
	tailSize   = 8 + len(mark)
	maxTrailer = 1 << 10
)

// note is what the trailer holds.
type note struct {
	SHA256 string `json:"sha256"`
	Type   string `json:"type"`
}

func trailer(i blob.Info) []byte {
	b, err := json.Marshal(note{SHA256: i.SHA256, Type: i.ContentType})
	if err != nil {
		panic(err) // two strings
	}
	b = append(append([]byte{'\n'}, b...), '\n')
	return fmt.Appendf(b, "%08x%s", len(b), mark)
}

// parse returns the size of the content and the note, given the end of a file of size bytes; a file without a trailer
// is content.
func parse(end []byte, size int64) (int64, note) {
	head, ok := bytes.CutSuffix(end, []byte(mark))
	if !ok || len(head) < 8 {
		return size, note{}
	}
	n, err := strconv.ParseUint(string(head[len(head)-8:]), 16, 32)
	line := head[:len(head)-8]
	if err != nil || n > uint64(len(line)) {
		return size, note{}
	}
	var t note
	if json.Unmarshal(line[len(line)-int(n):], &t) != nil {
		return size, note{}
	}
	return size - int64(n) - int64(tailSize), t
}

// open opens a blob's file, at its beginning.
func (s *Store) open(key string) (*os.File, blob.Info, error) {
	f, err := s.root.OpenFile(key, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe laid there must not hold us
	if err != nil {
		return nil, blob.Info{}, err
	}
	info, err := read(f)
	if err != nil {
		f.Close()
		return nil, blob.Info{}, err
	}
	info.Key = key
	return f, info, nil
}

func read(f *os.File) (blob.Info, error) {
	st, err := f.Stat()
	if err != nil {
		return blob.Info{}, err
	}
	if !st.Mode().IsRegular() {
		return blob.Info{}, fs.ErrNotExist
	}
	end := make([]byte, min(st.Size(), maxTrailer))
	if _, err := f.ReadAt(end, st.Size()-int64(len(end))); err != nil && !errors.Is(err, io.EOF) {
		return blob.Info{}, err
	}
	size, t := parse(end, st.Size())
	return blob.Info{Size: size, SHA256: t.SHA256, ContentType: t.Type, ModifiedAt: st.ModTime().UTC()}, nil
}

// Stat implements blob.Store.
func (s *Store) Stat(ctx context.Context, key string) (blob.Info, error) {
	if err := errors.Join(blob.CheckKey(key), ctx.Err()); err != nil {
		return blob.Info{}, err
	}
	f, info, err := s.open(key)
	if err != nil {
		return blob.Info{}, failure("stat", key, err)
	}
	return info, f.Close()
}

// Open implements blob.Store.
func (s *Store) Open(ctx context.Context, key string, r blob.Range) (*blob.Content, error) {
	if err := errors.Join(blob.CheckKey(key), ctx.Err()); err != nil {
		return nil, err
	}
	f, info, err := s.open(key)
	if err != nil {
		return nil, failure("open", key, err)
	}
	offset, length, err := r.Resolve(info.Size)
	if err != nil {
		f.Close()
		return nil, err
	}
	body := section{io.NewSectionReader(f, offset, length), f}
	return &blob.Content{ReadCloser: body, Info: info, Offset: offset, Length: length}, nil
}

// section is the part of a file that was asked for.
type section struct {
	*io.SectionReader
	io.Closer
}

// List implements blob.Store.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[blob.Info, error] {
	return func(yield func(blob.Info, error) bool) {
		if err := blob.CheckPrefix(prefix); err != nil {
			yield(blob.Info{}, err)
			return
		}
		s.walk(ctx, path.Dir(prefix+"x"), prefix, yield)
	}
}

// walk yields the blobs below dir and reports whether to go on.
func (s *Store) walk(ctx context.Context, dir, prefix string, yield func(blob.Info, error) bool) bool {
	names, err := s.names(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) {
		return yield(blob.Info{}, failure("list", dir, err))
	}
	for _, name := range names {
		if ctx.Err() != nil {
			return yield(blob.Info{}, fmt.Errorf("list blobs: %w", ctx.Err()))
		}
		key := path.Join(dir, name)
		isDir := strings.HasSuffix(name, "/")
		switch {
		case key == blob.Reserved:
		case isDir && (strings.HasPrefix(key+"/", prefix) || strings.HasPrefix(prefix, key+"/")):
			if !s.walk(ctx, key, prefix, yield) {
				return false
			}
		case !isDir && strings.HasPrefix(key, prefix):
			f, info, err := s.open(key)
			if errors.Is(err, fs.ErrNotExist) {
				continue // deleted this moment
			}
			if err == nil {
				err = f.Close()
			}
			if !yield(info, failure("list", key, err)) || err != nil {
				return false
			}
		}
	}
	return true
}

// names returns the folders, with a slash, and files of dir, in the order that their keys have: a-b before a/b.
func (s *Store) names(dir string) ([]string, error) {
	d, err := s.root.Open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	entries, err := d.ReadDir(-1)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		switch {
		case e.IsDir():
			names = append(names, e.Name()+"/")
		case e.Type().IsRegular():
			names = append(names, e.Name())
		}
	}
	slices.SortFunc(names, cmp.Compare[string])
	return names, nil
}
