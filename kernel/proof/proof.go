// Package proof says how long a test of docs/promises.md goes on: a short form in every run of the tests, the long
// form under `go run ./deploy/prove NAME`. It is for tests only.
package proof

import "os"

// Long reports whether this run is the long form, which sets ZHANQUN_PROVE=long.
func Long() bool { return os.Getenv("ZHANQUN_PROVE") == "long" }

// Times is how often to repeat: short in every run, long in the long form.
func Times(short, long int) int {
	if Long() {
		return long
	}
	return short
}
