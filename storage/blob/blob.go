// Package blob keeps files by key: pictures, attachments, videos, emblems (feature rows B13, Y1 and Y2).
//
// Store is small on purpose, so that a folder (package files, the default that needs no set-up) and any S3 server
// (package minio) keep the same promises, held by one conformance suite (package blobtest). Guard puts a deadline and a
// circuit breaker before either of them: a store that hangs costs a page its pictures, never its answer. The package
// knows nothing of sites, rights, types or sizes; who may store what is settled by the room that calls it.
package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"iter"
	"mime"
	"strings"
	"time"
	"unicode"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

// Store keeps blobs. Its methods are safe for concurrent use and answer faults: NotFound, Invalid for a key or range,
// Conflict, Unavailable when the store does not work. An error of a reader given to Put comes back as it is, wrapped.
type Store interface {
	// Put stores all of r under key, hashing while it streams, and returns what is stored. It appears whole or not at
	// all: until Put returns, and after it fails, the key holds what it held before. With two Puts of one key at once,
	// one of them stands whole.
	Put(ctx context.Context, key string, r io.Reader, contentType string) (Info, error)
	// Open returns the bytes of a range; Range{} is everything. The ctx bounds the answer, not the reading, which ends
	// with Close. A range outside the blob is a fault with an *Unsatisfiable in its chain.
	Open(ctx context.Context, key string, r Range) (*Content, error)
	// Stat returns what is known of a blob.
	Stat(ctx context.Context, key string) (Info, error)
	// Delete removes a blob; one that is not there is no error.
	Delete(ctx context.Context, key string) error
	// List gives every blob whose key begins with prefix, in the order of the keys' bytes, until the first error. The
	// Info may lack SHA256 and ContentType.
	List(ctx context.Context, prefix string) iter.Seq2[Info, error]
}

// Signer is a Store that can hand out addresses of its own.
type Signer interface {
	// Sign returns an address from which anybody can read the blob for the time given, at most seven days. It does not
	// ask whether the blob exists.
	Sign(ctx context.Context, key string, within time.Duration) (string, error)
}

// Info is what a store knows of a blob.
type Info struct {
	Key         string
	Size        int64
	SHA256      string    // lower-case hex, or "" where somebody else put the blob
	ContentType string    // as given to Put
	ModifiedAt  time.Time // zero from a Put of a store that does not say
}

// Content is an open range of a blob: Length bytes from Offset.
type Content struct {
	io.ReadCloser
	Info   Info
	Offset int64
	Length int64
}

// Range is the part of a blob to open. A negative Offset counts from the end: Range{Offset: -500} is the last 500
// bytes. A Length of 0 or less goes to the end. The zero Range is everything.
type Range struct{ Offset, Length int64 }

// Unsatisfiable says that a range begins behind the end of a blob of Size bytes, for the answer 416.
type Unsatisfiable struct{ Size int64 }

func (u *Unsatisfiable) Error() string { return fmt.Sprintf("the blob has %d bytes", u.Size) }

// Resolve returns the bytes that the range means in a blob of size bytes: a range that only ends behind the end is cut,
// one that begins there is an Invalid fault because of an *Unsatisfiable.
func (r Range) Resolve(size int64) (offset, length int64, err error) {
	if r == (Range{}) {
		return 0, size, nil
	}
	offset = r.Offset
	if offset < 0 {
		offset, r.Length = max(size+offset, 0), 0
	}
	if offset >= size {
		return 0, 0, OutOfRange(size)
	}
	length = size - offset
	if r.Length > 0 {
		length = min(length, r.Length)
	}
	return offset, length, nil
}

// OutOfRange returns the fault of a range outside a blob of size bytes.
func OutOfRange(size int64) error {
	return fault.Because(&Unsatisfiable{Size: size}, fault.Invalid, "请求的范围超出了文件。")
}

// NotFound returns the fault of a key that holds nothing.
func NotFound(cause error) error {
	return fault.Because(cause, fault.NotFound, "没有找到这个文件。")
}

