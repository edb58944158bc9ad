package identity

import (
	"embed"
	"io/fs"

	"github.com/zhanqun/zhanqun/kernel"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations is the room's schema.
func Migrations() fs.FS { return kernel.Folder(migrations, "migrations") }
