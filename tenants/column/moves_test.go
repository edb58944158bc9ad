package column

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/kernel/proof"
)

// walk is what a random editor has done: every address that ever answered, and the column it was.
type walk struct {
	*house
	r   *rand.Rand
	was map[string]int64
}

func (w *walk) note() *Tree {
	tree := w.tree(w.city)
	for _, k := range tree.All() {
		if tree.Visible(k.ID) {
			w.was[k.Path] = k.ID
		}
	}
	return tree
}

// step moves, renames or takes back, at random; what the room refuses is refused by a fault and changes nothing.
func (w *walk) step(tree *Tree) (refused bool) {
	all := tree.All()
	k := all[w.r.IntN(len(all))]
	var to int64
	if w.r.IntN(4) > 0 {
		to = all[w.r.IntN(len(all))].ID
	}
	after := int64(0)
	if list := tree.Children(to); len(list) > 0 && w.r.IntN(2) > 0 {
		after = list[w.r.IntN(len(list))].ID
	}
	back := tree.spotOf(k)
	left, err := w.Seen(w.ctx, w.city.ID, k.ID, k.Version, func(ctx context.Context) error {
		switch w.r.IntN(5) {
		case 0:
			return w.Readdress(ctx, w.city.ID, k.ID, fmt.Sprintf("a%d", w.r.IntN(40)))
		case 1:
			return w.Rename(ctx, w.city.ID, k.ID, fmt.Sprintf("栏目%d", w.r.IntN(40)))
		}
		return w.Move(ctx, w.city.ID, k.ID, to, after)
	})
	if err != nil {
		if fault.KindOf(err) == "" {
			w.t.Fatal(err)
		}
		return true
	}
	w.note()
	if w.r.IntN(3) > 0 {
		return false
	}
	parent, after, err := readSpot(back)
	w.must(err)
	if _, err := w.Seen(w.ctx, w.city.ID, k.ID, left, func(ctx context.Context) error { return w.Move(ctx, w.city.ID, k.ID, parent, after) }); err != nil {
		w.t.Fatalf("taking back a change of %s: %v", k.Name, err)
	}
	if got := w.tree(w.city).spotOf(w.tree(w.city).Get(k.ID)); got != back {
		w.t.Fatalf("%s stands at %s after it was taken back, want %s", k.Name, got, back)
	}
	return false
}

// sound reports what is wrong with a tree: columns lost or doubled, two of one address, too deep, an old address that leads nowhere.
func (w *walk) sound(tree *Tree, columns int) (wrong []string) {
	paths := map[string]bool{}
	all := tree.All()
	for _, k := range all {
		if paths[k.Path] {
			wrong = append(wrong, "two columns at "+k.Path)
		}
		paths[k.Path] = true
		if n := len(tree.Trail(k.ID)); n > deepestLevel {
			wrong = append(wrong, fmt.Sprintf("%s on level %d", k.Name, n))
		}
	}
	if len(all) != columns || len(paths) != columns {
		wrong = append(wrong, fmt.Sprintf("%d columns, want %d", len(all), columns))
	}
	for path, id := range w.was {
		k, moved := tree.At(path)
		switch next, again := tree.At(strings.TrimPrefix(moved, "/c/")); {
		case k != nil && k.ID == id:
		case k != nil:
			wrong = append(wrong, fmt.Sprintf("%s was column %d and shows %d", path, id, k.ID))
		case moved == "/" || next == nil || again != "" || next.ID != id:
			wrong = append(wrong, fmt.Sprintf("%s leads to %q, and from there to %q, want column %d at once", path, moved, again, id))
		}
	}
	return wrong
}

// B1, B4, LE1: whatever is moved, renamed, readdressed and taken back, the tree stays a tree, addresses stay unique, and every address
// that ever answered leads to its column in one step.
func TestRandomMovesKeepTheTree(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		w := &walk{house: h, r: rand.New(rand.NewPCG(20261127, 4)), was: map[string]int64{}}
		for _, k := range h.tree(h.city).All() {
			h.fill(h.city, k.ID)
		}
		tree := w.note()
		columns, refused := len(tree.All()), 0
		steps := proof.Times(60, 1000)
		for i := range steps {
			if w.step(tree) {
				refused++
			}
			tree = w.note()
			if wrong := w.sound(tree, columns); len(wrong) > 0 {
				t.Fatalf("after %d steps: %s", i+1, strings.Join(wrong, "\n"))
			}
		}
		if refused == 0 || refused > steps*3/4 || len(w.was) < columns+steps/10 {
			t.Errorf("%d of %d steps were refused, %d addresses for %d columns: this tried too little", refused, steps, len(w.was), columns)
		}
		t.Logf("%d steps, %d refused, %d addresses of %d columns", steps, refused, len(w.was), columns)
	})
}

