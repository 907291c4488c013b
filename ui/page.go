package ui

import (
	"embed"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// The page that `make page` builds from ui/web: index.html, assets/, and sources.sha256, which a test compares with the sources.
//
//go:embed dist
var dist embed.FS

// page serves the built files. Names in assets/ contain a hash of the content, so browsers may cache them.
func page() http.Handler {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // dist is a folder of this binary
	}
	server := http.FileServerFS(files)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			http.Error(w, "jamd: only GET and HEAD are allowed", http.StatusMethodNotAllowed)
			return
		}
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		if info, err := fs.Stat(files, name); name != "" && (err != nil || info.IsDir()) {
			http.NotFound(w, r)
			return
		}
		if strings.HasPrefix(name, "assets/") {
			w.Header().Set("Cache-Control", "private, max-age=31536000, immutable")
		}
		server.ServeHTTP(w, r)
	})
}
