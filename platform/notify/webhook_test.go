package notify

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"golang.org/x/net/dns/dnsmessage"
)

// receiver is a real server that keeps what it is told and answers what the test wants.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	got    []heardOf
}

type heardOf struct {
	header http.Header
	body   string
}

func receive(t *testing.T) *receiver {
	r := &receiver{status: http.StatusNoContent}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		b, _ := io.ReadAll(q.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got = append(r.got, heardOf{q.Header.Clone(), string(b)})
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(r.status)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) answers(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

func (r *receiver) heard() []heardOf {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]heardOf(nil), r.got...)
}

var onThisMachine = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// publishes makes an article public, and lets the jobs run.
func (h *house) publishes(id int64) {
	h.t.Helper()
	e := h.freeze(id)
	h.approve(e, publication.Approved)
	must(h.t, h.Published.Publish(h.by(h.publish), h.site, e, publication.Placing{Place: 2}))
	must(h.t, h.Queue.Drain(context.Background()))
}

// J6, d29: a receiver hears of what is public, signed, without a word of it; nothing that is only on its way; and the last attempt is on record.
func TestAWebhookTellsOfWhatIsPublic(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, r := open(t, d), receive(t)
		h.Allow = onThisMachine
		secret, err := h.SetHook(h.by(h.author), h.site, r.URL+"/hook")
		must(t, err)
		h.approve(h.freeze(1), publication.Rejected)
		h.approve(h.freeze(2), publication.Approved)
		must(t, h.Queue.Drain(t.Context()))
		if got := r.heard(); len(got) != 0 {
			t.Fatalf("what is not public was told: %+v", got)
		}
		h.publishes(3)
		must(t, h.Published.TakeDown(h.by(h.author), publication.Object{Site: h.site, Kind: "article", ID: 3}, publication.Withdrawal{Reason: "机密的理由"}))
		must(t, h.Queue.Drain(t.Context()))
		got := r.heard()
		if len(got) != 2 {
			t.Fatalf("%+v", got)
		}
		for i, want := range []string{"published", "withdrawn"} {
			var said map[string]string
			must(t, json.Unmarshal([]byte(got[i].body), &said))
			if len(said) != 4 || said["kind"] != want || said["site"] != h.site.String() || said["object"] != "article/3" || strings.Contains(got[i].body, "机密") {
				t.Errorf("%s", got[i].body)
			}
			if sum := "sha256=" + Sign(secret, got[i].header.Get("X-Zhanqun-Timestamp"), []byte(got[i].body)); got[i].header.Get("X-Zhanqun-Signature") != sum {
				t.Errorf("signed %s, want %s", got[i].header.Get("X-Zhanqun-Signature"), sum)
			}
		}
		if got[0].header.Get("X-Zhanqun-Delivery") == got[1].header.Get("X-Zhanqun-Delivery") {
			t.Error("two deliveries have one number")
		}
		hook, ok, err := h.Hook(t.Context(), h.site)
		if err != nil || !ok || !hook.Delivered || hook.Outcome != "204" || hook.TriedAt.IsZero() {
			t.Errorf("%+v %v", hook, err)
		}
		if _, ok, err := h.Hook(t.Context(), h.site+1); ok || err != nil {
			t.Error("another site has it too", err)
		}
		again, err := h.SetHook(h.by(h.author), h.site, r.URL)
		if err != nil || again == secret {
			t.Error("the new secret is the old one", err)
		}
	}, schema()...)
}

