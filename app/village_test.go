package app

import (
	"bytes"
	"context"
	rawsql "database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/kernel/proof"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/storage/blob/blobtest"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// place is where an installation keeps its rows and its blobs.
type place struct {
	name            string
	database, media string
}

// places are the two sizes of an installation, empty.
func places(t *testing.T) []place {
	t.Helper()
	return []place{
		{"sqlite and a folder", filepath.Join(t.TempDir(), "z.db"), filepath.Join(t.TempDir(), "media")},
		{"postgres and S3", dbtest.PostgresURL(t), blobtest.S3URL(t)},
	}
}

// copied is a copy of an installation on SQLite, with the same media, for a test to do harm to.
func (p place) copied(t *testing.T) place {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy.db")
	forge(t, p.database, "VACUUM INTO '"+to+"'")
	d, err := db.Open(context.Background(), to) // puts it into WAL, as serve does
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	p.database = to
	return p
}

// keyFile writes the key under which serveHouse opens its stores.
func keyFile(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(name, bytes.Repeat([]byte{71}, 32), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func (p place) flags(key string) []string {
	return []string{"--database=" + p.database, "--media=" + p.media, "--key-file=" + key, "--data=" + filepath.Dir(key)}
}

// must runs a command that has to succeed and returns its JSON in v.
func must(t *testing.T, v any, args ...string) {
	t.Helper()
	code, out, stderr := run(t, "", append(args, "--json")...)
	if code != exitOK {
		t.Fatalf("%s: exit %d: %s", args[0], code, stderr)
	}
	if err := json.Unmarshal([]byte(out), v); err != nil {
		t.Fatalf("%s: %v in %s", args[0], err, out)
	}
}

// settled is a village of four orgs and three sites with every kind of history, and some blobs.
func settled(t *testing.T, p place) (*town, []kernel.AccountID) {
	t.Helper()
	ctx := kernel.WithActor(context.Background(), identity.System("cli"))
	tw := serveHouse(t, p.database, "localhost")
	if _, err := tw.Orgs.Import(ctx, strings.NewReader(fourOrgs), false); err != nil {
		t.Fatal(err)
	}
	if _, err := tw.Sites.Import(ctx, strings.NewReader("org_code\n610900\n610902\n610902104\n"), false); err != nil {
		t.Fatal(err)
	}
	if err := tw.Revisions.Poll(ctx); err != nil {
		t.Fatal(err)
	}
	staff := tw.staff(t, ctx)
	for i, s := range tw.Sites.AllPublic() {
		tw.wander(t, s.ID, staff, uint64(i), proof.Times(250, 2500))
		for n := range 3 {
			if err := tw.Articles.Publish(ctx, s.ID, tw.approved(t, ctx, s.ID, staff, fmt.Sprintf("关于第%d件事的通知 <&>  \\'\"", n))); err != nil {
				t.Fatal(err)
			}
		}
	}
	tw.fillMedia(t, ctx, p.media)
	for _, s := range tw.Sites.AllPublic() {
		tw.pictured(t, s.ID, staff[0], p.media)
	}
	return tw, staff
}

// wander does steps at random with few objects, most of which the rules refuse: so every history that can be comes to be.
func (tw *town) wander(t *testing.T, site kernel.SiteID, staff []kernel.AccountID, seed uint64, times int) {
	t.Helper()
	steps := strings.Fields("freeze freeze approve approve approve approve approve publish publish publish publish emergency settle settle withdraw move")
	if seed == 1 {
		steps = append(steps, "erase")
	}
	r := rand.New(rand.NewPCG(71, seed))
	ctx := kernel.WithActor(context.Background(), kernel.Actor{Account: staff[3], Name: "工作人员", Via: "console"})
	policies := []string{publication.Ordinary, publication.Brief, publication.Small, publication.Small}
	newest := map[int64]publication.EditionID{}
	done := map[string]int{}
	for n := range times {
		o := publication.Object{Site: site, Kind: "note", ID: 1 + r.Int64N(8)}
		e := newest[o.ID]
		verdict := publication.Approved
		if r.IntN(5) == 0 {
			verdict = publication.Rejected
		}
		opinion := publication.Opinion{Reviewer: staff[1+r.IntN(3)], Verdict: verdict, Review: "同意", Secrecy: "不涉密", Reason: "不同意"}
		step := steps[r.IntN(len(steps))]
		var err error
		switch step {
		case "freeze":
			d := publication.Draft{Object: o, Author: staff[0], Policy: policies[r.IntN(4)], Title: "记事", Payload: fmt.Appendf(nil, `{"n":%d}`, n)}
			var id publication.EditionID
			if id, err = tw.Published.Freeze(ctx, d); err == nil {
				newest[o.ID] = id
			}
		case "approve":
			err = tw.Published.Approve(ctx, site, e, opinion)
		case "publish":
			err = tw.Published.Publish(ctx, site, e, publication.Placing{Place: 1 + r.Int64N(3)})
		case "emergency":
			err = tw.Published.PublishEmergency(ctx, site, e, publication.Placing{Place: 2}, staff[3])
		case "settle":
			err = tw.Published.Settle(ctx, site, e, opinion)
		case "withdraw":
			err = tw.Published.Withdraw(ctx, o, "有误")
		case "erase":
			err = tw.Published.Erase(ctx, o, publication.Erasure{Reason: "法院判决", Basis: "（2026）1号", By: staff[1], Approver: staff[2]})
		case "move":
			err = tw.Published.Move(ctx, o, publication.Placing{Place: 1 + r.Int64N(3)})
		}
		switch {
		case err == nil:
			done[step]++
		case fault.KindOf(err) == "":
			t.Fatalf("%s: %v", step, err)
		}
	}
	if len(done) < 7 {
		t.Errorf("only %v were done", done)
	}
}

// fillMedia stores blobs of every size that the stores treat differently.
func (tw *town) fillMedia(t *testing.T, ctx context.Context, media string) {
	t.Helper()
	store, err := openStore(ctx, Config{Media: media})
	if err != nil {
		t.Fatal(err)
	}
	r := rand.NewChaCha8([32]byte{71})
	for i, size := range []int{0, 1, 511, 512, 513, 300 << 10, 9 << 20} {
		b := make([]byte, size)
		_, _ = r.Read(b) // never fails
		key := fmt.Sprintf("%s/图 片/%d.png", tw.Sites.AllPublic()[i%3].ID, size)
		if _, err := store.Put(ctx, key, bytes.NewReader(b), "image/png"); err != nil {
			t.Fatal(err)
		}
	}
}

// forge runs SQL as somebody would who has the file, without the keys that hold rows together.
func forge(t *testing.T, file, sql string) {
	t.Helper()
	d, err := rawsql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Exec(sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}
