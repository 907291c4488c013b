//go:build slim

package assets

import "embed"

//go:embed policies/README.md policies/jamd.md policies/jamd.onnx agents encoders demo
var files embed.FS
