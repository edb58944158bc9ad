//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package media

import (
	"os/exec"
	"syscall"
)

// grouped has a program and all that it starts end together when its time is over.
func grouped(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
}
