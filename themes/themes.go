// Package themes holds how a site looks: tokens, stylesheets, pictures and templates that restyle a
// room's view (安政办发〔2015〕71号 二(三): 县区、部门网站统一规范). A theme is data: it has no SQL, no scripts and no
// code, and what identifies a site (footer, meta tags, landmarks) is not here but in platform/render.
package themes

import "embed"

// FS holds one folder a theme, each with a theme.toml.
//
//go:embed base city dept elder town
var FS embed.FS
