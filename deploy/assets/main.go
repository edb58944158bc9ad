// Command assets bundles the console's editor: our sources in platform/console/editor and the npm packages that
// platform/console/assets.lock pins, into the one file that the server ships.
//
//	go run ./deploy/assets          fetch what the lock names, bundle, write the bundle, the lock's sums and the licences
//	go run ./deploy/assets -check   do the same and fail when what is committed differs
//
// npm only fetches the packages (npm pack); nothing of them runs. esbuild's Go package bundles, so neither building nor
// running the server needs Node. A package whose bytes are not the lock's is refused. For a new version, write it into the lock with
// "-" for its sum.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

const (
	sources  = "platform/console/editor"
	bundleAt = "platform/console/assets/editor.js"
	lockAt   = "platform/console/assets.lock"
	textsAt  = "platform/console/assets.licences.txt"
)

func main() {
	check := flag.Bool("check", false, "compare instead of writing")
	flag.Parse()
	if err := run(*check); err != nil {
		fmt.Fprintln(os.Stderr, "assets:", err)
		os.Exit(1)
	}
}

func run(check bool) error {
	cache, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	lock, err := readLock(lockAt)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "zhanqun-assets-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var texts bytes.Buffer
	for i := range lock.Packages {
		text, err := lock.Packages[i].fetch(filepath.Join(cache, "zhanqun", "npm"), filepath.Join(dir, "node_modules"))
		if err != nil {
			return err
		}
		texts.WriteString(text)
	}
	js, err := bundle(sources, filepath.Join(dir, "node_modules"), lock)
	if err != nil {
		return err
	}
	if lock.Sources, err = digestOf(sources); err != nil {
		return err
	}
	lock.Bundle = digest(js)
	for _, f := range []struct {
		at   string
		want []byte
	}{{bundleAt, js}, {textsAt, texts.Bytes()}, {lockAt, lock.write()}} {
		if err := settle(f.at, f.want, check); err != nil {
			return err
		}
	}
	return nil
}

// settle writes a file, or compares it.
func settle(at string, want []byte, check bool) error {
	if !check {
		return os.WriteFile(at, want, 0o644)
	}
	have, err := os.ReadFile(at)
	if err == nil && !bytes.Equal(have, want) {
		err = fmt.Errorf("%s is out of date: run go run ./deploy/assets", at)
	}
	return err
}
