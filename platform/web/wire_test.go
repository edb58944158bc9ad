package web

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
)

// Must show 4; A1, promises 1.1, 1.2 and 5 (#4): what the edge answers to bytes nobody should send, over a real connection. Each row is
// a whole conversation: every answer on the wire is counted, what must end the connection ends it by itself, and where it
// stays open the next request gets its own answer, so that nothing was left behind in the stream.
func TestRawRequests(t *testing.T) {
	f := assemble(t, Config{ReadWithin: 2 * time.Second})
	f.Router().Action(ActionRoute{Room: "article", Method: "POST", Path: "/sites/:site/echo", Action: "article.create", Tenancy: "site", Cache: "no-store",
		Do: func(c *fiber.Ctx) error { return c.SendString(fmt.Sprintf("%q", c.Body())) }})
	f.serve()
	names := map[string]bool{}
	for _, row := range rawRequests {
		if names[row.name] || row.why == "" {
			t.Errorf("%s: named twice, or without a reason", row.name)
		}
		names[row.name] = true
		statuses, end, said := f.converse(t, row.bytes, strings.Fields(row.want))
		if got := strings.TrimSpace(strings.Join(statuses, " ") + " " + end); got != row.want {
			t.Errorf("%s: got %q, want %q (%s)\n%.2000s", row.name, got, row.want, row.why, said)
		}
		if strings.Contains(said, "evil") || strings.Contains(said, "<script>") || strings.Contains(said, "map[id:2]") {
			t.Errorf("%s: the answer repeats the request, or answers what was inside it: %q", row.name, said)
		}
	}
	t.Logf("%d raw conversations", len(rawRequests))
}

// converse sends bytes, reads as many answers as want holds, and finds out how the conversation ends: "close" when the server hangs up,
// "keep" when the next request on the connection is answered as what it is, else a word about what happened.
func (f *fixture) converse(t *testing.T, request string, want []string) (statuses []string, end, said string) {
	t.Helper()
	c, err := net.Dial("tcp", f.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = io.WriteString(c, request) // the server may have hung up before the end, which is an answer too
	if err := c.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(c)
	method, _, _ := strings.Cut(request, " ")
	next := func(method string) (status string, body []byte, err error) {
		if _, err = r.Peek(1); err != nil {
			return "", nil, err
		}
		res, err := http.ReadResponse(r, &http.Request{Method: method})
		if err != nil {
			return "", nil, fmt.Errorf("not an answer: %w", err)
		}
		head := fmt.Sprint(res.Header)
		body, err = io.ReadAll(res.Body)
		said += head + string(body)
		return fmt.Sprint(res.StatusCode), body, err
	}
	for range len(want) - 1 {
		status, _, err := next(method)
		if err != nil {
			return statuses, fmt.Sprintf("(%v)", err), said
		}
		statuses = append(statuses, status)
	}
	if len(want) > 0 && want[len(want)-1] == "keep" {
		if _, err := io.WriteString(c, "GET /a/777 HTTP/1.1\r\nHost: hanbin.gov.cn\r\nConnection: close\r\n\r\n"); err != nil {
			return statuses, fmt.Sprintf("(%v)", err), said
		}
		status, body, err := next("GET")
		if err != nil || status != "200" || !strings.Contains(string(body), "map[id:777]") {
			return statuses, fmt.Sprintf("(the next request: %s %v)", status, err), said
		}
		end = "keep"
	} else {
		end = "close"
	}
	switch status, _, err := next("GET"); {
	case err == nil:
		end = "(and " + status + ")"
	case errors.Is(err, os.ErrDeadlineExceeded):
		end = "(stays open)"
	}
	return statuses, end, said
}
