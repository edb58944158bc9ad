package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// aim is how many inputs all targets together see in the long form, at least.
const aim = 10_000_000

// target is a fuzz target of the tree.
type target struct{ pkg, name string }

var declaration = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(\w+ \*testing\.F\)`)

// targets are all there are below root, in the order of the folders.
func targets(root string) (all []target, err error) {
	err = filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(p, "_test.go") {
			return err
		}
		source, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, filepath.Dir(p))
		if err != nil {
			return err
		}
		for _, m := range declaration.FindAllSubmatch(source, -1) {
			all = append(all, target{"./" + filepath.ToSlash(rel), string(m[1])})
		}
		return nil
	})
	return all, err
}

var elapsed = regexp.MustCompile(`fuzz: elapsed: .*, execs: (\d+) `)

// executions is the last count in what go has said.
func executions(said []byte) (n int64) {
	if all := elapsed.FindAllSubmatch(said, -1); all != nil {
		n, _ = strconv.ParseInt(string(all[len(all)-1][1]), 10, 64) // digits by the pattern
	}
	return n
}

// run fuzzes one target for a while and returns how many inputs it saw. An input that fails is an error, and go has written it to the
// target's testdata folder.
func (t target) run(ctx context.Context, root string, d time.Duration, out io.Writer) (int64, error) {
	c := exec.CommandContext(ctx, "go", "test", "-run=^$", "-fuzz=^"+t.name+"$", "-fuzztime="+d.String(), "-fuzzminimizetime=10s", "-timeout=24h", t.pkg)
	c.Dir = root
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	err := c.Run()
	n := executions(said.Bytes())
	if err != nil {
		_, _ = out.Write(said.Bytes()) // the error is what matters
		return n, fmt.Errorf("%s %s: %w", t.pkg, t.name, err)
	}
	return n, nil
}

// fuzz gives every target of the tree the same share of an hour, or of ZHANQUN_PROVE_FOR.
func fuzz(ctx context.Context, root string, out io.Writer) error {
	whole, said := time.Hour, os.Getenv("ZHANQUN_PROVE_FOR")
	if said != "" {
		var err error
		if whole, err = time.ParseDuration(said); err != nil {
			return fmt.Errorf("ZHANQUN_PROVE_FOR: %w", err)
		}
	}
	all, err := targets(root)
	if err != nil || len(all) == 0 {
		return fmt.Errorf("look for fuzz targets: %d found, %w", len(all), err)
	}
	var sum int64
	var failed error
	for _, t := range all {
		n, err := t.run(ctx, root, (whole / time.Duration(len(all))).Round(time.Second), out)
		failed = errors.Join(failed, err)
		sum += n
		fmt.Fprintf(out, "%12d  %s %s\n", n, t.pkg, t.name)
	}
	fmt.Fprintf(out, "%12d  in all, %d targets\n", sum, len(all))
	if failed == nil && said == "" && sum < aim {
		failed = fmt.Errorf("fuzz: %d executions, the aim is %d", sum, aim)
	}
	return failed
}
