// Command zhanqun serves every government website of a city from one program.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/zhanqun/zhanqun/app"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := app.Main(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
