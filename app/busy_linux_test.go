package app

import (
	"syscall"
	"testing"
	"time"
)

// busy is the processor time that this process has taken: what another's work on the machine hardly changes.
func busy(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
