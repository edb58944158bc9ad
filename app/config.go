package app

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/app/demo"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/storage/blob"
)

// Config is what an installation decides, once, at start. Every field is a flag and an environment variable; the zero
// value of each is a good one.
type Config struct {
	Data             string        `name:"data" env:"ZHANQUN_DATA" default:"data" placeholder:"DIR" help:"${data}"`
	Listen           string        `name:"listen" env:"ZHANQUN_LISTEN" default:"127.0.0.1:8080" placeholder:"ADDR" help:"${listen}"`
	OpsListen        string        `name:"ops-listen" env:"ZHANQUN_OPS_LISTEN" default:"127.0.0.1:8081" placeholder:"ADDR" help:"${ops_listen}"`
	Database         string        `name:"database" env:"ZHANQUN_DATABASE" placeholder:"URL" help:"${database}"`
	Media            string        `name:"media" env:"ZHANQUN_MEDIA" placeholder:"URL" help:"${media}"`
	KeyFile          string        `name:"key-file" env:"ZHANQUN_KEY_FILE" placeholder:"FILE" help:"${key_file}"`
	Domain           string        `name:"domain" env:"ZHANQUN_DOMAIN" default:"localhost" placeholder:"NAME" help:"${domain}"`
	PublicScheme     string        `name:"public-scheme" env:"ZHANQUN_PUBLIC_SCHEME" placeholder:"http|https" help:"${public_scheme}"`
	PublicPort       int           `name:"public-port" env:"ZHANQUN_PUBLIC_PORT" placeholder:"PORT" help:"${public_port}"`
	TLSDir           string        `name:"tls-dir" env:"ZHANQUN_TLS_DIR" placeholder:"DIR" help:"${tls_dir}"`
	TLSListen        string        `name:"tls-listen" env:"ZHANQUN_TLS_LISTEN" placeholder:"ADDR" help:"${tls_listen}"`
	TrustedProxies   []string      `name:"trusted-proxies" env:"ZHANQUN_TRUSTED_PROXIES" placeholder:"CIDR" help:"${trusted_proxies}"`
	ConsoleAllow     []string      `name:"console-allow" env:"ZHANQUN_CONSOLE_ALLOW" placeholder:"CIDR" help:"${console_allow}"`
	ConsoleIdle      time.Duration `name:"console-idle" env:"ZHANQUN_CONSOLE_IDLE" default:"30m" placeholder:"TIME" help:"${console_idle}"`
	ConsoleSessions  int           `name:"console-sessions" env:"ZHANQUN_CONSOLE_SESSIONS" default:"5" placeholder:"N" help:"${console_sessions}"`
	OIDCIssuer       string        `name:"oidc-issuer" env:"ZHANQUN_OIDC_ISSUER" placeholder:"URL" help:"${oidc_issuer}"`
	OIDCClient       string        `name:"oidc-client" env:"ZHANQUN_OIDC_CLIENT" placeholder:"ID" help:"${oidc_client}"`
	OIDCSecretFile   string        `name:"oidc-secret-file" env:"ZHANQUN_OIDC_SECRET_FILE" placeholder:"FILE" help:"${oidc_secret_file}"`
	SMTP             string        `name:"smtp" env:"ZHANQUN_SMTP" placeholder:"HOST:PORT" help:"${smtp}"`
	SMTPFrom         string        `name:"smtp-from" env:"ZHANQUN_SMTP_FROM" placeholder:"ADDRESS" help:"${smtp_from}"`
	SMTPUser         string        `name:"smtp-user" env:"ZHANQUN_SMTP_USER" placeholder:"NAME" help:"${smtp_user}"`
	SMTPPasswordFile string        `name:"smtp-password-file" env:"ZHANQUN_SMTP_PASSWORD_FILE" placeholder:"FILE" help:"${smtp_password_file}"`
	WebhookAllow     []string      `name:"webhook-allow" env:"ZHANQUN_WEBHOOK_ALLOW" placeholder:"CIDR" help:"${webhook_allow}"`
	Clamd            string        `name:"clamd" env:"ZHANQUN_CLAMD" placeholder:"ADDR" help:"${clamd}"`
	ClamdOpen        bool          `name:"clamd-open" env:"ZHANQUN_CLAMD_OPEN" help:"${clamd_open}"`
	SecurityContact  string        `name:"security-contact" env:"ZHANQUN_SECURITY_CONTACT" placeholder:"URI" help:"${security_contact}"`
	SecurityExpires  string        `name:"security-expires" env:"ZHANQUN_SECURITY_EXPIRES" placeholder:"DAY" help:"${security_expires}"`
	FilmLadder       time.Duration `name:"film-ladder" env:"ZHANQUN_FILM_LADDER" default:"10m" placeholder:"TIME" help:"${film_ladder}"`
	MediaCache       int           `name:"media-cache" env:"ZHANQUN_MEDIA_CACHE" placeholder:"MB" help:"${media_cache}"`
	Demo             bool          `name:"demo" env:"ZHANQUN_DEMO" help:"${demo}"`

	asksFirst bool      // a server whose console asks for the first administrator: see setup.go
	command   bool      // a command of the command line, not a server: see openHouse
	access    io.Writer // takes a server's access lines; nil: there are none
}

