package article

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/publication"
)

// chunkSize is how many documents one transaction takes over unless the caller says otherwise.
const chunkSize = 100

// readAhead is how many documents are read and checked while others are being written.
const readAhead = 50

// longestLine bounds a line of the file, in bytes.
const longestLine = 16 << 20

// ImportOptions say what a file is and where it goes. Batch names the two people who sign for it: an author and
// a different reviewer. The same batch id continues an import that was interrupted.
type ImportOptions struct {
	Batch     publication.Batch
	Mapping   *Mapping // nil: DefaultMapping
	Targets   []Target
	ChunkSize int          // documents in one transaction; 0 is the default
	DryRun    bool         // read and check everything, write nothing
	Progress  func(Report) // called after each chunk, on the same goroutine
	Each      func(BadRow) // called for each bad row as it is met
}

// Report is what an import did. Every line of the file is in exactly one of Imported, Already, Bad and blank.
type Report struct {
	Lines    int   // read so far, blank ones too
	Imported int   // taken over now; with DryRun: would be
	Already  int   // taken over by an earlier run of the batch
	Undated  int   // of Imported: without a day of their own
	Bytes    int64 // of JSON read
	Bad      []BadRow
}

// BadRow is a line that was not taken over, not even in part.
type BadRow struct {
	Line   int    // counts from 1
	Column int    // character in the line, 0 when the fault is in no one place
	Field  string // of the document, or ""
	ID     string // as far as it could be read
	Say    string // what is wrong, for a person
}

// row is a document on its way: read, checked, given a seat and an id.
type row struct {
	line    int
	id      string
	article ID
	seat    seat
	item    publication.ImportItem
	body    string // of a text that may name pictures and files of its site, else ""
}

// importer is one run.
type importer struct {
	*Articles
	o      ImportOptions
	plan   *plan
	report Report
	seen   map[string]int // source id -> line
	chunk  []row
}

// ImportDocuments takes documents over from an old site: JSON lines, gzipped or not, fields as in readDocument.
// A document keeps the day on which its old site published it; without one it is shown from the day of the batch,
// says 日期不详 and stands in lists among that day's. Each chunk is one transaction, so a run that breaks off is
// continued by calling again with the same batch. Bad rows are reported and skipped; an error means that the
// run stopped, with the report so far.
func (a *Articles) ImportDocuments(ctx context.Context, r io.Reader, o ImportOptions) (Report, error) {
	if o.Mapping == nil {
		o.Mapping = DefaultMapping()
	}
	if o.ChunkSize <= 0 {
		o.ChunkSize = chunkSize
	}
	im := &importer{Articles: a, o: o, seen: map[string]int{}}
	var err error
	if im.plan, err = a.plan(ctx, o.Mapping, o.Targets); err != nil {
		return im.report, err
	}
	lines, err := unzip(r)
	if err != nil {
		return im.report, err
	}
	if !o.DryRun {
		if err := a.Published.OpenBatch(ctx, o.Batch); err != nil {
			return im.report, err
		}
	}
	return im.report, im.run(ctx, lines)
}

// document is a line of the file, read and checked as far as that needs nothing but the line.
type document struct {
	row
	source *sourceDocument // nil when blank
	bytes  int
	bad    *BadRow
	broken error // the file cannot be read on
}

