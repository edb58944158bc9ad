package console

import (
	"github.com/zhanqun/zhanqun/platform/module"
	"github.com/zhanqun/zhanqun/policies"
)

// Menu is the room's own lines.
func Menu() []Entry {
	return []Entry{{Name: "审计记录", Path: "/sites/:site/audit", Any: []policies.Action{"audit.read"}}}
}

// Module plugs the room in.
func (c *Console) Module() module.Module { return module.Module{Room: room, Routes: c.Routes} }
