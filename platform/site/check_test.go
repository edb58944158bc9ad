package site_test

import (
	"context"
	"net"
	"testing"

	"github.com/zhanqun/zhanqun/platform/site"
	"golang.org/x/net/dns/dnsmessage"
)

// zone is a name server on this machine that answers TXT questions.
func zone(t *testing.T, records map[string]string) *net.Resolver {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	t.Cleanup(func() {
		pc.Close()
		<-ended
	})
	go func() {
		defer close(ended)
		b := make([]byte, 1500)
		for {
			n, from, err := pc.ReadFrom(b)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(b[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			q := m.Questions[0]
			m.Response, m.Additionals = true, nil
			if text, ok := records[q.Name.String()]; ok {
				m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 1},
					Body: &dnsmessage.TXTResource{TXT: []string{text}}}}
			} else {
				m.RCode = dnsmessage.RCodeNameError
			}
			if out, err := m.Pack(); err == nil {
				pc.WriteTo(out, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", pc.LocalAddr().String())
	}}
}

// A6: a host is its owner's when a name server shows the token in the record that only the owner can write.
func TestAHostIsVerifiedByItsRecord(t *testing.T) {
	check := site.ByDNS(zone(t, map[string]string{"_zhanqun.www.hanbin.gov.cn.": "zhanqun-TOKEN"}))
	for _, c := range []struct {
		name, host, token string
		ok                bool
	}{
		{"the owner's record holds the token", "www.hanbin.gov.cn", "zhanqun-TOKEN", true},
		{"it holds another token", "www.hanbin.gov.cn", "zhanqun-OTHER", false},
		{"a neighbour has no record", "www.xunyang.gov.cn", "zhanqun-TOKEN", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := check(t.Context(), c.host, c.token); (err == nil) != c.ok {
				t.Errorf("got %v", err)
			}
		})
	}
}
