//go:build !linux

package proof

import "syscall"

// dieWithUs is Linux's: elsewhere a killed test leaves its children.
var dieWithUs *syscall.SysProcAttr
