package site

import (
	"net/netip"
	"strings"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"golang.org/x/net/idna"
)

// hostProfile takes names as people type them to the form DNS knows, and refuses what no registry would register.
var hostProfile = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.CheckHyphens(true), idna.CheckJoiners(true),
	idna.StrictDomainName(true), idna.VerifyDNSLength(true), idna.Transitional(false))

// ParseHost reads a host name as an operator typed it and returns its one spelling: lower-case letters, digits and
// hyphens, Chinese names in punycode, no port, no dot at the end.
func ParseHost(typed string) (string, error) {
	s := strings.TrimSpace(typed)
	switch {
	case s == "":
		return "", fault.In("host", "域名不能为空。")
	case strings.ContainsAny(s, "/:@?#%\\ "):
		return "", fault.In("host", "“%s”不是域名：只填域名本身，不要带 http://、端口或路径。", clip(s))
	case strings.HasSuffix(s, "."):
		return "", fault.In("host", "域名“%s”末尾不要带点。", clip(s))
	}
	host, err := hostProfile.ToASCII(s)
	if err != nil || host == "" {
		return "", fault.In("host", "域名“%s”不合规：只能由字母、数字、短横线和点组成，每段不超过 63 个字符，首尾不能是短横线。", clip(s))
	}
	if again, err := hostProfile.ToASCII(host); err != nil || again != host || strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" {
		return "", fault.In("host", "域名“%s”不合规。", clip(s))
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	if _, err := netip.ParseAddr(host); err == nil || strings.Trim(last, "0123456789") == "" {
		return "", fault.In("host", "“%s”是 IP 地址，站点必须使用域名。", clip(s))
	}
	if !strings.Contains(host, ".") && host != "localhost" {
		return "", fault.In("host", "“%s”不是完整的域名。", clip(s))
	}
	return host, nil
}

// HostWarnings says in what a host departs from 国办发〔2017〕47号: .gov.cn, portals www.X.gov.cn, departments
// Y.X.gov.cn. They are advice: names given before the rule live on until they are phased out.
func HostWarnings(host string, level string) []string {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return []string{"“.localhost”只能在本机打开，用于试用和演示。"}
	}
	base, ok := strings.CutSuffix(host, ".gov.cn")
	if !ok {
		return []string{"这不是 .gov.cn 域名，政府网站应使用 .gov.cn 域名。"}
	}
	labels := strings.Split(base, ".")
	var out []string
	switch {
	case level == "city" && (len(labels) != 2 || labels[0] != "www"):
		out = append(out, "政府门户网站的域名应为“www.地名.gov.cn”的形式。")
	case level == "county" && len(labels) != 2:
		out = append(out, "县级政府门户网站的域名应为“www.县名.gov.cn”或“县名.市名.gov.cn”的形式。")
	case level == "dept" && (len(labels) != 2 || labels[0] == "www"):
		out = append(out, "部门网站的域名应为“部门.地名.gov.cn”的形式。")
	}
	if strings.HasPrefix(host, "xn--") || strings.Contains(host, ".xn--") {
		out = append(out, "中文域名请同时准备一个英文域名。")
	}
	return out
}

// below reports whether host is the domain or lies below it.
func below(host, domain string) bool {
	return domain != "" && (host == domain || strings.HasSuffix(host, "."+domain))
}
