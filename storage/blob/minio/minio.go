// Package minio keeps blobs in a bucket of any S3 server, through the client of that name (feature rows B13 and Y2).
//
// It is how several nodes share their files. Put streams with bounded memory: a small blob in one request, a larger one
// in parts to a key of its own, from which the server copies it to its place whole, with its hash, so that readers never
// see a part. The server is never asked where the bucket is, every wait has an end, and a request is tried twice at
// most; package blob's Guard adds the breaker. No key or secret stands in an error.
package minio

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/blob"
)

const (
	// partSize is how much of a blob is in memory: S3 wants 5 MB at least, and 10,000 parts at most.
	partSize = 8 << 20
	// smallSize is how much is set aside before a blob shows that it is larger.
	smallSize = 256 << 10
	// maxSize is the largest object that S3 copies in one request.
	maxSize = 5 << 30
	// uploads is where a blob in parts stands until it is whole.
	uploads = blob.Reserved + "/uploads/"
	// hashMeta is the name of the metadata that holds the SHA-256.
	hashMeta = "Sha256"
)

// Store is a bucket. Its methods are safe for concurrent use.
type Store struct {
	core   minio.Core
	bucket string
	prefix string
	within time.Duration
}

var (
	_ blob.Store  = (*Store)(nil)
	_ blob.Signer = (*Store)(nil)
)

// Open connects to the bucket and reports with a fault when it is not there or the server does not answer. A server has
// within to begin each answer.
func Open(ctx context.Context, at blob.S3, within time.Duration) (*Store, error) {
	core, err := minio.NewCore(at.Endpoint, &minio.Options{
		Creds:      credentials.NewStaticV4(at.Key, at.Secret, ""),
		Secure:     at.TLS,
		Region:     at.Region,
		Transport:  transport(within),
		MaxRetries: 2,
	})
	if err != nil {
		return nil, fault.New(fault.Invalid, "对象存储地址 %s 不对，应形如 主机:端口。", at.Endpoint)
	}
	s := &Store{core: *core, bucket: at.Bucket, prefix: at.Prefix, within: within}
	ctx, cancel := context.WithTimeout(ctx, 2*within)
	defer cancel()
	there, err := core.BucketExists(ctx, at.Bucket)
	switch {
	case err != nil && status(err) == http.StatusForbidden:
		return nil, fault.Because(err, fault.Forbidden, "对象存储 %s 拒绝了访问，请检查密钥、口令和桶的权限。", at.Endpoint)
	case err != nil:
		return nil, fault.Because(err, fault.Unavailable, "连不上对象存储 %s，请检查地址、tls 参数和服务是否在运行。", at.Endpoint)
	case there:
		return s, nil
	case !at.Create:
		return nil, fault.New(fault.Invalid, "对象存储 %s 中没有桶 %s，请先建立，或在地址后加 create=true。", at.Endpoint, at.Bucket)
	}
	err = core.MakeBucket(ctx, at.Bucket, minio.MakeBucketOptions{Region: at.Region})
	if err != nil && status(err) != http.StatusConflict { // another node was faster
		return nil, fault.Because(err, fault.Unavailable, "不能在对象存储 %s 中建立桶 %s。", at.Endpoint, at.Bucket)
	}
	return s, nil
}

// joining in a context says that the server copies a blob together, which takes as long as the blob is large.
type joining struct{}

// waiting begins an answer within a time, but for what joins: that is bounded by its context.
type waiting struct{ short, long *http.Transport }

func (w waiting) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Context().Value(joining{}) != nil {
		return w.long.RoundTrip(r)
	}
	return w.short.RoundTrip(r)
}

// transport bounds every wait but that for the bytes of a body, and never goes through a proxy: the store is near.
func transport(within time.Duration) http.RoundTripper {
	w := waiting{near(within), near(within)}
	w.long.ResponseHeaderTimeout, w.long.DisableKeepAlives = 0, true
	return w
}

func near(within time.Duration) *http.Transport {
	dial := &net.Dialer{Timeout: min(within, 5*time.Second)}
	return &http.Transport{
		DialContext:           dial.DialContext,
		TLSHandshakeTimeout:   min(within, 5*time.Second),
		ResponseHeaderTimeout: within,
		ExpectContinueTimeout: time.Second,
		IdleConnTimeout:       time.Minute,
		MaxIdleConns:          64,
		MaxIdleConnsPerHost:   32,
		DisableCompression:    true, // bytes as they are stored
	}
}

// Put implements blob.Store. A blob is at most 5 GB.
func (s *Store) Put(ctx context.Context, key string, r io.Reader, contentType string) (blob.Info, error) {
	contentType, err := blob.CheckType(contentType)
	if err == nil {
		err = blob.CheckKey(key)
	}
	if err != nil {
		return blob.Info{}, err
	}
	d := blob.NewDigest(r)
	part, err := fill(make([]byte, smallSize), d, 0)
	if err == nil && len(part) == smallSize {
		part, err = fill(append(make([]byte, 0, partSize), part...)[:partSize], d, smallSize)
	}
	switch {
	case err != nil:
	case len(part) < partSize:
		err = s.putWhole(ctx, key, part, d, contentType)
	default:
		err = s.putParts(ctx, key, part, d, contentType)
	}
	if d.Failed() != nil {
		return blob.Info{}, fmt.Errorf("put blob %q: %w", key, d.Failed())
	}
	if err != nil {
		return blob.Info{}, failure("put", key, err)
	}
	return blob.Info{Key: key, Size: d.Size(), SHA256: d.SHA256(), ContentType: contentType}, nil
}

