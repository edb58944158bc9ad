package web

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// endless is a file of zeros that says when it has been put away.
type endless struct {
	io.Reader
	gone chan struct{}
}

func (e *endless) Close() error { close(e.gone); return nil }

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// filming serves files of n bytes; each that was opened comes out of the channel.
func filming(t *testing.T, cfg Config, n int64) (*fixture, chan *endless) {
	t.Helper()
	f, opened := assemble(t, cfg), make(chan *endless, 8)
	f.Router().File(FileRoute{Room: "media", Path: "/-/media/:id/:name", Do: func(context.Context, *Request) (*File, error) {
		return &File{ContentType: "video/mp4", Tag: "t", Size: n, Open: func(_ context.Context, _, length int64) (io.ReadCloser, error) {
			e := &endless{io.LimitReader(zeros{}, length), make(chan struct{})}
			opened <- e
			return e, nil
		}}, nil
	}})
	return f.serve(), opened
}

// B13, promises 1.1 and 5 (#11): whoever takes a film slowly gets it whole, however long that takes: the time is for each stretch of it, not for all.
func TestASlowReaderGetsTheWholeFilm(t *testing.T) {
	t.Parallel()
	const size, part = 48 << 20, 1 << 20
	within := 2 * time.Second
	f, _ := filming(t, Config{DownloadWithin: within, DownloadStretch: 64 << 10}, size)
	c := f.dialSlowly(t, "GET /-/media/1/full.mp4 HTTP/1.1\r\n"+at+"Connection: close\r\n\r\n")
	var got int64
	began := time.Now()
	for got < size {
		n, err := io.CopyN(io.Discard, c, part)
		if got += n; err != nil {
			t.Fatalf("cut off after %d bytes and %v: %v", got, time.Since(began), err)
		}
		time.Sleep(100 * time.Millisecond) // the slow line
	}
	if took := time.Since(began); took <= within {
		t.Errorf("took %v: not longer than the %v that a stretch may take", took, within)
	}
}

// Promises 1.1 and 5 (#11): who stops taking a film is cut off within the time of a stretch, whether nothing is taken any more or a byte now and then.
func TestWhoTakesNothingIsCutOff(t *testing.T) {
	t.Parallel()
	f, opened := filming(t, Config{DownloadWithin: time.Second, DownloadStretch: 64 << 10}, 512<<20)
	for name, every := range map[string]time.Duration{"nothing": time.Hour, "a byte now and then": 10 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			c := f.dialSlowly(t, "GET /-/media/1/full.mp4 HTTP/1.1\r\n"+at+"\r\n")
			if _, err := io.CopyN(io.Discard, c, 100_000); err != nil {
				t.Fatal(err)
			}
			e := <-opened
			late, tick := time.After(patience), time.NewTicker(every)
			defer tick.Stop()
			for {
				select {
				case <-e.gone:
					return
				case <-tick.C:
					if _, err := c.Read(make([]byte, 1)); err != nil {
						<-e.gone
						return
					}
				case <-late:
					t.Fatal("was not cut off")
				}
			}
		})
	}
}

// dialSlowly asks for something over a connection that takes little ahead.
func (f *fixture) dialSlowly(t *testing.T, request string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", f.addr)
	if err == nil {
		err = errors.Join(c.(*net.TCPConn).SetReadBuffer(32<<10), c.SetDeadline(time.Now().Add(patience)))
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	return c
}

// A film's answer says what it is before its first byte, paced or not.
func TestAPacedFileIsWholeAndInParts(t *testing.T) {
	f, _ := filming(t, Config{DownloadStretch: 1000}, 10_000)
	for header, want := range map[string]int{"": http.StatusOK, "Range: bytes=5-1999\r\n": http.StatusPartialContent} {
		c := f.dialSlowly(t, "GET /-/media/1/full.mp4 HTTP/1.1\r\n"+at+header+"Connection: close\r\n\r\n")
		raw, err := io.ReadAll(c)
		head, body, _ := strings.Cut(string(raw), "\r\n\r\n")
		length := map[int]int{http.StatusOK: 10_000, http.StatusPartialContent: 1995}[want]
		if err != nil || !strings.HasPrefix(head, "HTTP/1.1 "+map[int]string{200: "200", 206: "206"}[want]) || len(body) != length {
			t.Errorf("%q answers %d bytes under %s, %v", header, len(body), head, err)
		}
	}
}
