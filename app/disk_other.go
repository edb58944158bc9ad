//go:build !linux

package app

import "errors"

// disk is known on Linux only, where the program is run.
func disk(string) (free int64, network string, err error) {
	return 0, "", errors.ErrUnsupported
}
