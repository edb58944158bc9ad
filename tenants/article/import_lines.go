package article

import (
	"bufio"
	"errors"
	"io"
)

var errLong = errors.New("line too long")

// nextLine returns one line without its end; io.EOF comes with the last. A line over longestLine is skipped.
func nextLine(b *bufio.Reader) ([]byte, error) {
	var line []byte
	long := false
	for {
		part, err := b.ReadSlice('\n')
		if long = long || len(line)+len(part) > longestLine; !long {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case long && (err == nil || errors.Is(err, io.EOF)):
			return nil, errors.Join(errLong, err)
		}
		return line, err
	}
}
