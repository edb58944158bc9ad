//go:build !linux

package app

import "errors"

// diskSpace is known on Linux only, where the program is run.
func diskSpace(string) (free int64, network string, err error) {
	return 0, "", errors.ErrUnsupported
}
