package app

import (
	"context"
	"io"
	"iter"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/blob"
	"github.com/zhanqun/zhanqun/storage/blob/cached"
	"github.com/zhanqun/zhanqun/storage/blob/files"
	"github.com/zhanqun/zhanqun/storage/blob/minio"
	"github.com/zhanqun/zhanqun/tenants/media"
)

// checkClamd refuses settings of the virus scanner that cannot be meant.
func (c Config) checkClamd() error {
	if c.Clamd == "" && c.ClamdOpen {
		return fault.In("clamd-open", "--clamd-open 要和 --clamd 一起指定。")
	}
	if host, port, err := net.SplitHostPort(c.Clamd); c.Clamd != "" && !strings.HasPrefix(c.Clamd, "/") && (err != nil || host == "" || port == "") {
		return fault.In("clamd", "--clamd 应形如 127.0.0.1:3310，或者是套接字文件的完整路径，现在是“%s”。", c.Clamd)
	}
	return nil
}

// virus is what looks for viruses, or nil.
func (c Config) virus() *media.Clamd {
	if c.Clamd == "" {
		return nil
	}
	return &media.Clamd{Address: c.Clamd, Open: c.ClamdOpen}
}

// answerWithin is how long an S3 server may take to begin an answer.
const answerWithin = 10 * time.Second

// openStore opens the media store, which asks whether it answers, behind a deadline and a breaker.
func openStore(ctx context.Context, cfg Config) (blob.Store, error) {
	at, err := blob.ParseURL(cfg.Media)
	if err != nil {
		return nil, err
	}
	var store blob.Store
	if at.Folder != "" {
		store, err = files.Open(at.Folder)
	} else {
		store, err = minio.Open(ctx, at.S3, answerWithin)
	}
	if err != nil {
		return nil, err
	}
	return blob.Guard(store, answerWithin, kernel.SystemClock), nil
}

// lateStore is the media store, opened when somebody first needs it: a node that has served before starts without it, and a command that
// keeps no file leaves no folder behind.
type lateStore struct {
	cfg   Config
	mu    sync.Mutex
	store blob.Store
}

func openLate(cfg Config) blob.Store { return &lateStore{cfg: cfg} }

// openCached is that store, for a server behind the cache on its own disk, if it is to have one. A folder needs none.
func openCached(cfg Config, now kernel.Clock) (blob.Store, error) {
	if cfg.MediaCache == 0 || cfg.command {
		return openLate(cfg), nil
	}
	return cached.Open(filepath.Join(cfg.Data, "media-cache"), openLate(cfg), cached.Bounds{Bytes: int64(cfg.MediaCache) << 20, Lasts: media.Lasting, Now: now})
}

// ready is the store, or why it is not there yet; the next call tries again.
func (l *lateStore) ready(ctx context.Context) (blob.Store, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.store != nil {
		return l.store, nil
	}
	ctx, cancel := context.WithTimeout(ctx, mediaWithin)
	defer cancel()
	store, err := openStore(ctx, l.cfg)
	if err != nil {
		return nil, blob.Down(err)
	}
	l.store = store
	return store, nil
}

func (l *lateStore) Put(ctx context.Context, key string, r io.Reader, contentType string) (blob.Info, error) {
	s, err := l.ready(ctx)
	if err != nil {
		return blob.Info{}, err
	}
	return s.Put(ctx, key, r, contentType)
}

func (l *lateStore) Open(ctx context.Context, key string, r blob.Range) (*blob.Content, error) {
	s, err := l.ready(ctx)
	if err != nil {
		return nil, err
	}
	return s.Open(ctx, key, r)
}

func (l *lateStore) Stat(ctx context.Context, key string) (blob.Info, error) {
	s, err := l.ready(ctx)
	if err != nil {
		return blob.Info{}, err
	}
	return s.Stat(ctx, key)
}

func (l *lateStore) Delete(ctx context.Context, key string) error {
	s, err := l.ready(ctx)
	if err != nil {
		return err
	}
	return s.Delete(ctx, key)
}

func (l *lateStore) List(ctx context.Context, prefix string) iter.Seq2[blob.Info, error] {
	s, err := l.ready(ctx)
	if err != nil {
		return func(yield func(blob.Info, error) bool) { yield(blob.Info{}, err) }
	}
	return s.List(ctx, prefix)
}
