package checks

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Roster is a list of leaders made ready to be looked for. It is an operator's file: none comes with the program.
type Roster struct {
	by    map[string]Leader   // by name
	posts map[string][]string // names by post
	words *Dictionary         // names and posts
}

// NewRoster makes the list ready; nil when nobody is on it.
func NewRoster(all []Leader) *Roster {
	if len(all) == 0 {
		return nil
	}
	r := &Roster{by: map[string]Leader{}, posts: map[string][]string{}}
	p := &Pack{}
	for _, l := range all {
		r.by[l.Name] = l
		p.Entries = append(p.Entries, Entry{Word: l.Name})
		for _, post := range l.posts() {
			r.posts[post] = append(r.posts[post], l.Name)
			p.Entries = append(p.Entries, Entry{Word: post})
		}
	}
	r.words = NewDictionary(p)
	return r
}

// posts are what a leader is called: the post as a whole and each of several.
func (l Leader) posts() []string {
	return slices.DeleteFunc(strings.FieldsFunc(l.Post, func(r rune) bool { return strings.ContainsRune("、，|；", r) }), func(s string) bool { return s == "" })
}

// find looks at each name and what stands beside it.
func (r *Roster) find(f *field) []Finding {
	if r == nil {
		return nil
	}
	var all []Finding
	hits := r.words.hits(f.text)
	word := func(i int) string { return f.text[hits[i].start:hits[i].end] }
	person := func(i int) (Leader, bool) {
		if i < 0 || i >= len(hits) {
			return Leader{}, false
		}
		l, ok := r.by[word(i)]
		return l, ok
	}
	adjacent := func(i, j int) bool { return strings.Trim(f.text[hits[i].end:hits[j].start], " \u3000") == "" }
	last := -1
	for i, h := range hits {
		l, named := person(i)
		if !named {
			if _, next := person(i + 1); !next || !adjacent(i, i+1) {
				all = append(all, r.misspelt(f, h)...)
			}
			continue
		}
		if i > 0 && r.posts[word(i-1)] != nil && adjacent(i-1, i) {
			all = append(all, r.posted(f, l, hits[i-1], true)...)
		} else if i+1 < len(hits) && r.posts[word(i+1)] != nil && adjacent(i, i+1) {
			if _, next := person(i + 2); !next || !adjacent(i+1, i+2) {
				all = append(all, r.posted(f, l, hits[i+1], false)...)
			}
		}
		if before, ok := person(last); ok && l.Rank > 0 && before.Rank > l.Rank && r.listed(f.text[hits[last].end:h.start]) {
			all = append(all, f.finding(LeaderOrder, Should, h.start, h.end, "排序不对：“"+l.Name+"”应排在“"+before.Name+"”之前。"))
		}
		last = i
	}
	return all
}

// full is the post at a hit with the character before it that changes its meaning; former says that it is no longer held.
func full(f *field, h hit) (post string, start int, former bool) {
	post = f.text[h.start:h.end]
	r, n := utf8.DecodeLastRuneInString(f.text[:h.start])
	if r == '副' || r == '代' {
		return string(r) + post, h.start - n, false
	}
	return post, h.start, r == '原' || r == '前' || r == '时'
}

// posted finds a post beside a name that is somebody else's.
func (r *Roster) posted(f *field, l Leader, h hit, front bool) []Finding {
	post, start, former := f.text[h.start:h.end], h.start, false
	if front {
		post, start, former = full(f, h)
	}
	if former || len(l.posts()) == 0 || slices.Contains(l.posts(), post) {
		return nil
	}
	found := f.finding(LeaderPost, Should, start, h.end, "职务不对：名单里“"+l.Name+"”是“"+l.Post+"”。")
	found.Fix = &Fix{l.posts()[0]}
	return []Finding{found}
}

// misspelt finds behind a post a name that differs in one character from the name of somebody who has it.
func (r *Roster) misspelt(f *field, h hit) []Finding {
	post, _, former := full(f, h)
	if former {
		return nil
	}
	start := h.end + len(f.text[h.end:]) - len(strings.TrimLeft(f.text[h.end:], " "))
	for _, name := range r.posts[post] {
		want := []rune(name)
		end, same, n := start, 0, 0
		for _, c := range f.text[start:] {
			if n == len(want) {
				break
			}
			if c == want[n] {
				same++
			}
			n, end = n+1, end+utf8.RuneLen(c)
		}
		got := f.text[start:end]
		if len(want) < 3 || n < len(want) || same != len(want)-1 && !shuffled(got, want) || r.by[got].Name != "" {
			continue
		}
		found := f.finding(LeaderName, Should, start, end, "姓名可能写错了：名单里“"+post+"”是“"+name+"”。")
		found.Fix = &Fix{name}
		return []Finding{found}
	}
	return nil
}

// shuffled reports whether a text has the characters of a name in another order.
func shuffled(got string, name []rune) bool {
	have, want := []rune(got), slices.Clone(name)
	slices.Sort(have)
	slices.Sort(want)
	return slices.Equal(have, want)
}

// listed reports whether what stands between two names makes them neighbours of one list: separators, and posts.
func (r *Roster) listed(gap string) bool {
	if len(gap) > 120 {
		return false
	}
	for _, h := range slices.Backward(r.words.hits(gap)) {
		gap = gap[:h.start] + gap[h.end:]
	}
	return strings.Trim(gap, "、，, 和与及以同志（）()\u3000副代") == ""
}
