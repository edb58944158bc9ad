package proof

import (
	"os/exec"
	"runtime"
)

// Child is a process that a test has started. It ends with the test's own process, however that ends.
type Child struct {
	*exec.Cmd
	Ended chan struct{} // closed when it has
	Err   error         // what Wait said, once it has
}

// Start starts c, whose SysProcAttr is set here.
func Start(c *exec.Cmd) (*Child, error) {
	p := &Child{Cmd: c, Ended: make(chan struct{})}
	c.SysProcAttr = dieWithUs
	began := make(chan error, 1)
	go func() { // the thread that starts it must live as long: it dies with it
		runtime.LockOSThread()
		defer close(p.Ended)
		err := c.Start()
		began <- err
		if err == nil {
			p.Err = c.Wait()
		}
	}()
	return p, <-began
}

// Kill ends it as a power switch would and waits.
func (p *Child) Kill() {
	_ = p.Process.Kill() // it may have ended by itself
	<-p.Ended
}
