// Package backup keeps a copy of the whole installation, or of one tenant, in one file, and brings it back (安政办发〔2015〕71号
// 五(一) 安全保障; feature rows Q10, Y2).
//
// The file is the same for both engines and both media stores, so that moving up the sizes is a backup and a restore: rows are
// text in a portable form and in a portable order. It describes itself and covers each of its bytes with a digest: Verify names
// the part in which a byte is wrong. A restore passes through the guards of the schema, which stay in force: what was never
// approved cannot come back as published. The key is not in it unless asked for. docs/decisions/0011 is the format.
//
// It is no archive for record keeping, and it does not take itself: a timer of the operating system calls it.
package backup

import (
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/storage/blob"
	"github.com/zhanqun/zhanqun/storage/db"
)

// Format is the version of the file's form that this program writes and reads.
const Format = 1

// Table is a table that a backup keeps. app lists them parents first.
type Table struct {
	Name   string
	Order  string // the columns that order its rows, the same on both engines
	Tenant string // the condition, with one ?, for the rows of one site; "" when a tenant's backup has none of it
	Parent string // the column that names another row of the table by its id
	Shared string // in a tenant's backup: rows that are there already stay, if this column says the same of them
}

// Header is what an archive says of itself before anything else.
type Header struct {
	Format      int       `json:"format"`
	About       string    `json:"about"`
	Release     string    `json:"release"`
	Engine      string    `json:"engine"` // "sqlite" or "postgres"
	Schema      []string  `json:"schema"` // the migrations that made it
	Fingerprint string    `json:"key_fingerprint"`
	TakenAt     time.Time `json:"taken_at"`
	Revision    int64     `json:"revision"` // the platform's, at the moment of the snapshot
	Site        int64     `json:"site,omitempty,string"`
	Host        string    `json:"host,omitempty"`
	Tables      []Columns `json:"tables"`
}

// Columns are the columns of a table, as its rows give them.
type Columns struct {
	Table string   `json:"table"`
	Names []string `json:"names"`
	Kinds []string `json:"kinds"`
}

// Part is a line of the manifest: one member of the archive.
type Part struct {
	Name   string `json:"name"`
	At     int64  `json:"at"`     // where its tar header begins
	Size   int64  `json:"size"`   // of header, content and padding
	SHA256 string `json:"sha256"` // of the same
	Table  string `json:"table,omitempty"`
	Rows   int64  `json:"rows,omitempty"`
	Key    string `json:"key,omitempty"` // of a blob
	Type   string `json:"type,omitempty"`
	Bytes  int64  `json:"bytes,omitempty"` // of the content
	Blob   string `json:"blob,omitempty"`  // SHA-256 of the content
}

// Total is how much of a table is in an archive. Digest covers its rows in their order, and so is equal for equal rows, whatever
// engine they were read from.
type Total struct {
	Table  string `json:"table"`
	Rows   int64  `json:"rows"`
	Digest string `json:"digest"`
}

// Totals are the last line of the manifest.
type Totals struct {
	Tables []Total `json:"tables"`
	Rows   int64   `json:"rows"`
	Blobs  int64   `json:"blobs"`
	Bytes  int64   `json:"blob_bytes"`
	Key    bool    `json:"with_key"`
}

// Report is what was done.
type Report struct {
	File    string        `json:"file,omitempty"`
	Digest  string        `json:"digest"` // of the manifest, and through it of every byte
	Size    int64         `json:"size"`
	TakenAt time.Time     `json:"taken_at"`
	Site    string        `json:"site,omitempty"`
	Totals  Totals        `json:"totals"`
	Took    time.Duration `json:"took_ns"`
}

// Progress is told now and then how far the work is.
type Progress func(doing string, rows, blobs, bytes int64)

// Store is an installation: what a backup reads and a restore fills.
type Store struct {
	DB        *db.DB
	Media     blob.Store
	Tables    []Table
	Published *publication.Publications
	Audit     *audit.Log
	Now       kernel.Clock
}