// run writes what read finds. Reading stays at most readAhead documents in front, and has ended when run returns.
func (im *importer) run(ctx context.Context, lines *bufio.Reader) error {
	reading, stop := context.WithCancel(ctx)
	ahead := make(chan document, readAhead)
	var reader sync.WaitGroup
	reader.Go(func() { im.read(reading, lines, ahead) })
	defer reader.Wait()
	defer stop()
	for d := range ahead {
		if d.broken != nil {
			if err := im.flush(ctx); err != nil {
				return err
			}
			return fault.Because(d.broken, fault.Invalid, "文件在第 %d 行之后读不下去，可能没有传完；前面的已经导入，补全后用同一批次再导入即可。", im.report.Lines)
		}
		im.report.Lines = d.line
		im.report.Bytes += int64(d.bytes)
		im.take(d)
		if len(im.chunk) >= im.o.ChunkSize {
			if err := im.flush(ctx); err != nil {
				return err
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return im.finish(ctx)
}

// read sends every line of the file to ahead, in order, until ctx ends, and closes it.
func (im *importer) read(ctx context.Context, lines *bufio.Reader, ahead chan<- document) {
	defer close(ahead)
	for line := 1; ; line++ {
		raw, err := nextLine(lines)
		last, long := errors.Is(err, io.EOF), errors.Is(err, errLong)
		d := document{row: row{line: line}, bytes: len(raw)}
		switch raw := bytes.TrimSpace(raw); {
		case err != nil && !last && !long:
			d.broken, last = err, true
		case long:
			d.bad = &BadRow{Line: line, Say: fmt.Sprintf("这一行超过 %d MB，太长了。", longestLine>>20)}
		case len(raw) > 0:
			im.check(&d, raw)
		case last && d.bytes == 0:
			return
		}
		select {
		case ahead <- d:
		case <-ctx.Done():
			return
		}
		if last {
			return
		}
	}
}

// check reads one line into d, or says what is wrong with it.
func (im *importer) check(d *document, raw []byte) {
	source, at, err := readDocument(raw)
	bad := BadRow{Line: d.line, Column: at}
	if source != nil {
		bad.ID = source.ID
	}
	var p Payload
	if err == nil {
		p, d.item.FirstPublished, err = source.payload(im.o.Batch.ID, im.Now())
	}
	if err == nil {
		d.item.Payload, err = p.encode()
	}
	if strings.Contains(p.Body, mediaAt) {
		d.body = p.Body
	}
	if err != nil {
		bad.Say, bad.Field = fault.Say(err), field(err)
		d.bad = &bad
		return
	}
	d.source, d.item.Title = source, p.Title
}

// finish writes the last chunk and leaves nothing for the full text to do.
func (im *importer) finish(ctx context.Context) error {
	if err := im.flush(ctx); err != nil || im.o.DryRun {
		return err
	}
	return im.indexAll(ctx)
}

// take gives a document its seat and its id in the chunk, or reports it.
func (im *importer) take(d document) {
	switch {
	case d.bad != nil:
		im.bad(*d.bad)
		return
	case d.source == nil:
		return
	}
	refuse := func(err error) {
		im.bad(BadRow{Line: d.line, ID: d.source.ID, Say: fault.Say(err), Field: field(err)})
	}
	r := d.row
	if first, double := im.seen[d.source.ID]; double {
		refuse(fault.In("id", "编号“%s”与第 %d 行重复。", d.source.ID, first))
		return
	}
	var ok bool
	if r.seat, ok = im.plan.seat(d.source); !ok {
		refuse(fault.In("level", "映射里没有适用于“%s”的规则。", d.source.Level))
		return
	}
	im.seen[d.source.ID] = d.line
	r.id, r.article = d.source.ID, im.IDs.Next()
	r.item.Object = object(r.seat.site, r.article)
	r.item.Author, r.item.Policy, r.item.Place = im.o.Batch.Author, publication.Imported, r.seat.column
	im.chunk = append(im.chunk, r)
}

func (im *importer) bad(b BadRow) {
	im.report.Bad = append(im.report.Bad, b)
	if im.o.Each != nil {
		im.o.Each(b)
	}
}

func field(err error) string {
	var f *fault.Fault
	if errors.As(err, &f) {
		return f.Field
	}
	return ""
}

// flush writes the chunk. When its data are refused it is taken one by one, so that one document does not
// hold up the others; any other error ends the run.
func (im *importer) flush(ctx context.Context) error {
	rows := im.chunk
	im.chunk = im.chunk[:0:0]
	if len(rows) > 0 {
		err := im.write(ctx, rows)
		if k := fault.KindOf(err); len(rows) > 1 && (k == fault.Invalid || k == fault.Conflict || k == fault.TooLarge) {
			err = nil
			for i := range rows {
				if err = im.single(ctx, rows[i:i+1]); err != nil {
					break
				}
			}
		} else if len(rows) == 1 {
			err = im.refused(rows[0], err)
		}
		if err != nil {
			return err
		}
		if err := im.follow(ctx, len(rows)); err != nil {
			return err
		}
	}
	if im.o.Progress != nil {
		im.o.Progress(im.report)
	}
	return nil
}

// follow puts into the full text as many documents as were just taken over, so that it stays a chunk behind.
func (im *importer) follow(ctx context.Context, n int) error {
	if im.o.DryRun {
		return nil
	}
	var odd []error // the job tells of them
	_, err := im.indexSome(ctx, 0, n, &odd)
	return err
}

func (im *importer) single(ctx context.Context, one []row) error {
	return im.refused(one[0], im.write(ctx, one))
}

// refused turns a refusal of the data into a bad row and lets other errors pass.
func (im *importer) refused(r row, err error) error {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Conflict, fault.TooLarge:
		im.bad(BadRow{Line: r.line, ID: r.id, Field: field(err), Say: fault.Say(err)})
		return nil
	}
	return err
}

// write takes rows over in one transaction, those that an earlier run has taken excepted.
func (im *importer) write(ctx context.Context, rows []row) error {
	var fresh []row
	err := im.DB.InTx(ctx, func(ctx context.Context) error {
		done, err := im.taken(ctx, im.o.Batch.ID, rows)
		if err != nil {
			return err
		}
		fresh = fresh[:0]
		for _, r := range rows {
			if !done[r.id] {
				fresh = append(fresh, r)
			}
		}
		if err := im.pictured(ctx, fresh, im.has); err != nil || len(fresh) == 0 || im.o.DryRun {
			return err
		}
		return im.enter(ctx, fresh)
	})
	if err != nil {
		return fmt.Errorf("import lines %d to %d: %w", rows[0].line, rows[len(rows)-1].line, err)
	}
	im.report.Already += len(rows) - len(fresh)
	im.report.Imported += len(fresh)
	for _, r := range fresh {
		if r.item.FirstPublished.IsZero() {
			im.report.Undated++
		}
	}
	return nil
}

func (im *importer) enter(ctx context.Context, rows []row) error {
	if err := im.insertImports(ctx, im.o.Batch, rows); err != nil {
		return err
	}
	items := make([]publication.ImportItem, len(rows))
	for i, r := range rows {
		items[i] = r.item
	}
	if err := im.Published.Import(ctx, im.o.Batch.ID, items); err != nil {
		return err
	}
	if err := im.pictured(ctx, rows, im.uses); err != nil {
		return err
	}
	count := map[kernel.SiteID]int{}
	for _, r := range rows {
		count[r.seat.site]++
	}
	for site, n := range count {
		err := im.Audit.Record(ctx, audit.Entry{Site: site, Action: "migration.import", Object: "batch/" + im.o.Batch.ID,
			Note: map[string]string{"documents": fmt.Sprint(n)}})
		if err != nil {
			return err
		}
	}
	return im.Queue.Add(ctx, kernel.Platform, IndexImported{}, jobs.Options{Key: "import"})
}

// unzip looks at the first bytes, not at a name, and passes a byte order mark over.
func unzip(r io.Reader) (*bufio.Reader, error) {
	b := bufio.NewReaderSize(r, 1<<20)
	if head, _ := b.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) { // a shorter file is no gzip
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, fault.Because(err, fault.Invalid, "压缩文件已损坏，打不开。")
		}
		b = bufio.NewReaderSize(z, 1<<20)
	}
	if head, _ := b.Peek(3); bytes.Equal(head, []byte("\xef\xbb\xbf")) {
		if _, err := b.Discard(3); err != nil {
			return nil, err
		}
	}
	return b, nil
}
