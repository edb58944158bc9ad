package app

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"
)

// logWithin bounds how long a line of the log may wait for others to go out with it.
const logWithin = 200 * time.Millisecond

// logAtOnce is how many bytes do not wait any longer.
const logAtOnce = 64 << 10

// calmLog is a log whose lines go out together: one write for each answer is a tenth of what an answer from memory costs. A
// warning or an error goes out at once, with all that was said before it. Close writes the rest.
type calmLog struct {
	slog.Handler
	out *behind
}

func newCalmLog(w io.Writer) calmLog {
	out := &behind{w: w}
	return calmLog{slog.NewJSONHandler(out, nil), out}
}

// Handle says one line.
func (l calmLog) Handle(ctx context.Context, r slog.Record) error {
	err := l.Handler.Handle(ctx, r)
	if r.Level > slog.LevelInfo {
		err = errors.Join(err, l.out.flush())
	}
	return err
}

// WithAttrs is the same log with more to say in each line.
func (l calmLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return calmLog{l.Handler.WithAttrs(attrs), l.out}
}

// WithGroup is the same log with names in a group.
func (l calmLog) WithGroup(name string) slog.Handler {
	return calmLog{l.Handler.WithGroup(name), l.out}
}

// Close writes what waits. What is said later still goes out.
func (l calmLog) Close() error { return l.out.flush() }

// behind writes whole lines to w a little later, in their order.
type behind struct {
	w       io.Writer
	mu      sync.Mutex
	lines   []byte
	waiting bool
}

// Write keeps a line, and sees to it that somebody writes it.
func (b *behind) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lines = append(b.lines, line...)
	if len(b.lines) >= logAtOnce {
		return len(line), b.write()
	}
	if !b.waiting {
		b.waiting = true
		time.AfterFunc(logWithin, func() { _ = b.flush() }) // there is nowhere to say that the log cannot be written
	}
	return len(line), nil
}

func (b *behind) flush() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting = false
	return b.write()
}

func (b *behind) write() error {
	if len(b.lines) == 0 {
		return nil
	}
	_, err := b.w.Write(b.lines)
	b.lines = b.lines[:0]
	return err
}
