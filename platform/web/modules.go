package web

import (
	"fmt"
	"runtime/debug"
	"strings"
)

// fasthttpAtLeast is the first minor version of fasthttp 1 of which no way is known to smuggle a second request in
// a body, to split an answer, or to be heard under two hosts. fiber v2 alone would bring 51.
const fasthttpAtLeast = 77

// checkModules refuses a build with an older fasthttp. Test binaries do not say what they are made of.
func checkModules(info *debug.BuildInfo) error {
	for _, m := range info.Deps {
		if m.Path != "github.com/valyala/fasthttp" {
			continue
		}
		if m.Replace != nil {
			m = m.Replace
		}
		var major, minor int
		if _, err := fmt.Sscanf(strings.TrimPrefix(m.Version, "v"), "%d.%d.", &major, &minor); err != nil || major != 1 || minor < fasthttpAtLeast {
			return fmt.Errorf("built with fasthttp %s; 1.%d or later is needed, older ones let requests be smuggled", m.Version, fasthttpAtLeast)
		}
	}
	return nil
}
