package app

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Issue 3, 2: lines go out together and in order, none later than it may, an error at once and the rest at the end.
func TestCalmLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out lines
		h := newCalmLog(&out)
		log := slog.New(h).With("node", 1)
		said := func() int { return strings.Count(out.String(), "\n") }
		log.Info("one")
		log.Info("two")
		if said() != 0 {
			t.Errorf("said at once: %s", out.String())
		}
		time.Sleep(logWithin)
		synctest.Wait()
		if said() != 2 {
			t.Errorf("after %v: %s", logWithin, out.String())
		}
		log.Info("three")
		log.Error("four")
		if said() != 4 || strings.Index(out.String(), "three") > strings.Index(out.String(), "four") {
			t.Errorf("an error did not go out at once, behind what was before it: %s", out.String())
		}
		log.Info("five")
		if err := h.Close(); err != nil || said() != 5 {
			t.Errorf("closed: %v, %s", err, out.String())
		}
		var wg sync.WaitGroup
		for w := range 4 {
			wg.Go(func() {
				for i := range 2000 {
					log.Info(fmt.Sprintf("line %d of %d", i, w))
				}
			})
		}
		wg.Wait()
		if n := said(); n < 1000 {
			t.Errorf("%d lines are out, though many waited", n)
		}
		time.Sleep(logWithin)
		synctest.Wait()
		if n := said(); n != 8005 {
			t.Errorf("%d lines, want 8005", n)
		}
		for _, line := range strings.Split(strings.TrimSpace(out.String()), "\n") {
			if !strings.HasPrefix(line, `{"time":`) || !strings.HasSuffix(line, "}") {
				t.Fatalf("half a line: %q", line)
			}
		}
	})
}
