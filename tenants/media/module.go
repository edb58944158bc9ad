package media

import "github.com/zhanqun/zhanqun/platform/module"

// Module plugs the room in.
func (m *Media) Module() module.Module {
	return module.Module{Room: "tenants/media", Migrations: Migrations(), Routes: m.Routes, Jobs: m.uploadJobs}
}
