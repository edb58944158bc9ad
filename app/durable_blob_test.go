package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/zhanqun/zhanqun/kernel/proof"
	"github.com/zhanqun/zhanqun/storage/blob"
	"github.com/zhanqun/zhanqun/storage/blob/blobtest"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// attachments is a room in small: a row that names a blob. The media room is not built yet; this is the order it has to keep.
var attachments = []fs.FS{fstest.MapFS{"20260101000001_attachments.tx.up.sql": {Data: []byte(
	"CREATE TABLE attachments (site_id bigint NOT NULL, id bigint NOT NULL, key text NOT NULL, sha256 text NOT NULL, PRIMARY KEY (site_id, id))")}}}

// step is where an upload is killed.
type step int

const (
	withinTheFile   step = iota // bytes have gone, others not
	behindTheFile               // it is stored, no row names it
	withinTheRow                // the transaction is open
	behindTheCommit             // done, and nobody was told
	behindTheAnswer             // told
	steps
)

func (s step) String() string {
	return [...]string{"within the file", "behind the file", "within the row", "behind the commit", "behind the answer"}[s]
}

// upload is what an uploader is sent to do.
type upload struct {
	Store, Media string
	First, Last  int64
	Dies         step
}

func init() { children["uploader"] = uploader }

// uploader stores attachments, blob first and row afterwards, tells each, and kills itself in the last one.
func uploader() error {
	var u upload
	if err := json.NewDecoder(os.Stdin).Decode(&u); err != nil {
		return err
	}
	ctx := context.Background()
	d, err := db.Open(ctx, u.Store)
	if err != nil {
		return err
	}
	media, err := openStore(ctx, Config{Media: u.Media})
	if err != nil {
		return err
	}
	for id := u.First; id <= u.Last; id++ {
		at := func(s step) {
			if id == u.Last && u.Dies == s {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL) // nothing comes after it
				select {}
			}
		}
		if err := attach(ctx, d, media, id, at); err != nil {
			return err
		}
		fmt.Println(id)
		at(behindTheAnswer)
	}
	return errors.New("alive")
}

// dying is a body that calls back in its middle.
type dying struct {
	io.Reader
	left int
	die  func()
}

func (b *dying) Read(p []byte) (int, error) {
	if b.left--; b.left == 0 {
		b.die()
	}
	return b.Reader.Read(p[:min(len(p), 64<<10)])
}

func body(id int64) []byte {
	return []byte(strings.Repeat(fmt.Sprintf("附件%d。", id), 20_000))
}

func attach(ctx context.Context, d *db.DB, media blob.Store, id int64, at func(step)) error {
	key := fmt.Sprintf("1/attachments/%d", id)
	info, err := media.Put(ctx, key, &dying{bytes.NewReader(body(id)), 4, func() { at(withinTheFile) }}, "application/pdf")
	if err != nil {
		return err
	}
	at(behindTheFile)
	err = d.InTx(ctx, func(ctx context.Context) error {
		_, err := d.Conn(ctx).NewRaw("INSERT INTO attachments (site_id, id, key, sha256) VALUES (1, ?, ?, ?)", id, key, info.SHA256).Exec(ctx)
		at(withinTheRow)
		return err
	})
	if err == nil {
		at(behindTheCommit)
	}
	return err
}

// promises.md 2.1: a process killed at each step of storing a blob with its row leaves no row that points at nothing and no half
// blob; what it has told is there. A blob without a row may stay: it is the sweeper's.
func TestABlobAndItsRow(t *testing.T) {
	for _, c := range []struct {
		name         string
		store, media func(t *testing.T) string
	}{
		{"sqlite and a folder", func(t *testing.T) string { return filepath.Join(t.TempDir(), storeName) }, func(t *testing.T) string { return t.TempDir() }},
		{"postgres and S3", func(t *testing.T) string { return dbtest.PostgresURL(t) }, func(t *testing.T) string { return blobtest.S3URL(t) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			blobAndRow(t, c.store(t), c.media(t), proof.Times(20, 200))
		})
	}
}