// fill reads into b behind what is there and returns what b holds then: less than all of it at the end of d only.
func fill(b []byte, d *blob.Digest, there int) ([]byte, error) {
	n, err := io.ReadFull(d, b[there:])
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = d.Failed() // a body that was cut says ErrUnexpectedEOF too, and is not the end
	}
	return b[:there+n], err
}

func (s *Store) putWhole(ctx context.Context, key string, b []byte, d *blob.Digest, contentType string) error {
	_, err := s.core.PutObject(ctx, s.bucket, s.prefix+key, bytes.NewReader(b), int64(len(b)), "", d.SHA256(), minio.PutObjectOptions{
		ContentType: contentType, UserMetadata: map[string]string{hashMeta: d.SHA256()},
	})
	return err
}

// putParts uploads what is in part and what follows it, and moves the whole to its place.
func (s *Store) putParts(ctx context.Context, key string, part []byte, d *blob.Digest, contentType string) (err error) {
	name := s.prefix + uploads + rand.Text()
	id, err := s.core.NewMultipartUpload(ctx, s.bucket, name, minio.PutObjectOptions{ContentType: contentType})
	if err != nil {
		return err
	}
	done := false
	defer func() { err = errors.Join(err, s.abandon(ctx, name, id, done)) }()
	var parts []minio.CompletePart
	for len(part) > 0 {
		if d.Size() > maxSize {
			return fault.New(fault.TooLarge, "文件不能超过 5 GB。")
		}
		p, err := s.core.PutObjectPart(ctx, s.bucket, name, id, len(parts)+1, bytes.NewReader(part), int64(len(part)), minio.PutObjectPartOptions{})
		if err != nil {
			return err
		}
		parts = append(parts, minio.CompletePart{PartNumber: p.PartNumber, ETag: p.ETag})
		if part, err = fill(part[:cap(part)], d, 0); err != nil {
			return err
		}
	}
	joint, cancel := context.WithTimeout(context.WithValue(ctx, joining{}, true), blob.Patience(s.within, d.Size()))
	defer cancel()
	if _, err := s.core.CompleteMultipartUpload(joint, s.bucket, name, id, parts, minio.PutObjectOptions{ContentType: contentType}); err != nil {
		return err
	}
	done = true
	_, err = s.core.Client.CopyObject(joint, minio.CopyDestOptions{
		Bucket: s.bucket, Object: s.prefix + key, ReplaceMetadata: true, ContentType: contentType,
		UserMetadata: map[string]string{hashMeta: d.SHA256()},
	}, minio.CopySrcOptions{Bucket: s.bucket, Object: name})
	return err
}

// abandon removes what an upload leaves, even when its ctx has ended; what it cannot remove, Sweep does later.
func (s *Store) abandon(ctx context.Context, name, id string, whole bool) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.within)
	defer cancel()
	var err error
	if whole {
		err = s.core.RemoveObject(ctx, s.bucket, name, minio.RemoveObjectOptions{})
	} else {
		err = s.core.AbortMultipartUpload(ctx, s.bucket, name, id)
	}
	if err != nil && whole {
		return nil // the blob is in its place
	}
	return err
}

// Delete implements blob.Store.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := blob.CheckKey(key); err != nil {
		return err
	}
	err := failure("delete", key, s.core.RemoveObject(ctx, s.bucket, s.prefix+key, minio.RemoveObjectOptions{}))
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// Sweep removes what uploads that began before the time left behind, and returns how much that was. A job calls it; no
// upload takes a day.
func (s *Store) Sweep(ctx context.Context, before time.Time) (int, error) {
	n := 0
	for u := range s.core.ListIncompleteUploads(ctx, s.bucket, s.prefix+uploads, true) {
		if u.Err != nil {
			return n, failure("list unfinished uploads of", "", u.Err)
		}
		if u.Initiated.Before(before) {
			if err := s.core.AbortMultipartUpload(ctx, s.bucket, u.Key, u.UploadID); err != nil {
				return n, failure("abort upload of", u.Key, err)
			}
			n++
		}
	}
	for o := range s.core.ListObjectsIter(ctx, s.bucket, minio.ListObjectsOptions{Prefix: s.prefix + uploads, Recursive: true}) {
		if o.Err != nil {
			return n, failure("list finished uploads of", "", o.Err)
		}
		if o.LastModified.Before(before) {
			if err := s.core.RemoveObject(ctx, s.bucket, o.Key, minio.RemoveObjectOptions{}); err != nil {
				return n, failure("remove upload of", o.Key, err)
			}
			n++
		}
	}
	return n, nil
}

func status(err error) int { return minio.ToErrorResponse(err).StatusCode }

// failure turns an error of the client into a fault where somebody can act on it.
func failure(doing, key string, err error) error {
	var response minio.ErrorResponse
	answered := errors.As(err, &response) && response.StatusCode != 0
	switch {
	case err == nil, fault.KindOf(err) != "":
		return err
	case answered && response.Code == minio.NoSuchBucket:
		return blob.Down(err)
	case answered && response.StatusCode == http.StatusNotFound:
		return blob.NotFound(err)
	case answered && response.StatusCode == http.StatusConflict:
		return fault.Because(err, fault.Conflict, "这个存储名称与已有的目录或文件冲突。")
	case answered && response.StatusCode >= 500, !answered:
		return blob.Down(fmt.Errorf("%s blob %q: %w", doing, key, err))
	}
	return fmt.Errorf("%s blob %q: %w", doing, key, err)
}
