package site

import (
	"context"
	"fmt"
	"net"
	"slices"
	"time"
)

// TokenRecord is the name of the TXT record in which the owner of a host shows the token.
func TokenRecord(host string) string { return "_zhanqun." + host }

// checkWithin bounds how long a person waits for a name server.
const checkWithin = 5 * time.Second

// ByDNS is a Checker that looks for the token in the host's TXT record.
func ByDNS(r *net.Resolver) Checker {
	return func(ctx context.Context, host, token string) error {
		ctx, cancel := context.WithTimeout(ctx, checkWithin)
		defer cancel()
		found, err := r.LookupTXT(ctx, TokenRecord(host))
		if err != nil {
			return fmt.Errorf("look up %s: %w", TokenRecord(host), err)
		}
		if !slices.Contains(found, token) {
			return fmt.Errorf("%s has %d records, none of them the token", TokenRecord(host), len(found))
		}
		return nil
	}
}

// Address is the home page of a site at a host as citizens reach it.
func (s *Sites) Address(host string, g Site) string { return s.origin(host) + g.Prefix() + "/" }
