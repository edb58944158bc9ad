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

func TestAFaultOfAField(t *testing.T) {
	var f *Fault
	err := At("host", fmt.Errorf("bind: %w", New(Conflict, "域名 %s 已被占用。", "a.cn")))
	if !errors.As(err, &f) || f.Field != "host" || f.Kind != Conflict || f.Say != "域名 a.cn 已被占用。" {
		t.Errorf("got %#v", err)
	}
	ours := errors.New("disk full")
	if got := At("host", ours); got != ours {
		t.Errorf("what is no fault becomes %v", got)
	}
}

// What is put into a sentence is said as it would be alone, in either language: a fault as its sentence, never with its kind or cause.
func TestAFaultWithinAnother(t *testing.T) {
	inner := Because(errors.New("secret"), Invalid, "第 %d 行不对。", 3)
	err := New(Invalid, "%s：%s（%s）", "名单", inner, "甲、乙")
	if got := Say(err); got != "名单：第 3 行不对。（甲、乙）" {
		t.Errorf("says %q", got)
	}
	english := map[string]string{"%s：%s（%s）": "%s: %s (%s)", "第 %d 行不对。": "Line %d is wrong.", "名单": "List", "甲": "A", "乙": "B"}
	if got := SayIn(err, func(zh string) string { return english[zh] }); got != "List: Line 3 is wrong. (A, B)" {
		t.Errorf("in English %q", got)
	}
}