// X6: a robot of a group chat gets a sentence with the page's address, in the form that it takes; what it refuses with 200 is not delivered.
func TestARobotOfAGroupChat(t *testing.T) {
	for host, row := range map[string]struct {
		answer, outcome string
		delivered       bool
	}{
		"qyapi.weixin.qq.com": {`{"errcode":0,"errmsg":"ok"}`, "200", true},
		"oapi.dingtalk.com":   {`{"errcode":310000,"errmsg":"keywords not in content"}`, "310000", false},
		"example.com":         {`{"errcode":310000}`, "200", true}, // a program's answer is not read
		"OAPI.dingtalk.com":   {"no JSON", "200", false},
	} {
		t.Run(host, func(t *testing.T) {
			h := open(t, dbtest.SQLite(t, schema()...))
			var got string
			chats := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
				raw, _ := io.ReadAll(q.Body)
				got = string(raw)
				_, _ = io.WriteString(w, row.answer)
			}))
			defer chats.Close()
			h.client = chats.Client()
			way := h.client.Transport.(*http.Transport)
			way.TLSClientConfig.ServerName = "example.com" // what the test's certificate is for
			way.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, network, chats.Listener.Addr().String())
			}
			_, err := h.SetHook(h.by(h.author), h.site, "https://"+host+"/send?key=1")
			must(t, err)
			h.publishes(3)
			var said struct {
				Type string `json:"msgtype"`
				Text struct{ Content string }
			}
			must(t, json.Unmarshal([]byte(got), &said))
			want := h.Sites.Public(h.site).Name + "发布了信息：" + h.Sites.Public(h.site).URL("/a/3")
			if host != "example.com" && (said.Type != "text" || said.Text.Content != want) || strings.Contains(got, "机密") {
				t.Errorf("the chat reads %s, want %s", got, want)
			}
			if hook, _, err := h.Hook(t.Context(), h.site); err != nil || hook.Outcome != row.outcome || hook.Delivered != row.delivered {
				t.Errorf("it came out as %q, delivered %v, %v", hook.Outcome, hook.Delivered, err)
			}
		})
	}
}

// GO-2026-6033 (webhooks kept firing after revocation): a failed delivery is tried five times in all, with growing pauses; a redirect is a
// failure and is not followed; a removed hook, another hook in its place, a suspended site and a day end what still waits.
func TestAWebhookIsTriedAndStopped(t *testing.T) {
	for _, row := range []struct {
		name string
		stop func(h *house)
		want int
	}{
		{"five times", func(*house) {}, 5},
		{"removed", func(h *house) { must(h.t, h.RemoveHook(h.by(h.author), h.site)) }, 1},
		{"set anew", func(h *house) { _, err := h.SetHook(h.by(h.author), h.site, "https://example.gov.cn/"); must(h.t, err) }, 1},
		{"suspended", func(h *house) {
			must(h.t, h.Sites.Move(h.by(h.author), h.site, site.Suspended, "安全检查", "本网站暂停服务。"))
		}, 1},
		{"a day later", func(h *house) { h.at = h.at.Add(25 * time.Hour) }, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			h, r := open(t, dbtest.SQLite(t, schema()...)), receive(t)
			h.Allow = onThisMachine
			_, err := h.SetHook(h.by(h.author), h.site, r.URL)
			must(t, err)
			r.answers(http.StatusFound)
			h.publishes(1)
			hook, _, err := h.Hook(t.Context(), h.site)
			if err != nil || hook.Outcome != "302" || hook.Delivered {
				t.Errorf("%+v %v", hook, err)
			}
			row.stop(h)
			for i := range 8 {
				if i < len(waits) {
					h.at = h.at.Add(waits[i] - time.Second)
					must(t, h.Queue.Drain(t.Context()))
					if got := len(r.heard()); row.want == 5 && got != i+1 {
						t.Fatalf("%d attempts before the pause is over, want %d", got, i+1)
					}
				}
				h.at = h.at.Add(time.Second)
				must(t, h.Queue.Drain(t.Context()))
			}
			if got := len(r.heard()); got != row.want {
				t.Errorf("%d attempts, want %d", got, row.want)
			}
		})
	}
	t.Run("one that hangs costs one attempt", func(t *testing.T) {
		h, r := open(t, dbtest.SQLite(t, schema()...)), receive(t)
		h.Allow = onThisMachine
		_, err := h.SetHook(h.by(h.author), h.site, r.URL)
		must(t, err)
		h.client.Timeout = time.Nanosecond
		h.publishes(1)
		h.publishes(2)
		h.client.Timeout = hookWithin
		if hook, _, err := h.Hook(t.Context(), h.site); err != nil || hook.Outcome != Unreachable || len(r.heard()) != 0 {
			t.Errorf("%+v %v", hook, err)
		}
		h.at = h.at.Add(waits[0])
		must(t, h.Queue.Drain(t.Context()))
		if got := len(r.heard()); got != 2 {
			t.Errorf("%d deliveries after the pause", got)
		}
	})
}

