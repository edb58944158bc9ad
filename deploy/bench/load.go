package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// script has wrk ask one address after the other, each thread from a place of its own.
const script = `
local asked, at = {}, 0
function init(args)
  for line in io.lines(args[1]) do
    local host, path, tag = line:match("^(%S+) (%S+) ?(.*)$")
    local headers = { ["Host"] = host, ["Accept-Encoding"] = "gzip", ["User-Agent"] = "bench" }
    if tag ~= "" then headers["If-None-Match"] = tag end
    asked[#asked + 1] = wrk.format("GET", path, headers)
  end
  at = math.random(#asked)
end
function request()
  at = at % #asked + 1
  return asked[at]
end
`

// write puts the addresses, in a mixed order that is the same each time, where the script reads them.
func (b *bench) write(p *peer, conditional bool) (string, error) {
	var lines bytes.Buffer
	for i := range b.targets {
		k := i * 7919 % len(b.targets) // neighbours in the tree are no neighbours here
		tag := ""
		if conditional {
			tag = p.tags[k]
		}
		fmt.Fprintln(&lines, b.targets[k].host, b.targets[k].path, tag)
	}
	name := filepath.Join(b.work, p.name+".addresses")
	return name, os.WriteFile(name, lines.Bytes(), 0o600)
}

// load asks one side for a while.
func (b *bench) load(ctx context.Context, p *peer, conditional bool) (figures, error) {
	addresses, err := b.write(p, conditional)
	if err != nil {
		return figures{}, err
	}
	lua := filepath.Join(b.work, "ask.lua")
	if err := os.WriteFile(lua, []byte(script), 0o600); err != nil {
		return figures{}, err
	}
	before := p.cpu()
	out, err := b.on(ctx, false, "wrk", "-t1", "-c"+strconv.Itoa(b.conns), "-d"+strconv.Itoa(int(b.lasting.Seconds()))+"s",
		"--latency", "-s", lua, "http://"+p.address, "--", addresses).CombinedOutput()
	if err != nil {
		return figures{}, fmt.Errorf("wrk: %w\n%s", err, out)
	}
	f, answers, err := parse(string(out))
	if err != nil {
		return figures{}, err
	}
	f.CPU = (p.cpu() - before) / time.Duration(max(answers, 1))
	return f, nil
}

var (
	rateLine    = regexp.MustCompile(`Requests/sec:\s+([0-9.]+)`)
	countLine   = regexp.MustCompile(`([0-9]+) requests in`)
	halfLine    = regexp.MustCompile(`(?m)^\s+50%\s+([0-9.]+[a-z]+)`)
	slowestLine = regexp.MustCompile(`(?m)^\s+99%\s+([0-9.]+[a-z]+)`)
	refusedLine = regexp.MustCompile(`Non-2xx or 3xx responses: ([0-9]+)`)
	brokenLine  = regexp.MustCompile(`Socket errors: connect ([0-9]+), read ([0-9]+), write ([0-9]+), timeout ([0-9]+)`)
)

// parse reads what wrk prints.
func parse(out string) (f figures, answers int, err error) {
	found := func(line *regexp.Regexp) string {
		if m := line.FindStringSubmatch(out); m != nil {
			return m[1]
		}
		return ""
	}
	if f.Rate, err = strconv.ParseFloat(found(rateLine), 64); err == nil {
		answers, err = strconv.Atoi(found(countLine))
	}
	if err == nil {
		f.P50, err = time.ParseDuration(found(halfLine))
	}
	if err == nil {
		f.P99, err = time.ParseDuration(found(slowestLine))
	}
	if err != nil {
		return f, 0, fmt.Errorf("wrk says something else: %w\n%s", err, out)
	}
	f.Refused, _ = strconv.Atoi(found(refusedLine)) // absent when there are none
	if m := brokenLine.FindStringSubmatch(out); m != nil {
		for _, n := range m[1:] {
			k, _ := strconv.Atoi(n) // digits, as the pattern says
			f.Refused += k
		}
	}
	return f, answers, nil
}

