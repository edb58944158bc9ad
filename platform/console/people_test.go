package console

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/policies"
	"rsc.io/qr"
)

// A8: every post that somebody is appointed to is offered, to the one who gives it, under the name that it has everywhere.
func TestEveryPostIsOffered(t *testing.T) {
	offered := map[policies.Role]policies.Action{}
	for act, roles := range map[policies.Action][]roleSays{"appointment.content": contentRoles, "appointment.technical": technicalRoles} {
		for _, r := range roles {
			offered[r.Role] = act
			if r.Name != r.Role.Name() || r.Says == "" {
				t.Errorf("%s is called %q here and %q there", r.Role, r.Name, r.Role.Name())
			}
		}
	}
	for _, r := range strings.Fields("PO IE SA AA SV CL IO LO RV SR PB LD SE LC LH CZ") {
		if want, _ := policies.Appointing(policies.Role(r)); offered[policies.Role(r)] != want {
			t.Errorf("%s is offered with %q, given with %q", r, offered[policies.Role(r)], want)
		}
	}
}

// Q1: the picture's squares are the code's, with its margin and nothing else.
func TestThePictureIsTheCode(t *testing.T) {
	for _, text := range []string{"", "x", "otpauth://totp/站群:zhang.san?secret=GEZDGNBVGY3TQOJQ", strings.Repeat("长", 300)} {
		path, size, err := Picture(text)
		if err != nil {
			t.Fatal(err)
		}
		code, err := qr.Encode(text, qr.M)
		if err != nil || size != code.Size+8 {
			t.Fatalf("%d squares wide, want %d, %v", size, code.Size+8, err)
		}
		var drawn, want []string
		for run := range strings.SplitSeq(strings.TrimSuffix(path, "z"), "z") {
			var x, y, wide, back int
			if n, err := fmt.Sscanf(run, "M%d %dh%dv1h-%d", &x, &y, &wide, &back); n != 4 || wide != back {
				t.Fatalf("%q: %v", run, err)
			}
			for i := range wide {
				drawn = append(drawn, fmt.Sprint(x+i-4, " ", y-4))
			}
		}
		for y := range code.Size {
			for x := range code.Size {
				if code.Black(x, y) {
					want = append(want, fmt.Sprint(x, " ", y))
				}
			}
		}
		if !slices.Equal(drawn, want) {
			t.Errorf("%.20q: %d squares are drawn, %d are dark", text, len(drawn), len(want))
		}
	}
	if _, _, err := Picture(strings.Repeat("x", 1<<16)); err == nil {
		t.Error("a text that no code holds was drawn")
	}
}
