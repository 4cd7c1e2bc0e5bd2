package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
	"golang.org/x/mod/module"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/openapi"
)

// modulePath is the module of this program.
const modulePath = "github.com/xsale-go/xsale"

// programVersion is what this program knows of its origin.
type programVersion struct {
	Version  string      `json:"version"`
	Module   string      `json:"module,omitempty"` // the version that Go installed or built, if any
	Commit   string      `json:"commit,omitempty"` // all of it, or the 12 digits of a pseudo-version
	Modified bool        `json:"modified"`         // the tree was not that of the commit
	Go       string      `json:"go"`
	Platform string      `json:"platform"` // such as linux/amd64
	Spec     specVersion `json:"spec"`
}

// specVersion identifies the spec that 'xsale spec show' prints.
type specVersion struct {
	Version string `json:"version"`
	SHA256  string `json:"sha256"`
}

func newVersionCommand(a *app) *cobra.Command {
	return uses(prints(&cobra.Command{
		Use:     "version",
		Short:   "Show the version, the commit, and the versions of Go and of the spec",
		Example: "  xsale version\n  xsale version --output json",
		Args:    takes(),
		RunE: func(command *cobra.Command, _ []string) error {
			info, _ := debug.ReadBuildInfo()
			version := versionOf(info)
			document, err := tree.Read(openapi.Spec())
			if err != nil {
				return err
			}
			sum := sha256.Sum256(openapi.Spec())
			version.Spec = specVersion{tree.String(tree.ObjectAt(document, "info")["version"]), hex.EncodeToString(sum[:])}
			return printValue(command, a.output, version, programVersion.rows)
		},
	}))
}

// versionOf returns the version of this program without that of the spec. The info may be nil. If
// another module is the main one, as for 'go tool xsale', the commit in it is not this program's.
func versionOf(info *debug.BuildInfo) programVersion {
	version := programVersion{Version: xsale.Version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if info == nil {
		return version
	}
	if info.Main.Path == modulePath {
		version.Module = info.Main.Version
		for _, setting := range info.Settings {
			switch setting.Key {
			case "vcs.revision":
				version.Commit = setting.Value
			case "vcs.modified":
				version.Modified = setting.Value == "true"
			}
		}
	}
	for _, dependency := range info.Deps {
		if dependency.Path == modulePath && dependency.Replace == nil {
			version.Module = dependency.Version
		}
	}
	if version.Module == "(devel)" {
		version.Module = ""
	}
	if version.Commit == "" && module.IsPseudoVersion(version.Module) {
		version.Commit, _ = module.PseudoVersionRev(version.Module)
	}
	return version
}

// rows returns the version for people.
func (v programVersion) rows() [][]any {
	commit := v.Commit
	switch {
	case commit == "" && v.Module != "":
		commit = "unknown; the module has version " + v.Module
	case commit == "":
		commit = "unknown; Go has recorded none"
	case v.Modified:
		commit += ", modified"
	}
	return [][]any{
		{"xsale " + v.Version},
		{"commit", commit},
		{"go", v.Go + " " + v.Platform},
		{"spec", fmt.Sprintf("%s, SHA-256 %s", v.Spec.Version, v.Spec.SHA256)},
	}
}
