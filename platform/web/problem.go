package web

import (
	"encoding/json"
	"net/http"

	"github.com/valyala/fasthttp"
)

// programs is where below every mount programs ask for data (J5).
const programs = "/-/api/"

// problem is an error as programs read it (RFC 9457). Detail is the sentence that people read on an error page; ID names the
// request in the log.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	ID     string `json:"id"`
}

// problem answers a program with an error.
func (s *Server) problem(rc *fasthttp.RequestCtx, x *exchange, status int, say string) {
	body, _ := json.Marshal(problem{"about:blank", http.StatusText(status), status, say, x.id}) // texts and a number are always written
	s.sendError(rc, x, status, body)
	rc.Response.Header.SetContentType("application/problem+json")
}
