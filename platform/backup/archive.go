package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/blob"
)

// An archive is a tar of a header, parts of rows, blobs and a manifest, and behind its end one line that says where the manifest
// is and what its digest is. Each line of the manifest covers one member with its header and padding, so every byte is covered.

const (
	headerName   = "zhanqun-backup.json"
	manifestName = "manifest.jsonl"
	keyName      = "key"
	mediaFolder  = "media/"
	rowsFolder   = "rows/"

	// partSize is how much of a table is in memory.
	partSize = 4 << 20
	// tarEnd is how many zero bytes end a tar.
	tarEnd = 1024
	// trailerForm is the last line; its length never changes. Its own sum tells a flaw in it from one in the manifest.
	trailerForm = "zhanqun backup %02d: the manifest is %020d bytes at %020d, SHA-256 %64s"
)

var trailerSize = int64(len(trailer(Format, 0, 0, "")))

func trailer(format int, size, at int64, digest string) string {
	text := fmt.Sprintf(trailerForm, format, size, at, digest)
	return fmt.Sprintf("%s, CRC-32 %08x\n", text, crc32.ChecksumIEEE([]byte(text)))
}

// writer writes one archive. It holds one part in memory, and the manifest beside the archive until that is finished.
type writer struct {
	file     *os.File // under a name that looks unfinished
	name     string
	manifest *os.File // has no name
	tar      *tar.Writer
	at       time.Time // of the snapshot: what tar's headers say
	sum      hash.Hash // of the member that is being written
	offset   int64
	totals   Totals
}

