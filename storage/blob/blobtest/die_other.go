//go:build !linux

package blobtest

import "syscall"

// dieWithUs is Linux's: elsewhere a killed test leaves its server.
var dieWithUs *syscall.SysProcAttr
