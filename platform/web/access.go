package web

import (
	"net/netip"
	"strconv"
	"time"
)

// accessLine appends what is known of an answer, in the form of the other lines of the log. Written by hand, for it is in the way
// of every answer from memory: log/slog takes an eighth of such an answer's time, this a hundredth.
func (x *exchange) accessLine(b []byte, at time.Time, method []byte, status int, took time.Duration, ip netip.Addr) []byte {
	b = append(b, `{"time":"`...)
	b = at.AppendFormat(b, time.RFC3339Nano)
	b = append(b, `","level":"INFO","msg":"request"`...)
	b = appendField(b, "id", x.id)
	b = strconv.AppendInt(append(b, `,"site":`...), int64(x.shown), 10)
	b = appendField(b, "host", x.host)
	b = appendField(b, "method", method)
	b = appendField(b, "path", x.raw)
	b = strconv.AppendInt(append(b, `,"status":`...), int64(status), 10)
	b = appendField(b, "state", string(x.state))
	b = strconv.AppendInt(append(b, `,"took":`...), int64(took), 10)
	b = ip.AppendTo(append(b, `,"ip":"`...))
	return append(b, "\"}\n"...)
}

// appendField appends a name and a text, each byte that is not plain as \u00 and its value: what a client sent is bytes, and they
// can neither end the text nor begin a line.
func appendField[T string | []byte](b []byte, name string, text T) []byte {
	const digits = "0123456789abcdef"
	b = append(append(append(b, `,"`...), name...), `":"`...)
	from := 0
	for i := 0; i < len(text); i++ {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			b = append(append(b, text[from:i]...), '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
			from = i + 1
		}
	}
	return append(append(b, text[from:]...), '"')
}
