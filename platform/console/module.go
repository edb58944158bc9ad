package console

import (
	"github.com/zhanqun/zhanqun/platform/module"
	"github.com/zhanqun/zhanqun/policies"
)

// Menu is the room's own lines.
func Menu() []Entry {
	return []Entry{
		{Name: "人员", Path: "/sites/:site/people", Any: []policies.Action{"appointment.content"}},
		{Name: "全部人员", Path: "/people", Any: []policies.Action{"user.disable"}},
		{Name: "岗位空缺", Path: "/people/vacant", Any: []policies.Action{"user.disable"}},
		{Name: "审计记录", Path: "/sites/:site/audit", Any: []policies.Action{"audit.read"}},
		{Name: "技术岗位的网段", Path: networksPath, Any: []policies.Action{"ip.allowlist"}},
		{Name: "同时登录数", Path: limitPath, Any: []policies.Action{"policy.password"}},
		{Name: "拒绝与登录", Path: refusalsPath, Any: []policies.Action{"audit.read"}},
	}
}

// Module plugs the room in.
func (c *Console) Module() module.Module { return module.Module{Room: room, Routes: c.Routes} }
