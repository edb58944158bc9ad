package site

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
)

// Trusted are the hosts beside the cluster's own that a link leads to without a notice (R3). One is a name, or "*." and a name, which
// stands for that name and all below it.
type Trusted struct {
	Hosts   string // a line each
	Version int64  // counts changes; 0: nobody has written it down yet
	By      string
	At      time.Time
}

// governments is the list as long as nobody has written another: 国办发〔2017〕47号 asks for the notice before what is no government site.
const governments = "*.gov.cn"

const trustedMost = 500

// parseTrusted reads the list; what is wrong names the line and says what to do.
func parseTrusted(text string) ([]string, error) {
	all := []string{}
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		name, below := strings.CutPrefix(line, "*.")
		host, err := ParseHost(name)
		if err != nil {
			return nil, fault.In("hosts", "第 %d 行“%s”不是域名：每行写一个，例如 www.news.cn；要包括它下面的所有域名，写成 *.news.cn。不要写网址和端口。", n, line)
		}
		if below && slices.Contains(everybodys, host) {
			return nil, fault.In("hosts", "第 %d 行“%s”包括了所有人的域名，请写得具体一些。", n, line)
		}
		if below {
			host = "*." + host
		}
		if !slices.Contains(all, host) {
			all = append(all, host)
		}
	}
	if len(all) > trustedMost {
		return nil, fault.In("hosts", "最多写 %d 行，请删掉一些再保存。", trustedMost)
	}
	return all, nil
}

// everybodys are names below which anybody may have a site.
var everybodys = []string{"com.cn", "net.cn", "org.cn", "ac.cn"}

// Outside reports whether a host, in lower case and without a port, is neither the cluster's nor trusted. The port does not matter: whoever
// has the name has all its ports.
func (s *Sites) Outside(host string) bool {
	m := s.memory.Load()
	if m.hosts[host] != nil {
		return false
	}
	for _, t := range m.trusted {
		name, below := strings.CutPrefix(t, "*.")
		if host == name || below && strings.HasSuffix(host, "."+name) {
			return false
		}
	}
	return true
}

// SaveTrusted writes the list in place of the one whose version is given. Every page is made anew.
func (s *Sites) SaveTrusted(ctx context.Context, t Trusted) error {
	who := kernel.ActorFrom(ctx)
	all, err := parseTrusted(t.Hosts)
	if err != nil {
		return err
	}
	return s.change(ctx, func(ctx context.Context) ([]kernel.SiteID, error) {
		was, err := s.Trusted(ctx)
		if err != nil {
			return nil, err
		}
		next := Trusted{Hosts: strings.Join(all, "\n"), Version: t.Version, By: who.Name, At: s.now()}
		if err := s.putTrusted(ctx, next); err != nil {
			return nil, err
		}
		return nil, s.log.Record(ctx, audit.Entry{Action: "site.outside", Object: "site/" + kernel.Platform.String(), Before: was.says(), After: next.says()})
	})
}

// says is what the chain keeps of the list.
func (t Trusted) says() string {
	sum := sha256.Sum256([]byte(t.Hosts))
	return fmt.Sprintf("%d hosts, %x", len(strings.Fields(t.Hosts)), sum[:8])
}
