package main

import (
	"io"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Promise 2.10: what nobody has explained fails, and so does an explanation that has outlived its finding.
func TestJudge(t *testing.T) {
	one := finding{"G104", "app/x.go", "f.Close()"}
	for _, c := range []struct {
		name      string
		found     []finding
		explained string
		want      string
	}{
		{"nothing is found", nil, "", ""},
		{"what is found is explained", []finding{one, one}, "# rule, file, line, reason\nG104\tapp/x.go\tf.Close()\tonly read\n", ""},
		{"what is found is not explained", []finding{one}, "", "unexplained: G104\tapp/x.go\tf.Close()"},
		{"a reason is empty", []finding{one}, "G104\tapp/x.go\tf.Close()\t\n", "unexplained"},
		{"another line of the file is explained", []finding{one}, "G104\tapp/x.go\tg.Close()\tonly read\n", "unexplained"},
		{"the finding is gone", nil, "G104\tapp/x.go\tf.Close()\tonly read\n", "not found any more"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := judge(c.found, c.explained, io.Discard)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// A known vulnerability counts by its nearest trace: called before imported before merely required.
func TestAffected(t *testing.T) {
	const said = `{"config":{"protocol_version":"v1.0.0"}}
{"finding":{"osv":"GO-1","trace":[{"module":"a.org/m","package":"a.org/m/p","function":"F"}]}}
{"finding":{"osv":"GO-1","trace":[{"module":"a.org/m","package":"a.org/m/p"}]}}
{"finding":{"osv":"GO-2","trace":[{"module":"b.org/m"}]}}`
	all, err := affected([]byte(said))
	if err != nil || len(all) != 2 {
		t.Fatalf("got %v, %v; want two", all, err)
	}
	got := map[string]string{}
	for _, f := range all {
		got[f.rule] = f.code
	}
	if got["GO-1"] != "called" || got["GO-2"] != "required, not imported" {
		t.Errorf("got %v", got)
	}
	if _, err := affected([]byte("{")); err == nil {
		t.Error("half a message was read")
	}
}
