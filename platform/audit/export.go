package audit

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
)

// line is an entry as an export writes it: every field that its hash covers, so that a file proves itself without the store.
type line struct {
	Chain   int64     `json:"chain,string"` // 0 is the platform's
	Seq     int64     `json:"seq"`
	Prev    string    `json:"prev"`
	Hash    string    `json:"hash"`
	At      time.Time `json:"at"`
	Account int64     `json:"account,string"`
	Org     int64     `json:"org,string"`
	Name    string    `json:"name"`
	Via     string    `json:"via"`
	Request string    `json:"request"`
	Action  string    `json:"action"`
	Object  string    `json:"object"`
	Before  string    `json:"before"`
	After   string    `json:"after"`
	Note    string    `json:"note"`
}

func (r *row) line() line {
	return line{int64(r.Chain), r.Seq, r.Prev, r.Hash, r.At.UTC(), int64(r.ActorAccount), int64(r.ActorOrg), r.ActorName, r.ActorVia, r.Request, r.Action, r.Object, r.Before, r.After, r.Note}
}

func (l *line) row() *row {
	return &row{Chain: kernel.SiteID(l.Chain), Seq: l.Seq, Prev: l.Prev, Hash: l.Hash, At: l.At, ActorAccount: kernel.AccountID(l.Account), ActorOrg: kernel.OrgID(l.Org), ActorName: l.Name, ActorVia: l.Via,
		Request: l.Request, Action: l.Action, Object: l.Object, Before: l.Before, After: l.After, Note: l.Note}
}

// exportAtOnce bounds what is in memory.
const exportAtOnce = 1000

// Export writes the entries of a chain after a number, limit of them or, with 0, all, as JSON lines, and answers the last number
// written, or after when there was none.
func (l *Log) Export(ctx context.Context, chain kernel.SiteID, after, limit int64, w io.Writer) (last int64, err error) {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	for last = after; limit == 0 || last < after+limit; {
		most := int64(exportAtOnce)
		if limit > 0 {
			most = min(most, after+limit-last)
		}
		rows, err := l.entriesAfter(ctx, chain, last, most)
		if err != nil {
			return last, err
		}
		for i := range rows {
			if err := out.Encode(rows[i].line()); err != nil {
				return last, fmt.Errorf("write audit chain %d: %w", chain, err)
			}
			last = rows[i].Seq
		}
		if int64(len(rows)) < most {
			break
		}
	}
	return last, nil
}

// Exported is what a file holds of one chain: the entries First to Last, one after the other, and the hash of the last. A file that
// does not begin with the first entry proves nothing about those before it.
type Exported struct {
	Chain kernel.SiteID `json:"chain"`
	First int64         `json:"first"`
	Last  int64         `json:"last"`
	Hash  string        `json:"hash"`
}

// lineMost bounds a line of a file.
const lineMost = 1 << 20

// VerifyExport reads what Export wrote, of one chain after the other, and recomputes every hash. What does not hold answers a *Broken.
func VerifyExport(r io.Reader) (all []Exported, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, lineMost)
	for n := 1; lines.Scan(); n++ {
		var l line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return all, fault.Because(err, fault.Invalid, "第 %d 行不是审计记录。", n)
		}
		row := l.row()
		if len(all) == 0 || all[len(all)-1].Chain != row.Chain {
			all = append(all, Exported{Chain: row.Chain, First: l.Seq, Last: l.Seq - 1, Hash: l.Prev})
		}
		of := &all[len(all)-1]
		switch {
		case l.Seq != of.Last+1:
			return all, &Broken{row.Chain, of.Last + 1, "it is missing"}
		case l.Prev != of.Hash || l.Seq == 1 && l.Prev != "":
			return all, &Broken{row.Chain, l.Seq, "it does not follow the entry before it"}
		case l.Hash != row.digest():
			return all, &Broken{row.Chain, l.Seq, "its content is not what was hashed"}
		}
		of.Last, of.Hash = l.Seq, l.Hash
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return all, fault.Because(err, fault.Invalid, "文件里有一行太长，不是审计记录。")
	} else if err != nil {
		return all, fmt.Errorf("read an export of the audit chain: %w", err)
	}
	return all, nil
}