// scene compares both sides round after round, the first in turns.
func (b *bench) scene(ctx context.Context, name string) (result, error) {
	r := result{Scene: name, Addresses: len(b.targets)}
	var stop func() error
	switch name {
	case "mixed":
		stop = b.publishEachSecond(ctx)
	case "idle":
		var err error
		if stop, err = b.idlers(&r); err != nil {
			return r, err
		}
	}
	var ours, theirs []figures
	var err error
	for round := 0; round < b.rounds && err == nil; round++ {
		var o, n figures
		ask := []func() error{
			func() (err error) { o, err = b.load(ctx, b.ours, name == "304"); return err },
			func() (err error) { n, err = b.load(ctx, b.nginx, name == "304"); return err },
		}
		if round%2 == 1 {
			slices.Reverse(ask)
		}
		if err = ask[0](); err == nil {
			err = ask[1]()
		}
		if refused := o.Refused + n.Refused; err == nil && refused > 0 {
			err = fmt.Errorf("%d answers were errors (nginx %d)", o.Refused, n.Refused)
		}
		ours, theirs = append(ours, o), append(theirs, n)
		b.say("%s %d: %.0f/s, nginx %.0f/s: %.2f", name, round+1, o.Rate, n.Rate, o.Rate/n.Rate)
	}
	if stop != nil {
		if stopped := stop(); err == nil {
			err = stopped
		}
	}
	r.settle(ours, theirs)
	return r, err
}

// settle takes the medians.
func (r *result) settle(ours, theirs []figures) {
	var rate, p99, cpu []float64
	for i := range ours {
		rate = append(rate, ours[i].Rate/theirs[i].Rate)
		p99 = append(p99, float64(ours[i].P99)/float64(max(theirs[i].P99, 1)))
		cpu = append(cpu, float64(ours[i].CPU)/float64(max(theirs[i].CPU, 1)))
	}
	r.Rate, r.P99, r.CPU = median(rate), median(p99), median(cpu)
	for _, side := range []struct {
		all []figures
		to  *figures
	}{{ours, &r.Ours}, {theirs, &r.Nginx}} {
		for _, f := range side.all {
			side.to.Refused += f.Refused
		}
		side.to.Rate = median(each(side.all, func(f figures) float64 { return f.Rate }))
		side.to.P50 = median(each(side.all, func(f figures) time.Duration { return f.P50 }))
		side.to.P99 = median(each(side.all, func(f figures) time.Duration { return f.P99 }))
		side.to.CPU = median(each(side.all, func(f figures) time.Duration { return f.CPU }))
	}
}

func each[T any](all []figures, of func(figures) T) (out []T) {
	for _, f := range all {
		out = append(out, of(f))
	}
	return out
}

func median[T cmp.Ordered](all []T) (none T) {
	if len(all) == 0 {
		return none
	}
	all = slices.Sorted(slices.Values(all))
	return all[len(all)/2]
}

// publishEachSecond publishes a document each second, whichever side is asked, and writes one of nginx's pages anew.
func (b *bench) publishEachSecond(ctx context.Context) (stop func() error) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for i := 0; ; i++ {
			select {
			case <-ctx.Done():
				ended <- nil
				return
			case <-tick.C:
			}
			err := b.publish(context.WithoutCancel(ctx), 1)
			if err == nil {
				err = b.copyOne(context.WithoutCancel(ctx), b.targets[i%len(b.targets)])
			}
			if err != nil {
				ended <- err
				return
			}
		}
	}()
	return func() error { cancel(); return <-ended }
}

// idlers opens connections to both sides that have asked once and ask no more, and notes what they cost in memory.
func (b *bench) idlers(r *result) (stop func() error, err error) {
	var open []net.Conn
	stop = func() error {
		for _, c := range open {
			c.Close()
		}
		return nil
	}
	for _, p := range []*peer{b.ours, b.nginx} {
		for i := range b.idle {
			c, err := net.Dial("tcp", p.address)
			if err != nil {
				return stop, fmt.Errorf("idle connection %d: %w; ulimit -n may be too low", i+1, err)
			}
			open = append(open, c)
			t := b.targets[i%len(b.targets)]
			if _, err := io.WriteString(c, "GET "+t.path+" HTTP/1.1\r\nHost: "+t.host+"\r\nAccept-Encoding: gzip\r\n\r\n"); err != nil {
				return stop, err
			}
			if n, err := c.Read(make([]byte, 64<<10)); err != nil || n == 0 {
				return stop, fmt.Errorf("idle connection %d: %d bytes, %w", i+1, n, err)
			}
		}
	}
	r.OursMemory, r.NginxMemory = int(b.ours.memory()>>20), int(b.nginx.memory()>>20)
	return stop, nil
}
