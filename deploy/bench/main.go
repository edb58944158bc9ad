// Command bench serves the same bytes from the shipped program and from nginx, by turns in one run, and prints how they
// compare (docs/promises.md 2):
//
//	go run ./deploy/bench              # nginx and wrk must be on the path
//	go run ./deploy/bench -sites 10000 -rounds 7 -for 10s warm idle
//
// nginx serves files that were compressed before (gzip_static) with its caches of open files on: the fastest a web server is.
// Both sides answer the same addresses of the same sites with the same headers, both write an access log, and each round
// asks one after the other, the first in turns. What counts are the ratios: a busy machine is as busy for both.
//
// It knows the program from outside only, as an operator does.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// plan is what the command line asks for.
type plan struct {
	binary, divisions, data string
	sites, documents        int
	rounds, conns, idle     int
	lasting                 time.Duration
	json, apart             bool
	scenes                  []string
}

// scenes in the order in which they run.
var scenes = []string{"warm", "304", "mixed", "idle"}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var p plan
	flag.StringVar(&p.binary, "binary", "", "the program; built from this module when left out")
	flag.StringVar(&p.divisions, "divisions", "../shared/data/china-divisions.csv.gz", "real divisions: code,name,level,parent_code")
	flag.StringVar(&p.data, "data", "", "a data folder to serve, kept; made and removed when left out")
	flag.IntVar(&p.sites, "sites", 2000, "how many sites to open in a new data folder")
	flag.IntVar(&p.documents, "documents", 2000, "how many documents to publish on them")
	flag.IntVar(&p.rounds, "rounds", 5, "how often to compare")
	flag.IntVar(&p.conns, "conns", 64, "connections that ask")
	flag.IntVar(&p.idle, "idle", 2000, "connections that do not, in the scene idle")
	flag.DurationVar(&p.lasting, "for", 5*time.Second, "how long each side is asked in a round")
	flag.BoolVar(&p.apart, "apart", true, "give wrk the last core for itself and the servers the others: else the figures are of who is scheduled")
	flag.BoolVar(&p.json, "json", false, "write the figures as JSON")
	flag.Parse()
	if p.scenes = flag.Args(); len(p.scenes) == 0 {
		p.scenes = scenes
	}
	if err := run(ctx, p, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, p plan, out, progress io.Writer) error {
	for _, name := range []string{"nginx", "wrk", "taskset"} {
		if _, err := exec.LookPath(name); err != nil {
			return fmt.Errorf("bench: %s is not on the path; on Debian: apt-get install --no-install-recommends nginx-light wrk util-linux", name)
		}
	}
	for _, s := range p.scenes {
		if !slices.Contains(scenes, s) {
			return fmt.Errorf("bench: no scene is called %q; there are %v", s, scenes)
		}
	}
	work, err := os.MkdirTemp("", "zhanqun-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	b := &bench{plan: p, work: work, progress: progress}
	if err := b.build(ctx); err != nil {
		return err
	}
	defer b.stop()
	if err := b.open(ctx); err != nil {
		return err
	}
	var results []result
	for _, name := range p.scenes {
		r, err := b.scene(ctx, name)
		if err != nil {
			return fmt.Errorf("bench: %s: %w", name, err)
		}
		results = append(results, r)
	}
	if p.json {
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		return e.Encode(results)
	}
	return table(out, results)
}

// bench is one run.
type bench struct {
	plan
	work     string // removed at the end
	progress io.Writer
	targets  []target
	ours     *peer
	nginx    *peer
	batch    int
}

func (b *bench) say(format string, args ...any) { fmt.Fprintf(b.progress, format+"\n", args...) }

// on is a command that runs on the cores of the servers, or on the one of whoever asks.
func (b *bench) on(ctx context.Context, servers bool, name string, args ...string) *exec.Cmd {
	own := cores()
	if !b.apart || len(own) < 2 {
		return exec.CommandContext(ctx, name, args...)
	}
	last := len(own) - 1
	if servers {
		own = own[:last]
	} else {
		own = own[last:]
	}
	return exec.CommandContext(ctx, "taskset", append([]string{"-c", strings.Join(own, ","), name}, args...)...)
}

// cores are the numbers of those this process may run on, which are not 0 and following in every container; none where the system does
// not tell.
func cores() (numbers []string) {
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(raw)) {
		list, ok := strings.CutPrefix(line, "Cpus_allowed_list:")
		if !ok {
			continue
		}
		for part := range strings.SplitSeq(strings.TrimSpace(list), ",") {
			low, high, _ := strings.Cut(part, "-")
			from, err := strconv.Atoi(low)
			to, _ := strconv.Atoi(high) // nothing for a single core
			if err != nil {
				return nil
			}
			for n := from; n <= max(from, to); n++ {
				numbers = append(numbers, strconv.Itoa(n))
			}
		}
	}
	return numbers
}

