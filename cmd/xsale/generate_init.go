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

// initGenerate writes the settings and the line for go generate. It overwrites nothing.
func initGenerate(command *cobra.Command, configFile string) error {
	folder := filepath.Dir(configFile)
	source := filepath.Join(folder, generateFile)
	for _, file := range []string{configFile, source} {
		if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
			return usagef("%s is there already, and is not overwritten", file)
		}
	}
	line := "//go:generate go run github.com/xsale-go/xsale/cmd/xsale@v" + versionOfModule() + " generate"
	if name := filepath.Base(configFile); name != defaultConfigFile {
		line += " --config " + name
	}
	code := fmt.Sprintf("package %s\n\n%s\n", packageOf(folder), line)
	if err := os.WriteFile(configFile, configTemplate, 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(source, []byte(code), 0o644); err != nil {
		return err
	}
	fmt.Fprintf(command.ErrOrStderr(), "wrote %s and %s\nnext: go get github.com/xsale-go/xsale@v%s && go generate %s\n",
		configFile, source, versionOfModule(), "./...")
	return nil
}

// versionOfModule is the version that this program was installed or run as, or the one that is in the source.
func versionOfModule() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Path == "github.com/xsale-go/xsale" && strings.HasPrefix(info.Main.Version, "v") && !strings.Contains(info.Main.Version, "+") {
		return strings.TrimPrefix(info.Main.Version, "v")
	}
	return xsale.Version
}

// packageOf returns the package of the Go files in a folder, or one named after the folder where there are none.
func packageOf(folder string) string {
	if found, err := build.ImportDir(folder, 0); err == nil {
		return found.Name
	}
	absolute, err := filepath.Abs(folder)
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