// LE1: of two people who move one column from the same screen, the second is told and nothing of theirs is done; two who hang two columns
// below each other do not make a loop, on whatever engine.
func TestTwoMoveAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		at := func(column, to int64) func() error {
			return func() error {
				_, err := h.Seen(h.ctx, h.city.ID, column, 0, func(ctx context.Context) error { return h.Move(ctx, h.city.ID, column, to, 0) })
				return err
			}
		}
		if told := h.together(at(2, 20), at(2, 70)); told != 1 {
			t.Errorf("of two who moved one column %d were told, want 1", told)
		}
		if told := h.together(at(20, 70), at(70, 20)); told != 1 {
			t.Errorf("of two who hung two columns below each other %d were told, want 1", told)
		}
		tree := h.tree(h.city)
		if a, b := tree.Get(20), tree.Get(70); (a.Parent == 70) == (b.Parent == 20) {
			t.Errorf("20 hangs below %d, 70 below %d", a.Parent, b.Parent)
		}
		if _, err := h.Seen(h.ctx, h.county.ID, 2, 1, func(context.Context) error { t.Error("done on another site"); return nil }); !fault.Is(err, fault.Conflict) {
			t.Errorf("the county's column has the city's version: %v", err)
		}
	})
}

// Issue 4: what becomes of the addresses is told before it is done, and is what is done then.
func TestTheEffectIsWhatHappens(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		told, err := h.Effect(h.ctx, h.city.ID, 20, 10, h.tree(h.city).Get(20).Slug)
		h.must(err)
		if len(told) < 2 {
			t.Fatalf("a column with parts changes the addresses %v", told)
		}
		h.must(h.Move(h.ctx, h.city.ID, 20, 10, 0))
		tree := h.tree(h.city)
		for _, a := range told {
			if k := tree.Get(a.Column); k.Path != a.To || tree.old[a.From] != a.Column {
				t.Errorf("%s stands at %s, %s leads to %d; want %+v", k.Name, k.Path, a.From, tree.old[a.From], a)
			}
		}
		told, err = h.Effect(h.ctx, h.city.ID, 2, tree.Get(2).Parent, "gg")
		h.must(err)
		h.must(h.Readdress(h.ctx, h.city.ID, 2, "gg"))
		if got := h.tree(h.city).Get(2).Path; len(told) != 1 || told[0].To != got {
			t.Errorf("told %v, stands at %s", told, got)
		}
		if _, err := h.Effect(h.ctx, h.city.ID, 2, 0, "Nein!"); !fault.Is(err, fault.Invalid) {
			t.Errorf("an address of no form: %v", err)
		}
		if told, err := h.Effect(h.ctx, h.city.ID, 10, 20, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("below itself: %v, %v", told, err)
		}
	})
}

// B5: a column's fields are data: checked, in order, each with a key that is never given to another; two people at once do not overwrite
// each other; another site has none of it.
func TestFieldsOfAColumn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		set := func(seen int64, fields ...Field) error { return h.SetFields(h.ctx, h.city.ID, 2, seen, fields) }
		h.must(set(0, Field{Label: " 主讲人 ", Type: AsText, Required: true}, Field{Label: "场次", Type: AsChoice, Choices: []string{"上午", "", "下午", "上午"}}))
		s, err := h.Fields(h.ctx, h.city.ID, 2)
		h.must(err)
		if len(s.Fields) != 2 || s.Fields[0].Label != "主讲人" || s.Fields[0].Key != "c2f1" || !slices.Equal(s.Fields[1].Choices, []string{"上午", "下午"}) || s.Version != 1 {
			t.Errorf("kept %+v", s)
		}
		h.must(set(1, s.Fields[1])) // the first is asked for no more
		h.must(set(2, s.Fields[1], Field{Label: "主讲人", Type: AsText}))
		if s, err = h.Fields(h.ctx, h.city.ID, 2); err != nil || s.Fields[1].Key != "c2f3" {
			t.Errorf("a key was given twice: %+v, %v", s, err)
		}
		if other, err := h.Fields(h.ctx, h.county.ID, 2); err != nil || len(other.Fields) != 0 {
			t.Errorf("the county has %+v, %v", other, err)
		}
		if with, err := h.WithFields(h.ctx, h.city.ID); err != nil || !slices.Equal(with, []int64{2}) {
			t.Errorf("columns with fields: %v, %v", with, err)
		}
		if with, err := h.WithFields(h.ctx, h.county.ID); err != nil || len(with) != 0 {
			t.Errorf("the county's columns with fields: %v, %v", with, err)
		}
		for _, row := range []struct {
			name   string
			seen   int64
			fields []Field
			kind   fault.Kind
			says   string
		}{
			{"over a version that is gone", 1, nil, fault.Conflict, "刚被别人改过"},
			{"two of one name", 3, []Field{{Label: "甲", Type: AsText}, {Label: "甲 ", Type: AsDay}}, fault.Invalid, "都叫"},
			{"no such type", 3, []Field{{Label: "甲", Type: "script"}}, fault.Invalid, "类型"},
			{"a choice of one", 3, []Field{{Label: "甲", Type: AsChoice, Choices: []string{"一"}}}, fault.Invalid, "选项"},
			{"a key of somebody's own", 3, []Field{{Key: "c2f99", Label: "甲", Type: AsText}}, fault.Invalid, "没有这个字段"},
			{"a key twice", 3, []Field{{Key: "c2f3", Label: "甲", Type: AsText}, {Key: "c2f3", Label: "乙", Type: AsText}}, fault.Invalid, "没有这个字段"},
			{"thirteen", 3, make([]Field, 13), fault.Invalid, "最多 12 个"},
			{"a control character", 3, []Field{{Label: "甲\x01", Type: AsText}}, fault.Invalid, "不能使用的字符"},
		} {
			if err := set(row.seen, row.fields...); !fault.Is(err, row.kind) || !strings.Contains(fault.Say(err), row.says) {
				t.Errorf("%s: got %v, want %q", row.name, err, row.says)
			}
		}
	})
}

