// Package cached keeps on a node's own disk what was read from a store that is far away, so that it is read once and goes on being read while that
// store does not answer (promises.md 2.6, decision 0051).
//
// It is for blobs that never change: a key whose bytes another node may replace would be read here as it was. What it keeps is bounded in
// bytes, the longest unused going first, and in age, so that what was erased elsewhere does not lie here for good. It decides nothing about who
// may read: whoever asks has asked that before.
package cached

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/blob"
	"github.com/zhanqun/zhanqun/storage/blob/files"
)

// For is how long a blob lies here after it was read from afar; it is looked for when others are read.
const For = 24 * time.Hour

// part is how many of one blob there are at least in all: a larger one would drive too many others out.
const part = 16

// Bounds say what is kept.
type Bounds struct {
	Bytes int64                 // of all blobs together
	Lasts func(key string) bool // whether the bytes of a key never change
	Now   kernel.Clock
}

// Store is a store with a folder before it. Its methods are safe for concurrent use.
type Store struct {
	blob.Store // far away
	near       *files.Store
	Bounds

	mu    sync.Mutex
	bytes int64
	order *list.List // of *entry, the one used last in front
	at    map[string]*list.Element
}

type entry struct {
	key      string
	size     int64
	since    time.Time // it lies here
	modified time.Time // there; zero of what an earlier program read
}

// Open puts the folder before a store. What lies in it already is known again.
func Open(dir string, far blob.Store, b Bounds) (*Store, error) {
	near, err := files.Open(dir)
	if err != nil {
		return nil, err
	}
	s := &Store{Store: far, near: near, Bounds: b, order: list.New(), at: map[string]*list.Element{}}
	var have []blob.Info
	for info, err := range near.List(context.Background(), "") {
		if err != nil {
			return nil, errors.Join(fmt.Errorf("read the cache of media: %w", err), near.Close())
		}
		have = append(have, info)
	}
	slices.SortFunc(have, func(a, b blob.Info) int { return a.ModifiedAt.Compare(b.ModifiedAt) })
	for _, i := range have {
		s.keep(entry{key: i.Key, size: i.Size, since: i.ModifiedAt})
	}
	return s, nil
}

// Close ends the use of the folder, not that of the store behind it.
func (s *Store) Close() error { return s.near.Close() }

// Open implements blob.Store.
func (s *Store) Open(ctx context.Context, key string, r blob.Range) (*blob.Content, error) {
	if !s.Lasts(key) {
		return s.Store.Open(ctx, key, r)
	}
	if c, err := s.here(ctx, key, r); c != nil || err != nil {
		return c, err
	}
	c, err := s.Store.Open(ctx, key, r)
	if err != nil || c.Info.Size > s.Bytes/part {
		return c, err
	}
	if c.Length < c.Info.Size { // a part of a blob that is kept whole
		if err := c.Close(); err != nil {
			return nil, err
		}
		if c, err = s.Store.Open(ctx, key, blob.Range{}); err != nil {
			return nil, err
		}
	}
	s.fetch(ctx, key, c)
	if c, err := s.here(ctx, key, r); c != nil || err != nil {
		return c, err
	}
	return s.Store.Open(ctx, key, r) // the disk is full, or the blob has gone again at once
}

// here is a blob out of the folder, or nil.
func (s *Store) here(ctx context.Context, key string, r blob.Range) (*blob.Content, error) {
	modified, known := s.use(key)
	if !known {
		return nil, nil
	}
	c, err := s.near.Open(ctx, key, r)
	var outside *blob.Unsatisfiable
	switch {
	case errors.As(err, &outside):
		return nil, err
	case err != nil: // somebody has emptied the folder
		s.drop(key)
		return nil, nil
	}
	c.Info.ModifiedAt = modified
	return c, nil
}

// fetch keeps what comes from afar if it is all of what it is said to be: as many bytes, with that hash.
func (s *Store) fetch(ctx context.Context, key string, c *blob.Content) {
	got, err := s.near.Put(ctx, key, c, c.Info.ContentType)
	err = errors.Join(err, c.Close())
	switch {
	case err == nil && got.Size == c.Info.Size && (c.Info.SHA256 == "" || got.SHA256 == c.Info.SHA256):
		s.keep(entry{key, got.Size, s.Now(), c.Info.ModifiedAt})
	case got.Key != "": // it lies there, and is not what it should be
		s.drop(key)
	}
}

// Put implements blob.Store: what is put is read from afar the next time.
func (s *Store) Put(ctx context.Context, key string, r io.Reader, contentType string) (blob.Info, error) {
	info, err := s.Store.Put(ctx, key, r, contentType)
	s.drop(key)
	return info, err
}

// Delete implements blob.Store.
func (s *Store) Delete(ctx context.Context, key string) error {
	err := s.Store.Delete(ctx, key)
	s.drop(key)
	return err
}

// use puts a blob in front; known is whether it lies here.
func (s *Store) use(key string) (modified time.Time, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, known := s.at[key]
	if !known {
		return time.Time{}, false
	}
	s.order.MoveToFront(e)
	return e.Value.(*entry).modified, true
}

// keep notes that a blob lies here, and takes away what is too much and what is too old.
func (s *Store) keep(n entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(n.key)
	s.at[n.key], s.bytes = s.order.PushFront(&n), s.bytes+n.size
	for e := s.order.Back(); e != nil; {
		before, old := e.Prev(), e.Value.(*entry)
		if s.bytes > s.Bytes || s.Now().Sub(old.since) > For {
			s.forget(old.key)
			s.remove(old.key)
		}
		e = before
	}
}

// drop takes a blob away.
func (s *Store) drop(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(key)
	s.remove(key)
}

func (s *Store) forget(key string) {
	if e, known := s.at[key]; known {
		s.order.Remove(e)
		delete(s.at, key)
		s.bytes -= e.Value.(*entry).size
	}
}

// remove deletes the file. One that stays is never read, for nothing knows of it, and is found at the next start.
func (s *Store) remove(key string) { _ = s.near.Delete(context.Background(), key) }
