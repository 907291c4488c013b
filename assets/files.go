//go:build !slim

package assets

import "embed"

//go:embed policies agents encoders demo
var files embed.FS
