package minio

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/blob"
)

// maxSigned is the longest life of a signed address that S3 allows.
const maxSigned = 7 * 24 * time.Hour

func (s *Store) info(o minio.ObjectInfo) blob.Info {
	return blob.Info{
		Key: strings.TrimPrefix(o.Key, s.prefix), Size: o.Size, SHA256: o.UserMetadata[hashMeta],
		ContentType: o.ContentType, ModifiedAt: o.LastModified.UTC(),
	}
}

// Stat implements blob.Store.
func (s *Store) Stat(ctx context.Context, key string) (blob.Info, error) {
	if err := blob.CheckKey(key); err != nil {
		return blob.Info{}, err
	}
	o, err := s.core.StatObject(ctx, s.bucket, s.prefix+key, minio.StatObjectOptions{})
	if err != nil {
		return blob.Info{}, failure("stat", key, err)
	}
	return s.info(o), nil
}

// Open implements blob.Store, with one request: Client.GetObject would answer its errors at the first Read, when the
// headers of the page are gone.
func (s *Store) Open(ctx context.Context, key string, r blob.Range) (*blob.Content, error) {
	if err := blob.CheckKey(key); err != nil {
		return nil, err
	}
	var o minio.GetObjectOptions
	switch { // SetRange takes no open end at offset 0
	case r.Offset < 0:
		o.Set("Range", fmt.Sprintf("bytes=%d", r.Offset))
	case r.Length > 0:
		o.Set("Range", fmt.Sprintf("bytes=%d-%d", r.Offset, r.Offset+r.Length-1))
	case r.Offset > 0:
		o.Set("Range", fmt.Sprintf("bytes=%d-", r.Offset))
	}
	reading, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, cancel)
	body, object, header, err := s.core.GetObject(reading, s.bucket, s.prefix+key, o)
	if err == nil && !stop() {
		body.Close()
		err = ctx.Err()
	}
	if err != nil {
		stop()
		cancel()
		if status(err) == http.StatusRequestedRangeNotSatisfiable {
			return nil, s.outOfRange(ctx, key)
		}
		return nil, failure("open", key, err)
	}
	c := &blob.Content{ReadCloser: &reader{body, cancel}, Info: s.info(object), Length: object.Size}
	c.Info.Key = key
	if r != (blob.Range{}) {
		if err := placed(c, header.Get("Content-Range"), r); err != nil {
			c.Close()
			return nil, err
		}
	}
	return c, nil
}

// placed reads where the answer stands in the blob: the size that the client reports is that of the answer.
func placed(c *blob.Content, contentRange string, asked blob.Range) error {
	var first, last, size int64
	if _, err := fmt.Sscanf(contentRange, "bytes %d-%d/%d", &first, &last, &size); err != nil {
		offset, length, err := asked.Resolve(c.Info.Size) // some servers answer the whole of a small object with 200
		if err != nil {
			return err
		}
		if offset != 0 || length != c.Info.Size {
			return fmt.Errorf("open blob %q: the store answered a range with Content-Range %s", c.Info.Key, strconv.Quote(contentRange))
		}
		return nil
	}
	c.Info.Size, c.Offset, c.Length = size, first, last-first+1
	return nil
}

func (s *Store) outOfRange(ctx context.Context, key string) error {
	i, err := s.Stat(ctx, key)
	if err != nil {
		return err
	}
	return blob.OutOfRange(i.Size)
}

// reader gives the connection back when it is closed, whether or not the bytes were read.
type reader struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (r *reader) Close() error {
	r.cancel()
	return r.ReadCloser.Close()
}

// List implements blob.Store.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[blob.Info, error] {
	return func(yield func(blob.Info, error) bool) {
		if err := blob.CheckPrefix(prefix); err != nil {
			yield(blob.Info{}, err)
			return
		}
		for o := range s.core.ListObjectsIter(ctx, s.bucket, minio.ListObjectsOptions{Prefix: s.prefix + prefix, Recursive: true}) {
			if o.Err != nil {
				yield(blob.Info{}, failure("list", prefix, o.Err))
				return
			}
			i := s.info(o)
			if strings.HasSuffix(i.Key, "/") || strings.HasPrefix(i.Key, blob.Reserved+"/") {
				continue
			}
			if !yield(i, nil) {
				return
			}
		}
	}
}

// Sign implements blob.Signer; it asks nobody.
func (s *Store) Sign(ctx context.Context, key string, within time.Duration) (string, error) {
	if err := blob.CheckKey(key); err != nil {
		return "", err
	}
	if within < time.Second || within > maxSigned {
		return "", fault.New(fault.Invalid, "临时地址的有效期应在 1 秒到 7 天之间。")
	}
	u, err := s.core.PresignedGetObject(ctx, s.bucket, s.prefix+key, within, nil)
	if err != nil {
		return "", failure("sign", key, err)
	}
	return u.String(), nil
}
