package app

import (
	"context"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/blob"
	"github.com/zhanqun/zhanqun/storage/blob/files"
	"github.com/zhanqun/zhanqun/storage/blob/minio"
)

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
