package main

import (
	_ "embed"
	"errors"
	"fmt"
	"go/build"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
)

//go:embed xsale.yaml
var configTemplate []byte

const generateFile = "generate.go"

// initGenerate writes a settings file, and a file with a line for go generate. It overwrites
// nothing.
func initGenerate(command *cobra.Command, configFile string) error {
	dir := filepath.Dir(configFile)
	source := filepath.Join(dir, generateFile)
	for _, file := range []string{configFile, source} {
		if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
			return usagef("%s already exists: remove it first, or choose another --config", file)
		}
	}
	line := "//go:generate go run github.com/xsale-go/xsale/cmd/xsale@v" + versionOfModule() + " generate"
	if name := filepath.Base(configFile); name != defaultConfigFile {
		line += " --config " + name
	}
	code := fmt.Sprintf("package %s\n\n%s\n", packageOf(dir), line)
	if err := os.WriteFile(configFile, configTemplate, 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(source, []byte(code), 0o644); err != nil {
		return err
	}
	fmt.Fprintf(command.ErrOrStderr(), "wrote %s and %s\nnext: go get github.com/xsale-go/xsale@v%s && go generate ./...\n",
		configFile, source, versionOfModule())
	return nil
}

// versionOfModule returns the version this program was installed or run as, or the version in the
// source.
func versionOfModule() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Path == "github.com/xsale-go/xsale" && strings.HasPrefix(info.Main.Version, "v") && !strings.Contains(info.Main.Version, "+") {
		return strings.TrimPrefix(info.Main.Version, "v")
	}
	return xsale.Version
}

// packageOf returns the package of the Go files in a directory. Without Go files it derives a name
// from the directory.
func packageOf(dir string) string {
	if found, err := build.ImportDir(dir, 0); err == nil {
		return found.Name
	}
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return "main"
	}
	name := strings.Map(func(r rune) rune {
		if r <= unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return unicode.ToLower(r)
		}
		return -1
	}, filepath.Base(absolute))
	if name == "" || unicode.IsDigit(rune(name[0])) {
		return "main"
	}
	return name
}