// Postgres reports whether the rows are in PostgreSQL.
func (c Config) Postgres() bool {
	return strings.HasPrefix(c.Database, "postgres://") || strings.HasPrefix(c.Database, "postgresql://")
}

// servedFile in the data folder remembers how the last `serve` was reached, so that commands print addresses that work.
const servedFile = "served.json"

type served struct {
	Domain, Scheme string
	Port           int
}

// remember notes the public addresses of this server; without the file commands print the default ones.
func (c Config) remember() error {
	b, err := json.Marshal(served{c.Domain, c.PublicScheme, c.PublicPort})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(c.Data, servedFile), b, 0o640)
}

// servedBefore reports whether a server of this data folder has come so far as to serve.
func (c Config) servedBefore() bool {
	_, err := os.Stat(filepath.Join(c.Data, servedFile))
	return err == nil
}

// asServed fills what a command was not told from what the last server of the same data folder was.
func (c Config) asServed() Config {
	b, err := os.ReadFile(filepath.Join(cmp.Or(c.Data, "data"), servedFile))
	var last served
	if err != nil || json.Unmarshal(b, &last) != nil || c.PublicPort != 0 || c.PublicScheme != "" {
		return c
	}
	if c.Domain == "localhost" || c.Domain == last.Domain {
		c.Domain, c.PublicScheme, c.PublicPort = last.Domain, last.Scheme, last.Port
	}
	return c
}

// local reports whether the sites are tried out on this machine only.
func (c Config) local() bool {
	return c.Domain == "localhost" || strings.HasSuffix(c.Domain, ".localhost")
}

// Resolve fills what was left out from what was given, and refuses what cannot be meant.
func (c Config) Resolve() (Config, error) {
	c.Data = cmp.Or(c.Data, "data")
	c.Domain = strings.ToLower(cmp.Or(c.Domain, "localhost"))
	c.Listen, c.OpsListen = cmp.Or(c.Listen, "127.0.0.1:8080"), cmp.Or(c.OpsListen, "127.0.0.1:8081")
	c.Database = cmp.Or(c.Database, filepath.Join(c.Data, "zhanqun.db"))
	c.Media = cmp.Or(c.Media, filepath.Join(c.Data, "media"))
	if scheme, _, ok := strings.Cut(c.Database, "://"); ok && !c.Postgres() {
		return c, fault.In("database", "不认识数据库地址“%s://…”：请写 SQLite 文件的路径，或者 postgres://用户:密码@主机:5432/库名。", scheme)
	}
	if _, err := blob.ParseURL(c.Media); err != nil {
		return c, err
	}
	if c.MediaCache < 0 || c.MediaCache > 0 && !strings.HasPrefix(c.Media, "s3://") {
		return c, fault.In("media-cache", "--media-cache 是本机为 S3 存储留的缓存空间，单位 MB，不能小于 0；--media 是文件夹时不需要它。")
	}
	if c.Postgres() && c.KeyFile == "" {
		return c, fault.In("key-file", "使用 PostgreSQL 时必须用 --key-file 指定密钥文件，各节点用同一份；可用 head -c 32 /dev/urandom > 文件 生成。")
	}
	c.KeyFile = cmp.Or(c.KeyFile, filepath.Join(c.Data, "key"))
	port, err := listenPort("listen", c.Listen)
	if err != nil {
		return c, err
	}
	if _, err := listenPort("ops-listen", c.OpsListen); err != nil {
		return c, err
	}
	if c.TLSDir == "" && c.TLSListen != "" {
		return c, fault.In("tls-listen", "--tls-listen 需要同时用 --tls-dir 指定证书目录。")
	}
	if c.TLSDir != "" {
		c.TLSListen = cmp.Or(c.TLSListen, "127.0.0.1:8443")
		if port, err = listenPort("tls-listen", c.TLSListen); err != nil {
			return c, err
		}
	}
	return c.public(port)
}

