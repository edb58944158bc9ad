package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/policies"
)

// Person is somebody whom the demonstration lets its visitors be.
type Person struct {
	Name     string `json:"name"`
	Login    string `json:"login"`
	Password string `json:"password"`
	Role     string `json:"role"` // "IO"; several are joined by +
	Site     string `json:"site"` // name of the site, "" for a post of the whole platform
	Org      string `json:"org"`
}

// part is what a person of the staff does; the login is made of the place's slug and it.
type part struct {
	login, title string
	roles        []policies.Role
	platform     bool // not of one site
}

// The staff: a township whose reviewer signs everything, the city's portal with a person for every step, and those who run and
// watch the platform, which is the city's.
var (
	ofTown = []part{{"xinxi", "信息员", []policies.Role{"IO"}, false}, {"shenhe", "审核员", []policies.Role{"RV", "SR", "PB"}, false},
		{"zhuguan", "内容主管", []policies.Role{"CL"}, false}}
	ofCity = []part{{"xinxi", "信息员", []policies.Role{"IO"}, false}, {"shenhe", "审核员", []policies.Role{"RV"}, false},
		{"baomi", "保密审查员", []policies.Role{"SR"}, false}, {"fabu", "发布人", []policies.Role{"PB"}, false}, {"lingdao", "分管领导", []policies.Role{"LD"}, false},
		{"jiandu", "监督员", []policies.Role{"SV"}, true}, {"shenji", "审计管理员", []policies.Role{"AA"}, true}, {"yunwei", "平台运维员", []policies.Role{"PO"}, true}}
)

// Staff gives the people of the portal and of one township, which Run has made in part, what their posts need, and all of them one
// new password of this installation. It comes after Run, so that it changes no article's address.
func Staff(ctx context.Context, r Rooms, now kernel.Clock) ([]Person, error) {
	places, err := readPlaces()
	if err != nil {
		return nil, err
	}
	ctx = kernel.WithActor(ctx, identity.System(via))
	password, people, done := identity.NewPassword(), []Person{}, map[string]bool{}
	for _, p := range places {
		parts := map[string][]part{cityPlace: ofCity, channelPlace: ofTown}[p.Kind]
		if done[p.Kind] || parts == nil {
			continue
		}
		done[p.Kind] = true
		for _, q := range parts {
			one, err := q.fill(ctx, r, now(), p, password)
			if err != nil {
				return nil, fmt.Errorf("staff %s at %s: %w", q.login, p.Slug, err)
			}
			people = append(people, one)
		}
	}
	return people, nil
}

// fill finds the person or makes one, and gives the posts that are missing and the password. The author of the place, whom Run has
// appointed, says which site it is.
func (q part) fill(ctx context.Context, r Rooms, now time.Time, p place, password string) (Person, error) {
	author, err := r.Accounts.Find(ctx, p.Slug+"-xinxi")
	if err != nil {
		return Person{}, err
	}
	posts, err := r.Accounts.Live(ctx, author.ID, now)
	if err != nil || len(posts) != 1 {
		return Person{}, fmt.Errorf("%d posts of the author: %w", len(posts), err)
	}
	one := Person{Name: "演示" + q.title + "（" + p.short() + "）", Login: p.Slug + "-" + q.login, Password: password, Site: p.Site, Org: p.Name}
	want := identity.Appointment{Org: author.Org, Site: posts[0].Site, Document: "演示任命文件"}
	if q.platform {
		one.Site, want.Site = "", 0
	}
	a, have, err := found(ctx, r, now, identity.Account{Login: one.Login, Name: one.Name, Org: author.Org})
	if err != nil {
		return Person{}, err
	}
	var roles []string
	for _, role := range q.roles {
		roles = append(roles, string(role))
		if have[role] {
			continue
		}
		want.Account, want.Role = a.ID, role
		if _, err := r.Accounts.Appoint(ctx, want); err != nil {
			return Person{}, err
		}
	}
	one.Role = strings.Join(roles, "+")
	return one, r.Accounts.SetPassword(ctx, a.ID, password)
}

// found is the account of the login with its roles, or a new one.
func found(ctx context.Context, r Rooms, now time.Time, want identity.Account) (identity.Account, map[policies.Role]bool, error) {
	have := map[policies.Role]bool{}
	a, err := r.Accounts.Find(ctx, want.Login)
	if fault.Is(err, fault.NotFound) {
		a, err = r.Accounts.Create(ctx, want)
	}
	if err != nil {
		return a, nil, err
	}
	posts, err := r.Accounts.Live(ctx, a.ID, now)
	for _, p := range posts {
		have[p.Role] = true
	}
	return a, have, err
}

func peopleFile(dir string) string { return filepath.Join(dir, "demo-people.json") }

// WritePeople keeps the staff in the data folder, readable by its owner only.
func WritePeople(dir string, people []Person) (err error) {
	b, err := json.MarshalIndent(people, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "demo-people-*.json") // mode 0600
	if err != nil {
		return fault.Because(err, fault.Unavailable, "写不了 %s，请检查目录权限和磁盘空间。", peopleFile(dir))
	}
	_, err = f.Write(append(b, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), peopleFile(dir))
	}
	if err != nil {
		_ = os.Remove(f.Name()) // what failed is said already
		return fault.Because(err, fault.Unavailable, "写不了 %s，请检查目录权限和磁盘空间。", peopleFile(dir))
	}
	return nil
}

// ReadPeople reads what WritePeople has written; the error is fs.ErrNotExist in a folder that has not seeded a demonstration.
func ReadPeople(dir string) ([]Person, error) {
	b, err := os.ReadFile(peopleFile(dir))
	if err != nil {
		return nil, err
	}
	var people []Person
	if err := json.Unmarshal(b, &people); err != nil {
		return nil, fmt.Errorf("read %s: %w", peopleFile(dir), err)
	}
	return people, nil
}

// Posts are the person's roles in words.
func (p Person) Posts() string {
	var names []string
	for role := range strings.SplitSeq(p.Role, "+") {
		names = append(names, policies.Role(role).Name())
	}
	return strings.Join(names, "、")
}
