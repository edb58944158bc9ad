package app

import (
	"net/url"
	"os"
	"strings"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
)

// checkProvider refuses settings of an identity provider that cannot be meant.
func (c Config) checkProvider() error {
	if c.OIDCIssuer == "" {
		if c.OIDCClient != "" || c.OIDCSecretFile != "" {
			return fault.In("oidc-issuer", "使用统一身份认证时，请同时用 --oidc-issuer 指定它的地址。")
		}
		return nil
	}
	u, err := url.Parse(c.OIDCIssuer)
	local := err == nil && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1")
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !local) {
		return fault.In("oidc-issuer", "--oidc-issuer 应是 https 地址，现在是“%s”。", c.OIDCIssuer)
	}
	if c.OIDCClient == "" || c.OIDCSecretFile == "" {
		return fault.In("oidc-client", "使用统一身份认证时，请用 --oidc-client 和 --oidc-secret-file 指定应用标识和密钥文件。")
	}
	return nil
}

// signInBy tells identity of the provider, where there is one.
func (c Config) signInBy(people *identity.Accounts) error {
	if c.OIDCIssuer == "" {
		return nil
	}
	secret, err := os.ReadFile(c.OIDCSecretFile)
	if err != nil {
		return fault.Because(err, fault.Unavailable, "读不了统一身份认证的密钥文件 %s，请检查路径和权限。", c.OIDCSecretFile)
	}
	people.SignInBy(identity.Provider{Issuer: c.OIDCIssuer, Client: c.OIDCClient, Secret: strings.TrimSpace(string(secret)), Back: c.consoleURL() + "signin/oidc/back"})
	return nil
}
