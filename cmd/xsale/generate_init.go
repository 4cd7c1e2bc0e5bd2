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
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/mod/modfile"

	"github.com/xsale-go/xsale"
)

//go:embed xsale.yaml
var configTemplate []byte

const commandPath = modulePath + "/cmd/xsale"

// initGenerate writes a settings file, and a file with a line for go generate. It overwrites
// nothing.
func initGenerate(command *cobra.Command, configFile string) error {
	var ignored error
	command.LocalNonPersistentFlags().VisitAll(func(flag *pflag.Flag) {
		if flag.Changed && flag.Name != "init" && flag.Name != "config" {
			ignored = usagef("--init and --%s cannot be used together: run 'xsale generate --init' first", flag.Name)
		}
	})
	if ignored != nil {
		return ignored
	}
	dir := filepath.Dir(configFile)
	source := filepath.Join(dir, "generate.go")
	for _, file := range []string{configFile, source} {
		if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
			return usagef("%s already exists: remove it first, or choose another --config", file)
		}
	}
	line, get := "go run "+commandPath+"@v"+versionOfModule(), "go get "+modulePath+"@v"+versionOfModule()+" && "
	if toolOfModule() {
		line, get = "go tool xsale", ""
	}
	line += " generate"
	if name := filepath.Base(configFile); name != defaultConfigFile {
		line += " --config " + name
	}
	code := fmt.Sprintf("package %s\n\n//go:generate %s\n", packageOf(dir), line)
	if err := os.WriteFile(configFile, configTemplate, 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(source, []byte(code), 0o644); err != nil {
		return err
	}
	fmt.Fprintf(command.ErrOrStderr(), "wrote %s and %s\nnext: %sgo generate ./...\nthen commit these files, the code, and %s, which keeps its names\n", configFile, source, get, lockOf(configFile))
	return nil
}

// toolOfModule reports whether go.mod in the current directory lists this program as a tool.
func toolOfModule() bool {
	data, _ := os.ReadFile("go.mod")
	module, err := modfile.Parse("go.mod", data, nil)
	return err == nil && slices.ContainsFunc(module.Tool, func(t *modfile.Tool) bool { return t.Path == commandPath })
}

// versionOfModule returns the version this program was installed or run as, or the version in the
// source.
func versionOfModule() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Path == modulePath && strings.HasPrefix(info.Main.Version, "v") && !strings.Contains(info.Main.Version, "+") {
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
	absolute, _ := filepath.Abs(dir)
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
