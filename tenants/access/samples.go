package access

import (
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/render"
)

// Samples are the room's page, for who makes a theme.
func Samples() []render.Sample {
	return []render.Sample{view.Sample(render.Normal, []string{title, "示例市人民政府办公室", "空格键"}, func(s *render.Site) (render.Head, Statement) {
		return render.Head{Title: []string{title}, Rest: render.StatementPath}, Statement{Elder: s.In(kernel.Elder).Path("/"), Hant: s.In(kernel.Hant).Path("/"), Plain: s.Plain("/"),
			Phone: render.Call(s), Sponsor: s.Sponsor, Address: s.Address}
	})}
}