// public settles how addresses are written: a trial on this machine shows the port it listens on, a real domain https
// without one, since a proxy or a gateway usually stands in front.
func (c Config) public(port int) (Config, error) {
	if c.PublicScheme == "" {
		c.PublicScheme = "https"
		if c.local() && c.TLSDir == "" {
			c.PublicScheme = "http"
		}
	}
	if c.PublicScheme != "http" && c.PublicScheme != "https" {
		return c, fault.In("public-scheme", "--public-scheme 只能是 http 或 https。")
	}
	if c.PublicPort == 0 && c.local() {
		c.PublicPort = port
	}
	if c.PublicPort < 0 || c.PublicPort > 65535 {
		return c, fault.In("public-port", "--public-port 应在 1 到 65535 之间。")
	}
	if _, err := c.proxies(); err != nil {
		return c, err
	}
	if err := c.checkClamd(); err != nil {
		return c, err
	}
	if err := c.checkMail(); err != nil {
		return c, err
	}
	if _, err := c.desks(); err != nil {
		return c, err
	}
	if _, err := c.security(); err != nil {
		return c, err
	}
	c.ConsoleIdle = cmp.Or(c.ConsoleIdle, identity.Idle)
	if c.ConsoleIdle <= identity.LeastIdle || c.ConsoleIdle > identity.Idle {
		return c, fault.In("console-idle", "--console-idle 应多于 %s，最多 %s。", identity.LeastIdle, identity.Idle)
	}
	c.ConsoleSessions = cmp.Or(c.ConsoleSessions, identity.UsualSessions)
	if c.ConsoleSessions < 1 || c.ConsoleSessions > identity.MostSessions {
		return c, fault.In("console-sessions", "--console-sessions 应在 1 到 %d 之间。", identity.MostSessions)
	}
	return c, c.checkProvider()
}

func listenPort(flag, address string) (int, error) {
	host, port, err := net.SplitHostPort(address)
	n, bad := strconv.Atoi(port)
	if err != nil || bad != nil || n < 0 || n > 65535 || host != "" && net.ParseIP(host) == nil && host != "localhost" {
		return 0, fault.In(flag, "--%s 应形如 127.0.0.1:8080，现在是“%s”。", flag, address)
	}
	return n, nil
}

// proxies are the addresses whose X-Forwarded headers are read.
func (c Config) proxies() ([]netip.Prefix, error) {
	return prefixes("trusted-proxies", c.TrustedProxies)
}

// desks are the addresses from which the console is reached; none: from everywhere.
func (c Config) desks() ([]netip.Prefix, error) { return prefixes("console-allow", c.ConsoleAllow) }

