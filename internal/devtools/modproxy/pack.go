package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// pack writes the four files of a version that `go help goproxy` requires. It leaves out nested
// modules, as every release does.
func pack(dir, version, out string) error {
	goMod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return err
	}
	released := module.Version{Path: modfile.ModulePath(goMod), Version: version}
	escaped, err := module.EscapePath(released.Path)
	if err != nil {
		return fmt.Errorf("go.mod: %w", err)
	}
	var archive bytes.Buffer
	if err := zip.CreateFromDir(&archive, released, dir); err != nil {
		return err
	}
	info, err := json.Marshal(map[string]string{"Version": version})
	if err != nil {
		return err
	}
	target := filepath.Join(out, filepath.FromSlash(escaped), "@v")
	if err := os.MkdirAll(target, 0o755); err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		"list":            []byte(version + "\n"),
		version + ".info": info,
		version + ".mod":  goMod,
		version + ".zip":  archive.Bytes(),
	} {
		if err := os.WriteFile(filepath.Join(target, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
