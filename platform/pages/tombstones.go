package pages

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
)

// tombstones are addresses that answer 410 before anything else is asked: the way to take a page down on a node
// that is cut off from the store. A tombstone covers the address with any query, and the same page in every variant.
type tombstones struct {
	mu   sync.Mutex
	root *os.Root // nil: not kept
	set  atomic.Pointer[map[string]Tombstone]
}

// Tombstone says what was taken down on this node, and why.
type Tombstone struct {
	URL    string    `json:"url"` // "host/path"
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

const tombstoneFile = "tombstones.jsonl"

func (t *tombstones) has(url string) bool {
	set := t.set.Load()
	if set == nil || len(*set) == 0 {
		return false
	}
	_, ok := (*set)[itself(url)]
	return ok
}

// itself is the address of the page itself, without a query and whatever variant of it was named. A variant stands behind the host, or
// behind the mount of a channel: no other address of a site has "/-/" and its name.
func itself(url string) string {
	url, _, _ = strings.Cut(url, "?")
	for _, v := range kernel.Variants {
		if before, rest, ok := strings.Cut(url, v.Prefix()); ok && (rest == "" || rest[0] == '/') {
			return before + cmp.Or(rest, "/")
		}
	}
	return url
}

// forms are the addresses at which one page is kept: the given one, and its variants where it is the page itself.
func forms(url string) []string {
	page, query, asked := strings.Cut(url, "?")
	if itself(page) != page {
		return []string{url}
	}
	host, path, mounted := strings.Cut(page, "/")
	mount := host
	if slug, rest, ok := strings.Cut(strings.TrimPrefix(path, "z/"), "/"); mounted && ok && strings.HasPrefix(path, "z/") {
		mount, path = host+"/z/"+slug, rest
	}
	all := []string{url}
	for _, v := range kernel.Variants {
		one := mount + v.Prefix() + "/" + path
		if asked {
			one += "?" + query
		}
		all = append(all, one)
	}
	return all
}

func (t *tombstones) load(root *os.Root) error {
	t.root = root
	b, err := root.ReadFile(tombstoneFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read tombstones: %w", err)
	}
	set := map[string]Tombstone{}
	for d := json.NewDecoder(bytes.NewReader(b)); d.More(); {
		var one Tombstone
		if err := d.Decode(&one); err != nil {
			return fmt.Errorf("read tombstones: %w", err)
		}
		set[one.URL] = one
	}
	t.set.Store(&set)
	return nil
}

// change replaces the set; it holds as soon as this returns, and after a restart too.
func (t *tombstones) change(f func(map[string]Tombstone)) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	set := map[string]Tombstone{}
	if have := t.set.Load(); have != nil {
		for url, one := range *have {
			set[url] = one
		}
	}
	f(set)
	t.set.Store(&set) // first: it must hold even when the disk does not
	if t.root == nil {
		return nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	for _, one := range set {
		if err := enc.Encode(one); err != nil {
			return fmt.Errorf("write tombstones: %w", err)
		}
	}
	return replace(t.root, tombstoneFile, b.Bytes(), true)
}

// Takedown makes this node answer 410 at url ("host/path", any query, any variant) from now on, restarts included,
// whatever memory, mirror and store hold.
func (c *Cache) Takedown(url, reason string) error {
	url = itself(url)
	err := c.tombstones.change(func(set map[string]Tombstone) {
		set[url] = Tombstone{URL: url, Reason: reason, At: c.now()}
	})
	c.Forget(forms(url)...)
	return err
}

// Restore takes a tombstone away; it does nothing where there is none.
func (c *Cache) Restore(url string) error {
	url = itself(url)
	return c.tombstones.change(func(set map[string]Tombstone) { delete(set, url) })
}

// Tombstones lists what was taken down on this node, in no order.
func (c *Cache) Tombstones() []Tombstone {
	var all []Tombstone
	if set := c.tombstones.set.Load(); set != nil {
		for _, one := range *set {
			all = append(all, one)
		}
	}
	return all
}
