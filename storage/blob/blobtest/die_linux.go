package blobtest

import "syscall"

// dieWithUs ends the server also when the test binary is killed.
var dieWithUs = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
