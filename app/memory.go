package app

import (
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

// smallest is what the program is assumed to have where nothing says.
const smallest = 1 << 30

// uncounted is what the collector does not count and the kernel does: the program's own code (40 MB), SQLite's, the kernel's part of
// thousands of connections, and what a password or a document takes at once before the collector has heard of it.
const uncounted = 112 << 20

// collectors is the part of n bytes that the collector may use: nine tenths, less on a small machine, but half at least.
func collectors(n int64) int64 { return n - min(max(n/10, uncounted), n/2) }

// limitMemory has the collector stay below its part of what the machine or its cgroup allows, unless GOMEMLIMIT says otherwise.
func limitMemory() {
	if os.Getenv("GOMEMLIMIT") == "" {
		if n := mayUse("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"); n > 0 {
			debug.SetMemoryLimit(collectors(n))
		}
	}
}

// memoryLimit is how many bytes this process plans with: the limit that is set, at most what a small server has.
func memoryLimit() int64 {
	if n := debug.SetMemoryLimit(-1); n < math.MaxInt64 {
		return n
	}
	return smallest
}

// largeBodies is how many bodies that are no form may be in memory at once: a document of 10 MB takes ten times as much while it is read.
func largeBodies(limit int64) int { return int(min(max(1, limit>>28), 8)) }

// longForms is how many forms of up to 1 MB from people who are not signed in may be in memory at once: a sixteenth of it.
func longForms(limit int64) int { return int(min(max(1, limit>>24), 256)) }

// mayUse reads the first of the files that holds a number of bytes, or 0.
func mayUse(files ...string) int64 {
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			continue // another version of cgroups, or none
		}
		n, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
		if err == nil && n > 0 && n < 1<<50 {
			return n
		}
	}
	return 0
}
