package kernel

import (
	"embed"
	"io/fs"
)

// Folder is the named folder of what a room embeds: its migrations, its views. It panics when the folder was not
// embedded, which the first test or start shows.
func Folder(files embed.FS, name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil {
		panic(err)
	}
	return sub
}