// build makes the program, unless one was given.
func (b *bench) build(ctx context.Context) error {
	if b.binary != "" {
		return nil
	}
	b.binary = filepath.Join(b.work, "zhanqun")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", b.binary, ".").CombinedOutput(); err != nil {
		return fmt.Errorf("bench: go build: %w\n%s", err, out)
	}
	return nil
}

// open fills a data folder, starts both sides and makes sure that they answer the same.
func (b *bench) open(ctx context.Context) error {
	if b.data == "" {
		b.data = filepath.Join(b.work, "data")
	}
	if _, err := os.Stat(filepath.Join(b.data, "zhanqun.db")); errors.Is(err, os.ErrNotExist) {
		if err := b.fill(ctx); err != nil {
			return err
		}
	}
	var err error
	if b.targets, err = b.addresses(ctx); err != nil {
		return err
	}
	if b.ours, err = b.serve(ctx); err != nil {
		return err
	}
	if err := b.copy(ctx); err != nil {
		return err
	}
	if b.nginx, err = b.serveFiles(ctx); err != nil {
		return err
	}
	return b.compare(ctx)
}

func (b *bench) stop() {
	for _, p := range []*peer{b.ours, b.nginx} {
		if p != nil {
			p.stop()
		}
	}
}

// result is a scene's figures: of both sides, the median over the rounds, and the median of the rounds' ratios, ours by nginx's.
type result struct {
	Scene                              string
	Ours, Nginx                        figures
	Rate, P99, CPU                     float64
	OursMemory, NginxMemory, Addresses int // MB while idle connections stand, in the scene idle
}

// figures are what one side did in one round.
type figures struct {
	Rate    float64       // answers a second
	P50     time.Duration `json:"P50ns"`
	P99     time.Duration `json:"P99ns"`
	CPU     time.Duration `json:"CPUns"` // of the server, for one answer
	Refused int           // answers that were errors, or none
}

func table(out io.Writer, results []result) error {
	fmt.Fprintf(out, "%-7s %12s %12s %7s %10s %10s %7s %9s %9s %7s\n", "", "ours/s", "nginx/s", "ratio", "p99 ours", "p99 nginx", "ratio", "µs ours", "µs nginx", "ratio")
	for _, r := range results {
		fmt.Fprintf(out, "%-7s %12.0f %12.0f %7.2f %10v %10v %7.2f %9.1f %9.1f %7.2f\n", r.Scene, r.Ours.Rate, r.Nginx.Rate, r.Rate,
			r.Ours.P99.Round(10*time.Microsecond), r.Nginx.P99.Round(10*time.Microsecond), r.P99,
			float64(r.Ours.CPU)/1e3, float64(r.Nginx.CPU)/1e3, r.CPU)
		if r.OursMemory > 0 {
			fmt.Fprintf(out, "        with the idle connections: %d MB, nginx %d MB\n", r.OursMemory, r.NginxMemory)
		}
	}
	_, err := fmt.Fprintln(out, "ratios are ours by nginx's, the median of the rounds: more answers are better, less time and less CPU are")
	return err
}
