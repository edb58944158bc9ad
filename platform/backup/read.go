package backup

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/klauspost/compress/gzip"
	"github.com/zhanqun/zhanqun/kernel/fault"
)

// Archive is an archive open for reading.
type Archive struct {
	Header Header
	Totals Totals
	Digest string // of the manifest
	Size   int64

	file         *os.File
	at, size     int64 // of the manifest's member
	tableColumns map[string]*Columns
	tableParts   map[string][]Part
}

// Damage is a part of an archive that is not what was written.
type Damage struct {
	Part string `json:"part"`
	At   int64  `json:"at"` // where the part begins in the file
	Why  string `json:"why"`
}

func (d *Damage) Error() string { return fmt.Sprintf("%s (at byte %d): %s", d.Part, d.At, d.Why) }

func damaged(part string, at int64, why string, args ...any) error {
	d := &Damage{part, at, fmt.Sprintf(why, args...)}
	return fault.Because(d, fault.Invalid, "备份已损坏：%s（文件第 %d 字节起）：%s。请改用另一份备份。", part, at, d.Why)
}

// Open opens an archive as far as its manifest and header, whose digests it checks; the rest is checked by Verify.
func Open(name string) (*Archive, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fault.Because(err, fault.NotFound, "打不开备份文件 %s，请检查路径和权限。", name)
	}
	a := &Archive{file: f, tableColumns: map[string]*Columns{}, tableParts: map[string][]Part{}}
	if err := a.open(); err != nil {
		f.Close()
		return nil, err
	}
	return a, nil
}

// Close closes the file.
func (a *Archive) Close() error { return a.file.Close() }

func (a *Archive) open() error {
	info, err := a.file.Stat()
	if err != nil {
		return err
	}
	if a.Size = info.Size(); !info.Mode().IsRegular() || a.Size < trailerSize {
		return damaged("文件", 0, "不是完整的备份文件")
	}
	if err := a.trailer(); err != nil {
		return err
	}
	sum, err := a.sum(a.at, a.size)
	if err != nil {
		return err
	}
	if sum != a.Digest {
		return damaged(manifestName, a.at, "清单与它的摘要不符")
	}
	first := true
	last := []byte(nil)
	err = a.lines(func(line []byte) error {
		if first {
			first = false
			var p Part
			if err := json.Unmarshal(line, &p); err != nil || p.Name != headerName || p.At != 0 {
				return damaged(manifestName, a.at, "没有头部")
			}
			return a.header(p)
		}
		last = append(last[:0], line...)
		return nil
	})
	if err != nil {
		return err
	}
	if err := json.Unmarshal(last, &a.Totals); err != nil || a.Totals.Tables == nil {
		return damaged(manifestName, a.at, "没有合计")
	}
	return a.parts(context.Background(), func(p Part) error {
		if p.Table != "" {
			a.tableParts[p.Table] = append(a.tableParts[p.Table], p)
		}
		return nil
	})
}

// trailer reads the last line, which has one spelling only.
func (a *Archive) trailer() error {
	b := make([]byte, trailerSize)
	at := a.Size - trailerSize
	if _, err := a.file.ReadAt(b, at); err != nil {
		return err
	}
	var format int
	if _, err := fmt.Sscanf(string(b), trailerForm, &format, &a.size, &a.at, &a.Digest); err != nil ||
		trailer(format, a.size, a.at, a.Digest) != string(b) {
		return damaged("末行", at, "文件没有写完，或者被截断、改动")
	}
	if format != Format {
		return fault.New(fault.Invalid, "备份的格式是第 %d 版，本程序只认识第 %d 版，请用相应版本的程序。", format, Format)
	}
	if a.at < 0 || a.size < 0 || a.at+a.size+tarEnd != at {
		return damaged("末行", at, "文件中间缺少或多出了内容")
	}
	zero := make([]byte, tarEnd)
	if _, err := a.file.ReadAt(zero, a.at+a.size); err != nil || !bytes.Equal(zero, make([]byte, tarEnd)) {
		return damaged("结束标记", a.at+a.size, "应全为零")
	}
	return nil
}

