package proof

import "syscall"

// dieWithUs ends a child also when the test binary is killed.
var dieWithUs = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
