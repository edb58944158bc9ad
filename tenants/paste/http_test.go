package paste

import (
	"context"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

// promises 1.1: two texts are cleaned at once; whoever waits too long is told so, and a seat that was left is taken again.
func TestSeats(t *testing.T) {
	tray := New(Room{})
	var leave []func()
	for range atOnce {
		l, err := tray.enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		leave = append(leave, l)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := tray.enter(over); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("one too many: %v", err)
	}
	leave[0]()
	if _, err := tray.enter(t.Context()); err != nil {
		t.Errorf("after one has left: %v", err)
	}
}

// B5: the title of a text that names none is its file's name, whatever the browser sends with it.
func TestTheNameOfAFile(t *testing.T) {
	for name, want := range map[string]string{"停水通知.docx": "停水通知", `C:\文件\停水 通知.v2.docx`: "停水 通知.v2", "../../etc/passwd": "passwd", ".docx": "", "": ""} {
		if got := fileTitle(name); got != want {
			t.Errorf("%q is called %q, want %q", name, got, want)
		}
	}
}
