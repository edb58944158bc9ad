package kernel

import (
	"encoding/json"
	"sync"
	"testing"
	"time"
)

func TestParseIDAcceptsOneSpelling(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     SiteID
		ok       bool
	}{
		{"a plain number is an id", "42", 42, true},
		{"the largest id is read whole", "9223372036854775807", 9223372036854775807, true},
		{"one more than the largest is no id", "9223372036854775808", 0, false},
		{"zero is nobody's id", "0", 0, false},
		{"a leading zero is another spelling", "042", 0, false},
		{"a sign is another spelling", "+42", 0, false},
		{"a negative number is no id", "-42", 0, false},
		{"white space is another spelling", " 42", 0, false},
		{"a trailing letter is no id", "42x", 0, false},
		{"full-width digits are another spelling", "４２", 0, false},
		{"nothing is no id", "", 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := ParseID[SiteID](c.in)
			if ok != c.ok || ok && got != c.want {
				t.Errorf("ParseID(%q) = %d, %v; want %d, %v", c.in, got, ok, c.want, c.ok)
			}
		})
	}
}

func TestIDsAreStringsInJSON(t *testing.T) {
	type row struct {
		Site    SiteID
		Org     OrgID
		Account AccountID
	}
	in := row{9007199254740993, 2, 3} // 2^53+1: a script would round it
	b, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(b), `{"Site":"9007199254740993","Org":"2","Account":"3"}`; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	var out row
	if err := json.Unmarshal(b, &out); err != nil || out != in {
		t.Fatalf("got %v, %v; want %v", out, err, in)
	}
	if err := json.Unmarshal([]byte(`{"Site":"007"}`), &out); err == nil {
		t.Error("a second spelling of an id was read")
	}
}

func TestIDsGrowAndNeverRepeat(t *testing.T) {
	at := time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)
	src := NewIDs(func() time.Time { return at }) // a clock that stands still is the hard case
	const workers, each = 8, 20000
	got := make([][]int64, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for range each {
				got[w] = append(got[w], src.Next())
			}
		})
	}
	wg.Wait()
	seen := make(map[int64]bool, workers*each)
	for _, ids := range got {
		last := int64(0)
		for _, id := range ids {
			if id <= last {
				t.Fatalf("id %d after %d does not grow", id, last)
			}
			if seen[id] {
				t.Fatalf("id %d was given twice", id)
			}
			seen[id], last = true, id
		}
	}
}

func TestIDsSurviveAClockThatGoesBack(t *testing.T) {
	at := time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)
	src := NewIDs(func() time.Time { return at })
	before := src.Next()
	at = at.Add(-time.Hour)
	if after := src.Next(); after <= before {
		t.Errorf("id %d after %d: the clock went back and the ids with it", after, before)
	}
}

func TestSeededIDsRepeat(t *testing.T) {
	now := func() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }
	a, b, c := NewSeededIDs(now, 7), NewSeededIDs(now, 7), NewSeededIDs(now, 8)
	same := true
	for range 100 {
		x := a.Next()
		if y := b.Next(); x != y {
			t.Fatalf("equal seeds gave %d and %d", x, y)
		}
		same = same && x == c.Next()
	}
	if same {
		t.Error("another seed gave the same ids")
	}
}

func TestPageOffset(t *testing.T) {
	for _, c := range []struct{ number, want int }{{1, 0}, {2, 20}, {0, 0}, {-3, 0}} {
		if got := (Page{Number: c.number, Size: 20}).Offset(); got != c.want {
			t.Errorf("page %d starts at %d, want %d", c.number, got, c.want)
		}
	}
}

func TestBeijingIsAheadEightHours(t *testing.T) {
	got := time.Date(2026, 11, 22, 16, 30, 0, 0, time.UTC).In(Beijing).Format("2006-01-02 15:04")
	if want := "2026-11-23 00:30"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