// prefixes reads the addresses and networks of a flag.
func prefixes(flag string, all []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range all {
		s = strings.TrimSpace(s)
		if s == "" {
			continue
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			a, err := netip.ParseAddr(s)
			if err != nil {
				return nil, fault.In(flag, "--%s 里的“%s”不是地址或网段。", flag, s)
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

// shown is the configuration as `config print` may show it: one line a flag, secrets masked.
func (c Config) shown() [][2]string {
	port := ""
	if c.PublicPort != 0 {
		port = strconv.Itoa(c.PublicPort)
	}
	return [][2]string{
		{"data", c.Data}, {"listen", c.Listen}, {"ops-listen", c.OpsListen}, {"database", masked(c.Database)}, {"media", masked(c.Media)},
		{"key-file", c.KeyFile}, {"domain", c.Domain}, {"public-scheme", c.PublicScheme}, {"public-port", port}, {"tls-dir", c.TLSDir}, {"tls-listen", c.TLSListen},
		{"trusted-proxies", strings.Join(c.TrustedProxies, ",")}, {"console-allow", strings.Join(c.ConsoleAllow, ",")}, {"console-idle", c.ConsoleIdle.String()}, {"console-sessions", strconv.Itoa(c.ConsoleSessions)}, {"oidc-issuer", c.OIDCIssuer}, {"oidc-client", c.OIDCClient},
		{"oidc-secret-file", c.OIDCSecretFile}, {"smtp", c.SMTP}, {"smtp-from", c.SMTPFrom}, {"smtp-user", c.SMTPUser}, {"smtp-password-file", c.SMTPPasswordFile},
		{"webhook-allow", strings.Join(c.WebhookAllow, ",")}, {"clamd", c.Clamd}, {"clamd-open", fmt.Sprint(c.ClamdOpen)},
		{"security-contact", c.SecurityContact}, {"security-expires", c.SecurityExpires}, {"film-ladder", c.FilmLadder.String()}, {"media-cache", strconv.Itoa(c.MediaCache)}, {"demo", fmt.Sprint(c.Demo)},
	}
}

// masked hides passwords, keys and tokens of an address.
func masked(s string) string {
	if !strings.Contains(s, "://") {
		return s
	}
	u, err := url.Parse(s)
	if err != nil {
		scheme, _, _ := strings.Cut(s, "://")
		return scheme + "://…"
	}
	if u.User != nil {
		name := u.User.Username()
		if u.Scheme == "s3" {
			name = "***"
		}
		u.User = url.User(name)
		if name != "" {
			u.User = url.UserPassword(name, "***")
		}
	}
	q := u.Query()
	for k := range q {
		if l := strings.ToLower(k); strings.Contains(l, "pass") || strings.Contains(l, "secret") || strings.Contains(l, "key") || strings.Contains(l, "token") {
			q.Set(k, "***")
		}
	}
	u.RawQuery = q.Encode()
	return strings.ReplaceAll(u.String(), "%2A%2A%2A", "***")
}

// console is the host of the editors' pages; no site may take it.
func (c Config) console() string { return "console." + c.Domain }

// consoleURL is where people sign in.
func (c Config) consoleURL() string {
	at := c.PublicScheme + "://" + c.console()
	if standard := map[string]int{"http": 80, "https": 443}[c.PublicScheme]; c.PublicPort != standard {
		at += ":" + strconv.Itoa(c.PublicPort)
	}
	return at + "/"
}

// sessionsAtOnce is how many sessions a person may have: a person of the demonstration is everybody who looks at it, and nobody sends another out.
func (c Config) sessionsAtOnce() int {
	if c.Demo {
		return 1000
	}
	return cmp.Or(c.ConsoleSessions, identity.UsualSessions)
}

// linkURL is where a one-time link leads.
func (c Config) linkURL(token string) string { return c.consoleURL() + "link/" + token }

func (c Config) sites() site.Config {
	return site.Config{Domain: c.Domain, Scheme: c.PublicScheme, Port: c.PublicPort, Reserved: []string{c.console()}, Check: site.ByDNS(net.DefaultResolver)}
}

// pages gives the page cache a quarter of the memory this process may use, and the mirror a folder of its own.
func (c Config) pages() pages.Config {
	p := pages.Config{Bytes: memoryLimit() / 4, Dir: filepath.Join(c.Data, "mirror")}
	if c.command {
		p.Dir = ""
	}
	return p
}

func (c Config) web(now kernel.Clock) web.Config {
	proxies, _ := c.proxies() // Resolve has read them
	desks, _ := c.desks()     // likewise
	w := web.Config{Console: c.console(), ConsoleAllow: desks, ConsoleOrigin: strings.TrimSuffix(c.consoleURL(), "/"), TrustedProxies: proxies, Now: now, Access: c.access, LargeBodies: largeBodies(memoryLimit()), LongForms: longForms(memoryLimit())}
	// Behind a gateway whose headers are not trusted every request looks like plain HTTP: leading it to https would loop.
	w.RedirectHTTPS = c.PublicScheme == "https" && (c.TLSDir != "" || len(proxies) > 0)
	w.HTTPS = c.PublicScheme == "https"
	w.HSTS = c.PublicScheme == "https" && !c.local()
	if len(proxies) > 0 {
		w.DrainFor = 6 * time.Second // longer than the proxy's check, see deploy/nginx
	}
	return w
}

// demoPeople are the ready-made people whom the demonstration's sign-in page shows, or nil: outside --demo it shows nobody.
func (c Config) demoPeople() console.People {
	if !c.Demo {
		return nil
	}
	return func() []console.Person {
		all, err := demo.ReadPeople(c.Data)
		if err != nil {
			slog.Warn("the demonstration's people are not shown", "err", err)
		}
		people := make([]console.Person, len(all))
		for i, p := range all {
			people[i] = console.Person{Name: p.Name, Login: p.Login, Password: p.Password, Post: p.Posts(), Site: p.Site}
		}
		return people
	}
}
