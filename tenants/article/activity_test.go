package article

import (
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

// D4, d05: the end of an important activity is a moment in Beijing to the minute, in the spelling of a form or of a browser's field.
func TestAnActivityEndsAtAMoment(t *testing.T) {
	for typed, want := range map[string]string{"": "", " ": "", "2026-11-26 18:00": "2026-11-26 18:00", "2026-11-26T18:00": "2026-11-26 18:00", "2026-11-26": "!", "昨天下午": "!",
		"2026-11-31 18:00": "!"} {
		p := Payload{Title: "调研活动", Body: "<p>正文</p>", ActivityEndedAt: typed}
		err := p.Check()
		if want == "!" {
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%q is taken as %q: %v", typed, p.ActivityEndedAt, err)
			}
			continue
		}
		if err != nil || p.ActivityEndedAt != want {
			t.Errorf("%q becomes %q, %v, want %q", typed, p.ActivityEndedAt, err, want)
		}
	}
}