func (a *Archive) sum(at, size int64) (string, error) {
	h := sha256.New()
	if n, err := io.Copy(h, io.NewSectionReader(a.file, at, size)); err != nil || n != size {
		return "", fault.Because(err, fault.Unavailable, "读不了备份文件的第 %d 字节起的部分，请检查磁盘。", at)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// content opens the content of a member.
func (a *Archive) content(name string, at, size int64) (io.Reader, int64, error) {
	t := tar.NewReader(io.NewSectionReader(a.file, at, size))
	h, err := t.Next()
	if err != nil || h.Name != name {
		return nil, 0, damaged(name, at, "打不开")
	}
	return t, h.Size, nil
}

func (a *Archive) header(p Part) error {
	if sum, err := a.sum(p.At, p.Size); err != nil || sum != p.SHA256 {
		return damaged(p.Name, p.At, "内容与清单上的摘要不符")
	}
	r, _, err := a.content(p.Name, p.At, p.Size)
	if err != nil {
		return err
	}
	if err := json.NewDecoder(r).Decode(&a.Header); err != nil || a.Header.Format != Format {
		return damaged(p.Name, p.At, "读不懂")
	}
	for i := range a.Header.Tables {
		a.tableColumns[a.Header.Tables[i].Table] = &a.Header.Tables[i]
	}
	return nil
}

// lines gives the manifest line by line.
func (a *Archive) lines(f func(line []byte) error) error {
	r, _, err := a.content(manifestName, a.at, a.size)
	if err != nil {
		return err
	}
	s := bufio.NewScanner(r)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		if err := f(s.Bytes()); err != nil {
			return err
		}
	}
	return s.Err()
}

// parts gives every member in order.
func (a *Archive) parts(ctx context.Context, f func(p Part) error) error {
	return a.lines(func(line []byte) error {
		var p Part
		if err := json.Unmarshal(line, &p); err != nil {
			return damaged(manifestName, a.at, "有一行读不懂")
		}
		if p.Name == "" || ctx.Err() != nil { // the totals
			return ctx.Err()
		}
		return f(p)
	})
}

// table gives the rows of one table in their order, each with the line that it was read from.
func (a *Archive) table(ctx context.Context, name string) iter.Seq2[tableRow, error] {
	return func(yield func(tableRow, error) bool) {
		for _, p := range a.tableParts[name] {
			err := a.rows(p, func(r row, line []byte) error {
				if err := ctx.Err(); err != nil {
					return err
				}
				if !yield(tableRow{r, line}, nil) {
					return errEnough
				}
				return nil
			})
			if errors.Is(err, errEnough) {
				return
			}
			if err != nil {
				yield(tableRow{}, err)
				return
			}
		}
	}
}

type tableRow struct {
	row
	line []byte // until the next row
}

var errEnough = errors.New("enough")

// rows gives the rows of one part, each with the line that it was read from.
func (a *Archive) rows(p Part, f func(r row, line []byte) error) error {
	c := a.tableColumns[p.Table]
	if c == nil {
		return damaged(p.Name, p.At, "头部没有这张表")
	}
	r, _, err := a.content(p.Name, p.At, p.Size)
	if err != nil {
		return err
	}
	z, err := gzip.NewReader(r)
	if err != nil {
		return damaged(p.Name, p.At, "解不开")
	}
	b := bufio.NewReaderSize(z, 64<<10)
	for n := int64(0); ; n++ {
		line, err := b.ReadBytes('\n')
		if err == io.EOF && len(line) == 0 {
			if n != p.Rows {
				return damaged(p.Name, p.At, "有 %d 行，应有 %d 行", n, p.Rows)
			}
			return nil
		}
		if err != nil {
			return damaged(p.Name, p.At, "第 %d 行不完整", n+1)
		}
		parsed, err := parseRow(line, c)
		if err != nil {
			return damaged(p.Name, p.At, "第 %d 行读不懂", n+1)
		}
		if err := f(parsed, line); err != nil {
			return err
		}
	}
}
