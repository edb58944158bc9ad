package checks

import (
	"errors"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// E7, X2 (GB/T 37668): a picture without words bars a text, however good the reason; anything else that was found does not.
func TestAPictureWithoutWordsIsNotSent(t *testing.T) {
	for _, row := range []struct {
		name, body string
		bare       string // what the sentence counts, or ""
	}{
		{"no picture", "<p>布署，13800001111</p>", ""},
		{"a described one", `<p>甲</p><img src="/-/media/7/full.png" alt="雪后的湖">`, ""},
		{"one without words", `<p>甲</p><img src="/-/media/7/full.png" alt="">`, "1 张"},
		{"one named like its file", `<img src="/-/media/7/full.png" alt="IMG_1.JPG">`, "1 张"},
		{"two of three", `<img src="/-/media/7/full.png"><img src="/-/media/8/full.png" alt="湖"><img src="/-/media/9/full.png" alt=" ">`, "2 张"},
	} {
		err := Described(Check(article.Payload{Kind: article.News, Title: "通知", Source: "办公室", Body: row.body}, surroundings()))
		var f *fault.Fault
		switch {
		case row.bare == "" && err != nil:
			t.Errorf("%s: %v", row.name, err)
		case row.bare != "" && (!errors.As(err, &f) || f.Field != "picture" || !strings.Contains(fault.Say(err), row.bare)):
			t.Errorf("%s: %v, want %s", row.name, err, row.bare)
		}
	}
}
