package media

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

// Clamd asks a clamd whether bytes are a virus (B13, promises 4.7), by its command INSTREAM.
type Clamd struct {
	Address string        // HOST:PORT, or the path of a socket
	Within  time.Duration // how long it may make no progress; 0 is half a minute
	Open    bool          // what it cannot look at is taken all the same
}

const (
	clamdWithin = 30 * time.Second
	clamdChunk  = 128 << 10
)

// look reads r to its end and refuses what clamd knows. Without a clamd it reads nothing.
func (c *Clamd) look(ctx context.Context, name string, r io.Reader) error {
	if c == nil {
		return nil
	}
	found, err := c.ask(ctx, r)
	switch {
	case found != "":
		return fault.In("file", "“%s”没有上传：查出病毒 %s。请先在自己的电脑上杀毒。", short(name), found)
	case err == nil || c.Open:
		return nil
	case errors.Is(err, errClamdLimit):
		return fault.Because(err, fault.TooLarge, "“%s”超过了查毒程序的上限，没有上传。请联系平台运维人员。", short(name))
	}
	return fault.Because(err, fault.Unavailable, "查毒程序没有响应，“%s”暂时不能上传，请稍后再试。", short(name))
}

var errClamdLimit = errors.New("clamd takes less than this")

// ask answers the name of what was found, or "".
func (c *Clamd) ask(ctx context.Context, r io.Reader) (found string, err error) {
	network := "tcp"
	if strings.HasPrefix(c.Address, "/") {
		network = "unix"
	}
	within := cmp.Or(c.Within, clamdWithin)
	conn, err := (&net.Dialer{Timeout: within}).DialContext(ctx, network, c.Address)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })() // what waits on it says so
	sent := c.send(conn, r, within)
	_ = conn.SetReadDeadline(time.Now().Add(within)) // what is closed says so when it is read
	reply, err := io.ReadAll(io.LimitReader(conn, 4<<10))
	if len(reply) == 0 {
		return "", errors.Join(sent, err, errors.New("clamd says nothing"))
	}
	return verdict(string(bytes.TrimRight(reply, "\x00\n")))
}

// send hands r over; a clamd that has heard enough closes the line, and its answer says why.
func (c *Clamd) send(conn net.Conn, r io.Reader, within time.Duration) error {
	write := func(b []byte) error {
		_ = conn.SetWriteDeadline(time.Now().Add(within)) // likewise
		_, err := conn.Write(b)
		return err
	}
	if err := write([]byte("zINSTREAM\x00")); err != nil {
		return err
	}
	for b := make([]byte, 4+clamdChunk); ; {
		n, err := io.ReadFull(r, b[4:])
		if n > 0 {
			binary.BigEndian.PutUint32(b, uint32(n)) // at most clamdChunk
			if err := write(b[:4+n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return write([]byte{0, 0, 0, 0})
		}
		if err != nil {
			return err
		}
	}
}

// verdict reads "stream: OK", "stream: NAME FOUND", or an error.
func verdict(reply string) (found string, err error) {
	said := strings.TrimPrefix(reply, "stream: ")
	name, is := strings.CutSuffix(said, " FOUND")
	switch {
	case is && name != "":
		return name, nil
	case said == "OK":
		return "", nil
	case strings.Contains(said, "size limit exceeded"):
		return "", errClamdLimit
	}
	return "", fmt.Errorf("clamd says %q", reply)
}
