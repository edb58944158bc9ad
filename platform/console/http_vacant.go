package console

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/site"
)

// vacancy is a post in the words of a screen.
type vacancy struct {
	Post, Says string // what is vacant, and what cannot be done meanwhile
	Nobody     bool
	Unreached  bool
	Name       string
	End        time.Time
}

var posts = map[identity.Post][2]string{
	identity.Lead:    {"内容主管或分管领导", "没有人能邀请同事、任免岗位。"},
	identity.Writer:  {"信息员", "没有人写稿和送审。"},
	identity.Review:  {"审核员", "送审的稿件没有人审核。"},
	identity.Secrecy: {"保密审查员", "送审的稿件没有人作保密审查。"},
	identity.Release: {"发布员", "审过的稿件没有人发布。"},
	identity.Liaison: {"联络员", "上级找不到人接收和报送信息。"},
}

func inWords(all []identity.Vacancy) (list []vacancy) {
	for _, v := range all {
		says := posts[v.Post]
		list = append(list, vacancy{says[0], says[1], v.Want == identity.Nobody, v.Want == identity.Unreached, v.Name, v.End})
	}
	return list
}

// vacantAt are a site's vacant posts.
func (c *Console) vacantAt(ctx context.Context, o circle) ([]vacancy, error) {
	if o.Site == 0 {
		return nil, nil
	}
	found, err := c.Accounts.Vacancies(ctx, identity.Staffed{Site: o.Site, Org: o.Org})
	return inWords(found[o.Site]), err
}

// vacantSite is a line of the list of all vacancies.
type vacantSite struct {
	Name                      string
	Nobody, Unreached, Ending []vacancy
	rank                      int // of what is worst
}

// vacantPage lists the sites with vacant posts, those that lack most first.
type vacantPage struct {
	Sites []vacantSite
	All   int // sites with a vacancy, also those that are not shown
}

var vacantView = Define[vacantPage](ownRoom, "vacant")

// weight is how much a want counts when the sites are put in order: one that is worse comes before any number of lesser ones.
var weight = map[identity.Want]int{identity.Nobody: 100, identity.Unreached: 10, identity.Ending: 1}

// vacantMost bounds the list: who has so many has other worries than the next page.
const vacantMost = 500

// peopled are the states in which a site needs its people.
var peopled = []site.State{site.Trial, site.Online, site.Suspended}

// lineOf puts a site's vacancies side by side: many sites are read down one column.
func lineOf(name string, wants []identity.Vacancy) vacantSite {
	line := vacantSite{Name: name}
	for i, v := range inWords(wants) {
		line.rank += weight[wants[i].Want]
		switch {
		case v.Nobody:
			line.Nobody = append(line.Nobody, v)
		case v.Unreached:
			line.Unreached = append(line.Unreached, v)
		default:
			line.Ending = append(line.Ending, v)
		}
	}
	return line
}

// showVacant lists what is vacant at any site that people work on.
func (c *Console) showVacant(f *fiber.Ctx, _ circle) error {
	ctx := f.UserContext()
	sites, err := c.Sites.List(ctx, site.Filter{}, kernel.Page{})
	if err != nil {
		return err
	}
	var staffed []identity.Staffed
	for _, s := range sites {
		if slices.Contains(peopled, s.State) {
			staffed = append(staffed, identity.Staffed{Site: s.ID, Org: s.Org})
		}
	}
	found, err := c.Accounts.Vacancies(ctx, staffed...)
	if err != nil {
		return err
	}
	p := vacantPage{All: len(found)}
	for _, s := range sites {
		if wants := found[s.ID]; len(wants) > 0 {
			p.Sites = append(p.Sites, lineOf(s.Name, wants))
		}
	}
	slices.SortStableFunc(p.Sites, func(a, b vacantSite) int { return cmp.Compare(b.rank, a.rank) })
	p.Sites = p.Sites[:min(len(p.Sites), vacantMost)]
	return vacantView.Show(c, f, Page{Title: Say(Language(f), "岗位空缺")}, p)
}