// SSRF: no webhook reaches an address inside, whatever it is called and whatever its name answers.
func TestNoWebhookReachesInside(t *testing.T) {
	n := &Notices{Room: Room{Allow: nil}}
	for _, in := range []string{"127.0.0.1", "127.8.9.1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "198.18.0.1",
		"192.0.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "203.0.113.9", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
		"::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2001:0:1::1", "2001:db8::1", "fec0::1", "100::1"} {
		if !n.forbids(netip.MustParseAddr(in)) {
			t.Errorf("%s may be called", in)
		}
	}
	for _, out := range []string{"1.1.1.1", "223.5.5.5", "172.32.0.1", "100.128.0.1", "2400:3200::1", "::ffff:223.5.5.5"} {
		if n.forbids(netip.MustParseAddr(out)) {
			t.Errorf("%s may not be called", out)
		}
	}
	n.Allow = []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}
	if n.forbids(netip.MustParseAddr("::ffff:10.1.2.3")) || !n.forbids(netip.MustParseAddr("10.2.0.1")) {
		t.Error("the operator's network is not what may be called")
	}
}

// The address is judged on the connection: a name that answers 127.0.0.1, or IPv4 in an IPv6 coat, or the metadata service, gets nothing.
func TestANameThatLeadsInside(t *testing.T) {
	r := receive(t)
	_, port, err := net.SplitHostPort(strings.TrimPrefix(r.URL, "http://"))
	must(t, err)
	for name, answer := range map[string]dnsmessage.ResourceBody{
		"v4.example.":     &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}},
		"v6.example.":     &dnsmessage.AAAAResource{AAAA: netip.MustParseAddr("::1").As16()},
		"mapped.example.": &dnsmessage.AAAAResource{AAAA: netip.MustParseAddr("::ffff:127.0.0.1").As16()},
		"meta.example.":   &dnsmessage.AResource{A: [4]byte{169, 254, 169, 254}},
	} {
		h := open(t, dbtest.SQLite(t, schema()...))
		h.Resolver = resolver(t, answer)
		h.client = h.caller()
		_, err := h.SetHook(h.by(h.author), h.site, "https://"+strings.TrimSuffix(name, ".")+":"+port+"/")
		must(t, err)
		h.publishes(1)
		if hook, _, err := h.Hook(t.Context(), h.site); err != nil || hook.Outcome != Blocked || hook.Delivered {
			t.Errorf("%s: %+v %v", name, hook, err)
		}
	}
	if got := r.heard(); len(got) != 0 {
		t.Errorf("reached: %+v", got)
	}
}

// resolver asks a name server on loopback that answers every question of the right type with one address.
func resolver(t *testing.T, answer dnsmessage.ResourceBody) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	must(t, err)
	var wg sync.WaitGroup
	wg.Go(func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
			q := m.Questions[0]
			want := dnsmessage.TypeA
			if _, six := answer.(*dnsmessage.AAAAResource); six {
				want = dnsmessage.TypeAAAA
			}
			if q.Type == want {
				m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Type: want, Class: q.Class, TTL: 1}, Body: answer}}
			}
			if b, err := m.Pack(); err == nil {
				_, _ = conn.WriteTo(b, from) // who asks has a deadline
			}
		}
	})
	t.Cleanup(func() { conn.Close(); wg.Wait() })
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// An address is taken as it is meant, or refused in a sentence.
func TestTheAddressOfAWebhook(t *testing.T) {
	h := open(t, dbtest.SQLite(t, schema()...))
	for _, bad := range []string{"", "example.gov.cn", "http://example.gov.cn/", "ftp://example.gov.cn/", "https://", "https://u:p@example.gov.cn/", "https://example.gov.cn/#a", "https:example.gov.cn",
		"http://127.0.0.1/", "http://localhost/", "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://169.254.169.254/latest", "https://example.gov.cn/" + strings.Repeat("a", 500), "https://a b/", "https://\x00/"} {
		_, err := h.SetHook(h.by(h.author), h.site, bad)
		h.refuses(bad, err, fault.Invalid)
	}
	if _, ok, err := h.Hook(t.Context(), h.site); ok || err != nil {
		t.Error("a refused address is kept", err)
	}
	h.Key = nil
	_, err := h.SetHook(h.by(h.author), h.site, "https://example.gov.cn/")
	h.refuses("without a key", err, fault.Unavailable)
}

// Whatever is typed, an address that is taken is https to a host that is no address inside.
func FuzzCheckHook(f *testing.F) {
	for _, s := range []string{"https://example.gov.cn/a?b=c", "http://127.0.0.1", "https://[::1]:8/", "https://0x7f.1/", "https://a@b", "//x"} {
		f.Add(s)
	}
	n := &Notices{}
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := n.checkHook(raw)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		a, err := netip.ParseAddr(u.Hostname())
		if u.Scheme != "https" || u.User != nil || u.Hostname() == "" || err == nil && n.forbids(a) {
			t.Fatalf("%q is taken as %v", raw, u)
		}
	})
}
