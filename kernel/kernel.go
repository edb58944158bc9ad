// Package kernel is the vocabulary every other package shares: who, which site, when.
//
// It imports the standard library only and has no behaviour with side effects. It is not a place
// for helpers: a function that only one room needs belongs to that room.
package kernel

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// SiteID names a site, which is a tenant. Every tenant row carries one, first.
type SiteID int64

// OrgID names a node of the administrative tree.
type OrgID int64

// AccountID names a person's account. 0 is nobody.
type AccountID int64

// Platform is the site id under which the platform keeps its own revision and audit chain; no site has it.
const Platform SiteID = 0

func (id SiteID) String() string    { return strconv.FormatInt(int64(id), 10) }
func (id OrgID) String() string     { return strconv.FormatInt(int64(id), 10) }
func (id AccountID) String() string { return strconv.FormatInt(int64(id), 10) }

// MarshalText writes the id in decimal, so that JSON carries it as a string: scripts lose digits above 2^53.
func (id SiteID) MarshalText() ([]byte, error) { return strconv.AppendInt(nil, int64(id), 10), nil }

// MarshalText writes the id in decimal.
func (id OrgID) MarshalText() ([]byte, error) { return strconv.AppendInt(nil, int64(id), 10), nil }

// MarshalText writes the id in decimal.
func (id AccountID) MarshalText() ([]byte, error) { return strconv.AppendInt(nil, int64(id), 10), nil }

// UnmarshalText reads the one canonical spelling of a positive id.
func (id *SiteID) UnmarshalText(b []byte) error { return unmarshalID(id, b) }

// UnmarshalText reads the one canonical spelling of a positive id.
func (id *OrgID) UnmarshalText(b []byte) error { return unmarshalID(id, b) }

// UnmarshalText reads the one canonical spelling of a positive id.
func (id *AccountID) UnmarshalText(b []byte) error { return unmarshalID(id, b) }

func unmarshalID[T ~int64](id *T, b []byte) error {
	n, ok := ParseID[T](string(b))
	if !ok {
		return fmt.Errorf("%q is not an id", b)
	}
	*id = n
	return nil
}

// ParseID reads an id from an address. It accepts one spelling only: decimal digits, no sign, no leading zero.
func ParseID[T ~int64](s string) (T, bool) {
	if s == "" || s[0] < '1' || s[0] > '9' {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return T(n), err == nil
}

// Clock is the source of now; tests freeze it. It answers UTC with microseconds, which both engines keep.
type Clock func() time.Time

// SystemClock is the Clock of a running server.
func SystemClock() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// Beijing is the one time zone people read: +08:00 without summer time since 1992.
var Beijing = time.FixedZone("Asia/Shanghai", 8*60*60)

// Actor is who acts. The zero Actor is an anonymous citizen.
type Actor struct {
	Account AccountID
	Org     OrgID
	Name    string // as the audit chain shows it
	Via     string // "console", "cli", "job", "import" or "demo"
}

// Page is a slice of a list: Number counts from 1.
type Page struct{ Number, Size int }

// Offset is how many rows stand before the page; a Number below 1 is read as 1.
func (p Page) Offset() int { return max(p.Number-1, 0) * p.Size }

type actorKey struct{}

// WithActor returns ctx carrying a.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// ActorFrom returns the actor in ctx, or the zero Actor.
func ActorFrom(ctx context.Context) Actor { a, _ := ctx.Value(actorKey{}).(Actor); return a }

type requestKey struct{}

// WithRequestID returns ctx carrying the id that ties log lines and error pages together.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestKey{}, id)
}

// RequestID returns the id in ctx, or "".
func RequestID(ctx context.Context) string { s, _ := ctx.Value(requestKey{}).(string); return s }
