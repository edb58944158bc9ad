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

// limitMemory has the collector stay below nine tenths of what the machine or its cgroup allows, unless GOMEMLIMIT says otherwise.
func limitMemory() {
	if os.Getenv("GOMEMLIMIT") == "" {
		if n := mayUse("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"); n > 0 {
			debug.SetMemoryLimit(n / 10 * 9)
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
