//go:build cgo

package model

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"jamd/assets"
)

// Policies come with jamd in two ways: inside the program, or as files that a package installs for all users.

// inside lists the policies for a part that the program carries, sorted.
func inside(plays Part) []string {
	files, _ := fs.Glob(assets.Files, parts[plays].folder+"/*.onnx") // fails only for a malformed pattern
	for i, f := range files {
		files[i] = strings.TrimSuffix(path.Base(f), ".onnx")
	}
	return files
}

// installedIn returns the folders of the policies that are installed for all users, the nearest first.
func installedIn(plays Part) []string {
	return sharedFolders(programPath(), parts[plays].folder, runtime.GOOS, os.Getenv)
}

// programPath returns the path of this program, behind symbolic links; "" if the system does not tell it.
func programPath() string {
	program, err := os.Executable()
	if err != nil {
		return ""
	}
	if target, err := filepath.EvalSymlinks(program); err == nil {
		return target
	}
	return program
}

// sharedFolders returns the folder beside the program and, except on Windows, those below each folder of $XDG_DATA_DIRS.
// program may be "".
func sharedFolders(program, folder, system string, getenv func(string) string) (folders []string) {
	if program != "" {
		folders = append(folders, filepath.Join(filepath.Dir(program), folder))
	}
	if system == "windows" {
		return folders
	}
	for _, shared := range filepath.SplitList(cmp.Or(getenv("XDG_DATA_DIRS"), "/usr/local/share:/usr/share")) {
		if filepath.IsAbs(shared) { // the specification says to ignore relative paths
			folders = append(folders, filepath.Join(shared, "jamd", folder))
		}
	}
	return folders
}

// installed returns the path of a policy that is installed for all users; "" if there is none of this name.
func installed(name string, plays Part) string {
	if !policyName.MatchString(name) {
		return ""
	}
	for _, folder := range installedIn(plays) {
		file := filepath.Join(folder, name+".onnx")
		if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) { // one that cannot be read is an error of whoever asks for it
			return file
		}
	}
	return ""
}

// bundled lists the policies for a part that come with jamd, sorted.
func bundled(plays Part) []string {
	names := inside(plays)
	for _, folder := range installedIn(plays) {
		names = append(names, namesIn(folder)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// namesIn lists the policies in a folder, sorted.
func namesIn(folder string) (names []string) {
	files, _ := filepath.Glob(filepath.Join(globbed(folder), "*.onnx")) // fails only for a malformed pattern
	for _, file := range files {
		if name := strings.TrimSuffix(filepath.Base(file), ".onnx"); policyName.MatchString(name) {
			names = append(names, name)
		}
	}
	return names
}

// globbed writes a folder as a pattern that matches this folder alone. A backslash cannot be escaped on Windows, nor need it be.
func globbed(folder string) string {
	if runtime.GOOS == "windows" {
		return folder
	}
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(folder)
}