// B5: what a field takes, and what it refuses in a sentence that names it.
func TestFieldValues(t *testing.T) {
	choice := Field{Key: "f1", Label: "场次", Type: AsChoice, Choices: []string{"上午", "下午"}}
	for _, row := range []struct {
		f     Field
		value string
		says  string
	}{
		{Field{Label: "人", Type: AsText}, "张三", ""},
		{Field{Label: "人", Type: AsText}, "", ""},
		{Field{Label: "人", Type: AsText, Required: true}, "", "请填写“人”"},
		{Field{Label: "人", Type: AsText}, "一\n二", "不能使用的字符"},
		{Field{Label: "人", Type: AsText}, strings.Repeat("长", 501), "最多 500 个字"},
		{Field{Label: "说", Type: AsLong}, "一\n二", ""},
		{Field{Label: "日", Type: AsDay}, "2026-02-29", "日期"},
		{Field{Label: "日", Type: AsDay}, "2028-02-29", ""},
		{Field{Label: "数", Type: AsNumber}, "-3.5", ""},
		{Field{Label: "数", Type: AsNumber}, "１２", "数字"},
		{Field{Label: "数", Type: AsNumber}, "1e9", "数字"},
		{choice, "下午", ""},
		{choice, "晚上", "没有“晚上”这一项"},
		{Field{Label: "网", Type: AsLink}, "https://example.cn/a?b=c#d", ""},
		{Field{Label: "网", Type: AsLink}, "javascript:alert(1)", "http:// 或 https://"},
		{Field{Label: "网", Type: AsLink}, "//example.cn", "http:// 或 https://"},
		{Field{Label: "网", Type: AsLink}, "https://u:p@example.cn/", "http:// 或 https://"},
		{Field{Label: "网", Type: "html"}, "<b>", "没有“html”这种字段"},
	} {
		err := row.f.Check(row.value)
		if row.says == "" && err != nil || row.says != "" && !strings.Contains(fault.Say(err), row.says) {
			t.Errorf("%s %q: got %v, want %q", row.f.Type, row.value, err, row.says)
		}
	}
}

// B5: no value of whatever bytes passes that a page could not carry, and tidying twice changes nothing.
func FuzzFieldValue(f *testing.F) {
	for _, v := range []string{"", "a", "javascript:alert(1)", "https://a.cn", "2026-01-01", "\x00", "\xff", "一\r\n二", "１"} {
		f.Add(v, uint8(0))
		f.Add(v, uint8(5))
	}
	f.Fuzz(func(t *testing.T, value string, n uint8) {
		kind := FieldTypes[int(n)%len(FieldTypes)]
		v := Tidy(kind, value)
		if err := CheckValue(kind, "项", v); err != nil {
			return
		}
		if again := Tidy(kind, v); again != v {
			t.Errorf("%q is tidied to %q and then to %q", value, v, again)
		}
		if kind == AsLink && v != "" && !strings.HasPrefix(strings.ToLower(v), "http") {
			t.Errorf("%q passes as an address", v)
		}
		if strings.ContainsAny(v, "\x00\x1b\x7f") {
			t.Errorf("%q passes", v)
		}
	})
}

// together does all at once, and answers how many were told that somebody else was faster.
func (h *house) together(all ...func() error) (told int) {
	h.t.Helper()
	var wg sync.WaitGroup
	errs := make([]error, len(all))
	for i, do := range all {
		wg.Go(func() { errs[i] = do() })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil && !fault.Is(err, fault.Conflict) {
			h.t.Error(err)
		} else if err != nil {
			told++
		}
	}
	return told
}
