package console

import "testing"

// A folded menu shows what tells its lines apart.
func TestAFoldedNameIsShort(t *testing.T) {
	for name, want := range map[string]string{"": "", "写稿": "写稿", "我的工作": "我的工作", "发布提醒接口": "发布提醒", "安康 演示站": "安康 演", "My work": "Mw", "At a glance": "Aa", "Write": "Wr", "é": "é"} {
		if got := short(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}
