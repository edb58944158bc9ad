package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// Q4, d51: an exported chain proves itself without the store: whole, in parts, several in one file; and every change of a field, an
// entry that is gone, doubled or moved, is named.
func TestExportProvesItself(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l, ctx := New(d, frozen, nil), context.Background()
		for i := range 7 {
			record(t, d, l, Entry{Site: 5, Action: "article.submit", Object: fmt.Sprintf("article/%d", i), Before: "<甲>", After: "乙\n\"", Note: map[string]string{"b": "2", "a": "1"}})
		}
		record(t, d, l, Entry{Action: "site.import"})
		var whole, first, second, other bytes.Buffer
		out := func(w *bytes.Buffer, chain kernel.SiteID, after, limit, want int64) {
			t.Helper()
			if last, err := l.Export(ctx, chain, after, limit, w); last != want || err != nil {
				t.Errorf("chain %d after %d: last %d, %v; want %d", chain, after, last, err, want)
			}
		}
		out(&whole, 5, 0, 0, 7)
		out(&first, 5, 0, 3, 3)
		out(&second, 5, 3, 100, 7)
		out(&other, 0, 0, 0, 1)
		out(new(bytes.Buffer), 9, 0, 0, 0)
		if first.String()+second.String() != whole.String() {
			t.Error("the parts are not the whole")
		}
		holds := func(text string, want ...string) {
			t.Helper()
			all, err := VerifyExport(strings.NewReader(text))
			var got []string
			for _, e := range all {
				got = append(got, fmt.Sprintf("%d:%d-%d", e.Chain, e.First, e.Last))
			}
			if err != nil || strings.Join(got, " ") != strings.Join(want, " ") {
				t.Errorf("%v, %v; want %v", got, err, want)
			}
		}
		holds(whole.String(), "5:1-7")
		holds(second.String(), "5:4-7")
		holds(whole.String()+other.String(), "5:1-7", "0:1-1")
		holds("")
		lines := strings.SplitAfter(strings.TrimSuffix(whole.String(), "\n"), "\n")
		for what, text := range map[string]string{
			"one is gone": lines[0] + strings.Join(lines[2:], ""), "one is doubled": lines[0] + lines[0] + strings.Join(lines[1:], ""),
			"two are exchanged": lines[1] + lines[0] + strings.Join(lines[2:], ""), "it begins in the middle of nothing": strings.Replace(lines[0], `"prev":""`, `"prev":"ab"`, 1),
		} {
			var broken *Broken
			if _, err := VerifyExport(strings.NewReader(text)); !errors.As(err, &broken) {
				t.Errorf("%s: %v", what, err)
			}
		}
		var fields map[string]any
		if err := json.Unmarshal([]byte(lines[1]), &fields); err != nil || len(fields) != 15 {
			t.Fatalf("%d fields, %v", len(fields), err)
		}
		for name := range fields {
			changed := map[string]any{}
			for k, v := range fields {
				changed[k] = v
			}
			changed[name] = map[string]any{"chain": "8", "seq": 3, "account": "8", "org": "4", "at": "2026-11-23T08:00:00.123457Z"}[name]
			if changed[name] == nil {
				changed[name] = fmt.Sprint(fields[name], "x")
			}
			raw, err := json.Marshal(changed)
			if err != nil {
				t.Fatal(err)
			}
			var broken *Broken
			if _, err := VerifyExport(strings.NewReader(lines[0] + string(raw) + "\n" + lines[2])); !errors.As(err, &broken) {
				t.Errorf("%s was changed: %v", name, err)
			}
		}
		for _, text := range []string{"{}x\n", "nonsense", strings.Repeat("x", lineMost+1)} {
			if _, err := VerifyExport(strings.NewReader(text)); !fault.Is(err, fault.Invalid) {
				t.Errorf("%.20q: %v", text, err)
			}
		}
	}, Migrations())
}
