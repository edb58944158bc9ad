package fault

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestAFaultIsFoundThroughWrapping(t *testing.T) {
	cause := errors.New("UNIQUE constraint failed: sites.slug")
	err := fmt.Errorf("open site 7: %w", Because(cause, Conflict, "这个地址已被使用。"))
	if KindOf(err) != Conflict || !Is(err, Conflict) {
		t.Errorf("kind %q, want %q", KindOf(err), Conflict)
	}
	if !errors.Is(err, cause) {
		t.Error("the cause is lost")
	}
	if got := Say(err); got != "这个地址已被使用。" {
		t.Errorf("says %q", got)
	}
}

func TestOurOwnErrorsAreNeverShown(t *testing.T) {
	secret := "dial tcp 10.0.0.1:5432: password authentication failed for user zhanqun"
	if got := Say(errors.New(secret)); strings.Contains(got, "password") {
		t.Errorf("shows %q", got)
	}
	if KindOf(errors.New(secret)) != "" || KindOf(nil) != "" {
		t.Error("an ordinary error is not a fault")
	}
	if got := Say(Because(errors.New(secret), Unavailable, "数据库暂时没有响应。")); strings.Contains(got, "password") {
		t.Errorf("shows the cause: %q", got)
	}
}

func TestAFieldIsNamed(t *testing.T) {
	var f *Fault
	if err := In("title", "标题不能为空。"); !errors.As(err, &f) || f.Field != "title" || f.Kind != Invalid {
		t.Errorf("got %#v", err)
	}
}