// Down returns the fault of a store that does not work now.
func Down(cause error) error {
	return fault.Because(cause, fault.Unavailable, "文件存储暂时没有响应，请稍后再试。")
}

const (
	// MaxKey is the longest key in bytes.
	MaxKey = 512
	// maxSegment is the longest name of a file or folder that every file system takes.
	maxSegment = 255
	// Reserved is the first segment under which drivers keep what is not finished; no key may begin with it.
	Reserved = ".zhanqun"
)

// CheckKey answers an Invalid fault for a key that not every store can keep: keys are segments joined by slashes, at
// most MaxKey bytes of UTF-8, without empty segments, dots for segments, backslashes and control characters. No key may
// be a folder of another (a and a/b).
func CheckKey(key string) error {
	if key == "." || !fs.ValidPath(key) || len(key) > MaxKey || badText(key) || key == Reserved || strings.HasPrefix(key, Reserved+"/") {
		return fault.New(fault.Invalid, "文件的存储名称不符合要求。")
	}
	for segment := range strings.SplitSeq(key, "/") {
		if len(segment) > maxSegment {
			return fault.New(fault.Invalid, "文件的存储名称过长。")
		}
	}
	return nil
}

// CheckPrefix answers an Invalid fault for a prefix that no key can begin with.
func CheckPrefix(prefix string) error {
	folder := prefix[:strings.LastIndexByte(prefix, '/')+1]
	if len(prefix) > MaxKey || badText(prefix) || folder != "" && (folder == "./" || !fs.ValidPath(strings.TrimSuffix(folder, "/"))) {
		return fault.New(fault.Invalid, "文件的存储名称不符合要求。")
	}
	return nil
}

// CheckType returns the content type to keep: as given, or application/octet-stream for none; an Invalid fault for what
// is none.
func CheckType(contentType string) (string, error) {
	if contentType == "" {
		return "application/octet-stream", nil
	}
	if media, _, err := mime.ParseMediaType(contentType); err != nil || !strings.Contains(media, "/") || len(contentType) > 255 ||
		strings.ContainsFunc(contentType, func(r rune) bool { return r < ' ' || r > '~' }) {
		return "", fault.New(fault.Invalid, "文件的类型不符合要求。")
	}
	return contentType, nil
}

func badText(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r == '\\' || r == unicode.ReplacementChar || unicode.IsControl(r) })
}

// Digest counts and hashes what is read through it; drivers use it.
type Digest struct {
	r    io.Reader
	sum  hash.Hash
	size int64
	err  error
}

// NewDigest returns a reader of r.
func NewDigest(r io.Reader) *Digest { return &Digest{r: r, sum: sha256.New()} }

func (d *Digest) Read(p []byte) (int, error) {
	n, err := d.r.Read(p)
	d.sum.Write(p[:n])
	d.size += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		d.err = err
	}
	return n, err
}

// Size is how many bytes were read.
func (d *Digest) Size() int64 { return d.size }

// SHA256 is the hash of what was read, in lower-case hex.
func (d *Digest) SHA256() string { return hex.EncodeToString(d.sum.Sum(nil)) }

// Failed is the error of the reader itself, as against the store's; nil when it had none.
func (d *Digest) Failed() error { return d.err }

// Limit returns a reader of r that answers a TooLarge fault instead of a byte beyond max.
func Limit(r io.Reader, max int64) io.Reader { return &limited{r: r, left: max, max: max} }

type limited struct {
	r         io.Reader
	left, max int64
}

func (l *limited) Read(p []byte) (int, error) {
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1] // one more, to tell a file that fits exactly
	}
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		l.left = 0
		return 0, fault.New(fault.TooLarge, "文件超过了 %s 的上限。", size(l.max))
	}
	return n, err
}

func size(n int64) string {
	for _, unit := range []string{"字节", "KB", "MB"} {
		if n < 1024 || n%1024 != 0 {
			return fmt.Sprintf("%d %s", n, unit)
		}
		n /= 1024
	}
	return fmt.Sprintf("%d GB", n)
}