func blobAndRow(t *testing.T, store, url string, kills int) {
	ctx := context.Background()
	d, err := db.Open(ctx, store)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Migrate(ctx, attachments...); err != nil {
		t.Fatal(err)
	}
	media, err := openStore(ctx, Config{Media: url})
	if err != nil {
		t.Fatal(err)
	}
	var acknowledged []int64
	for i := range kills {
		u := upload{Store: store, Media: url, First: int64(2*i + 1), Last: int64(2*i + 2), Dies: step(i) % steps}
		ids, err := uploads(u)
		if err != nil {
			t.Fatalf("killed %v: %v", u.Dies, err)
		}
		acknowledged = append(acknowledged, ids...)
	}
	there := pointed(t, d, media)
	for _, id := range acknowledged {
		if !there[id] {
			t.Errorf("lost: attachment %d", id)
		}
	}
	t.Logf("%d kills: %d acknowledged, %d rows, %d blobs without a row", kills, len(acknowledged), len(there), orphans(t, media, there))
}

// pointed are the rows, each of which must point at a whole blob.
func pointed(t *testing.T, d *db.DB, media blob.Store) map[int64]bool {
	t.Helper()
	ctx := context.Background()
	var rows []struct {
		ID     int64
		Key    string
		SHA256 string `bun:"sha256"`
	}
	if err := d.Conn(ctx).NewRaw("SELECT id, key, sha256 FROM attachments WHERE site_id = 1").Scan(ctx, &rows); err != nil {
		t.Fatal(err)
	}
	there := map[int64]bool{}
	for _, r := range rows {
		there[r.ID] = true
		if err := unhurt(ctx, media, r.Key, r.SHA256, body(r.ID)); err != nil {
			t.Errorf("row %d points at nothing good: %v", r.ID, err)
		}
	}
	return there
}

// orphans counts the blobs without a row, each of which must be whole all the same: its name says which it is.
func orphans(t *testing.T, media blob.Store, there map[int64]bool) (n int) {
	t.Helper()
	for info, err := range media.List(context.Background(), "1/attachments/") {
		if err != nil {
			t.Fatal(err)
		}
		var id int64
		if _, err := fmt.Sscanf(info.Key, "1/attachments/%d", &id); err != nil {
			t.Errorf("half a blob has a name: %s", info.Key)
		}
		if there[id] {
			continue
		}
		n++
		if err := unhurt(context.Background(), media, info.Key, "", body(id)); err != nil {
			t.Errorf("half a blob has its name: %v", err)
		}
	}
	return n
}

// uploads runs an uploader until it dies and returns what it has told.
func uploads(u upload) (ids []int64, err error) {
	errand, err := json.Marshal(u)
	if err != nil {
		return nil, err
	}
	var out, said bytes.Buffer
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), child+"=uploader")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(errand), &out, &said
	p, err := proof.Start(cmd)
	if err != nil {
		return nil, err
	}
	<-p.Ended
	if p.ProcessState.Exited() {
		return nil, fmt.Errorf("it ended by itself: %s", said.String())
	}
	for line := range strings.FieldsSeq(out.String()) {
		var id int64
		if _, err := fmt.Sscan(line, &id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// unhurt reads a blob; sum is what its row says, or "".
func unhurt(ctx context.Context, media blob.Store, key, sum string, want []byte) error {
	f, err := media.Open(ctx, key, blob.Range{})
	if err != nil {
		return err
	}
	defer f.Close()
	got, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	if have := sha256.Sum256(got); !bytes.Equal(got, want) || sum != "" && hex.EncodeToString(have[:]) != sum {
		return fmt.Errorf("%d bytes with %x, want %d with %s", len(got), have, len(want), sum)
	}
	return nil
}