// create begins an archive that will be called name, which must not exist.
func create(name string, at time.Time) (*writer, error) {
	if _, err := os.Lstat(name); err == nil {
		return nil, fault.New(fault.Conflict, "%s 已经存在，不会覆盖；请换一个文件名，或者把 --to 指向目录。", name)
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*.partial") // mode 0600
	if err != nil {
		return nil, fault.Because(err, fault.Unavailable, "不能在 %s 写入备份，请检查目录是否存在、是否可写。", filepath.Dir(name))
	}
	m, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*.partial")
	if err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	if err := os.Remove(m.Name()); err != nil {
		return nil, errors.Join(err, f.Close(), m.Close(), os.Remove(f.Name()))
	}
	w := &writer{file: f, name: name, manifest: m, at: at.UTC().Truncate(time.Second), sum: sha256.New()}
	w.tar = tar.NewWriter(w)
	return w, nil
}

// Write counts and hashes what tar writes.
func (w *writer) Write(p []byte) (int, error) {
	n, err := w.file.Write(p)
	w.sum.Write(p[:n])
	w.offset += int64(n)
	return n, err
}

// member writes one member of size bytes and its line of the manifest.
func (w *writer) member(p Part, size int64, r io.Reader) error {
	p.At = w.offset
	w.sum.Reset()
	if err := w.put(p.Name, size, r); err != nil {
		return err
	}
	p.Size, p.SHA256 = w.offset-p.At, hex.EncodeToString(w.sum.Sum(nil))
	return w.line(p)
}

func (w *writer) put(name string, size int64, r io.Reader) error {
	h := &tar.Header{Name: name, Mode: 0o600, Size: size, ModTime: w.at, Typeflag: tar.TypeReg}
	err := w.tar.WriteHeader(h)
	if err == nil {
		_, err = io.Copy(w.tar, r)
	}
	if err == nil {
		err = w.tar.Flush() // fails when r held less
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

func (w *writer) line(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = w.manifest.Write(append(b, '\n'))
	return err
}

func (w *writer) header(h Header) error {
	b, err := json.MarshalIndent(h, "", " ")
	if err != nil {
		return err
	}
	return w.member(Part{Name: headerName}, int64(len(b)), bytes.NewReader(b))
}

// blob writes one blob; its digest is that of the bytes as they were read, and must be the store's where the store knows one.
func (w *writer) blob(c *blob.Content) error {
	d := blob.NewDigest(c)
	p := Part{Name: mediaFolder + c.Info.Key, Key: c.Info.Key, Type: c.Info.ContentType, Bytes: c.Length}
	p.At = w.offset
	w.sum.Reset()
	if err := w.put(p.Name, c.Length, d); err != nil {
		return err
	}
	if p.Blob = d.SHA256(); c.Info.SHA256 != "" && c.Info.SHA256 != p.Blob {
		return fault.New(fault.Invalid, "媒体文件 %s 已损坏：内容与存储时的摘要不符，备份中止。请先用 zhanqun fsck 检查。", c.Info.Key)
	}
	p.Size, p.SHA256 = w.offset-p.At, hex.EncodeToString(w.sum.Sum(nil))
	w.totals.Blobs++
	w.totals.Bytes += c.Length
	return w.line(p)
}

// tableWriter writes the rows of one table, part by part.
type tableWriter struct {
	w      *writer
	c      *Columns
	b      bytes.Buffer
	z      *gzip.Writer
	sum    hash.Hash
	rows   int64 // of the part
	total  int64
	parts  int
	inPart int
	line   []byte
}

func (w *writer) table(c *Columns) (*tableWriter, error) {
	t := &tableWriter{w: w, c: c, sum: sha256.New()}
	var err error
	t.z, err = gzip.NewWriterLevel(&t.b, gzip.BestSpeed)
	return t, err
}

func (t *tableWriter) add(r row) (err error) {
	if t.line, err = appendRow(t.line[:0], t.c, r); err != nil {
		return fmt.Errorf("row %d of %s: %w", t.total+t.rows+1, t.c.Table, err)
	}
	t.sum.Write(t.line)
	if _, err := t.z.Write(t.line); err != nil {
		return err
	}
	t.rows++
	if t.inPart += len(t.line); t.inPart >= partSize {
		return t.flush()
	}
	return nil
}

func (t *tableWriter) flush() error {
	if t.rows == 0 {
		return nil
	}
	if err := t.z.Close(); err != nil {
		return err
	}
	t.parts++
	p := Part{Name: fmt.Sprintf("%s%s/%06d.jsonl.gz", rowsFolder, t.c.Table, t.parts), Table: t.c.Table, Rows: t.rows}
	err := t.w.member(p, int64(t.b.Len()), bytes.NewReader(t.b.Bytes()))
	t.total += t.rows
	t.rows, t.inPart = 0, 0
	t.b.Reset()
	t.z.Reset(&t.b)
	return err
}

// end writes what is left and counts the table.
func (t *tableWriter) end() error {
	if err := t.flush(); err != nil {
		return err
	}
	t.w.totals.Tables = append(t.w.totals.Tables, Total{Table: t.c.Table, Rows: t.total, Digest: hex.EncodeToString(t.sum.Sum(nil))})
	t.w.totals.Rows += t.total
	return nil
}

// finish writes manifest and trailer and gives the archive its name once it is on the disk. It returns the manifest's digest.
func (w *writer) finish(ctx context.Context) (digest string, err error) {
	if err := w.line(w.totals); err != nil {
		return "", err
	}
	size, err := w.manifest.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = w.manifest.Seek(0, io.SeekStart)
	}
	if err != nil {
		return "", err
	}
	at := w.offset
	w.sum.Reset()
	if err := w.put(manifestName, size, w.manifest); err != nil {
		return "", err
	}
	digest, size = hex.EncodeToString(w.sum.Sum(nil)), w.offset-at
	if err := w.tar.Close(); err != nil {
		return "", err
	}
	if _, err := io.WriteString(w, trailer(Format, size, at, digest)); err != nil {
		return "", err
	}
	if err := errors.Join(w.file.Sync(), ctx.Err()); err != nil {
		return "", err
	}
	if err := os.Link(w.file.Name(), w.name); err != nil { // unlike rename it never replaces
		return "", fault.Because(err, fault.Conflict, "备份已写完，但不能命名为 %s，请检查是否已有同名文件。", w.name)
	}
	return digest, syncFolder(filepath.Dir(w.name))
}

// close lets go of what is not finished; after finish only the finished archive stays.
func (w *writer) close() error {
	return errors.Join(w.file.Close(), w.manifest.Close(), os.Remove(w.file.Name()))
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
