package main

import (
	"bytes"
	"cmp"
	"errors"
	"go/token"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"github.com/xsale-go/xsale/internal/spec/pipeline"
	"github.com/xsale-go/xsale/internal/spec/selection"
	"github.com/xsale-go/xsale/openapi"
)

const (
	defaultConfigFile = "xsale.yaml"
	defaultPackage    = "xsaleapi"

	// lockFile is the lock file next to defaultConfigFile or, for a package without a settings
	// file, next to the code.
	lockFile = "xsale.lock"

	specFlagHelp = "`FILE`, URL or host of the spec, - for standard input (default the spec of this module)"
)

// generateConfig contains the settings of generate. Paths are relative to the directory of the
// settings file.
type generateConfig struct {
	Spec     string          `yaml:"spec"`
	Auth     bool            `yaml:"auth"`
	Package  string          `yaml:"package"`
	Output   string          `yaml:"output"`
	Split    bool            `yaml:"split"`
	Server   bool            `yaml:"server"`
	Raw      bool            `yaml:"raw"`
	Select   selectionConfig `yaml:"select"`
	Overlays []string        `yaml:"overlays"`

	lock string // file that keeps the Go names
}

type selectionConfig struct {
	Tags       []string `yaml:"tags"`
	Operations []string `yaml:"operations"`
	Paths      []string `yaml:"paths"`
	Methods    []string `yaml:"methods"`
}

// generateFlags are the flags of generate: the settings and the flags of a single run.
type generateFlags struct {
	generateConfig
	config               string
	init, explain, check bool
}

func (f *generateFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.config, "config", defaultConfigFile, "`FILE` with the settings")
	flags.BoolVar(&f.init, "init", false, "write a settings file, and generate.go with a line for go generate")
	flags.StringVar(&f.Spec, "spec", "", specFlagHelp)
	flags.BoolVar(&f.Auth, "auth", false, "fetch the spec with the tokens of your account")
	flags.StringVar(&f.Package, "package", defaultPackage, "`NAME` of the Go package")
	flags.StringVar(&f.Output, "out", "", "`DIR` to write to (default the name of the package)")
	flags.BoolVar(&f.Split, "split", false, "write types, client and server to separate files")
	flags.BoolVar(&f.Server, "server", false, "also write a server for fakes")
	flags.BoolVar(&f.Raw, "raw", false, "also write a client whose methods return *http.Response")
	flags.StringArrayVar(&f.Select.Tags, "tag", nil, "select operations with this `TAG`; repeatable")
	flags.StringArrayVar(&f.Select.Operations, "operation", nil, "select the operation with this `ID`; repeatable")
	flags.StringArrayVar(&f.Select.Paths, "path", nil, "select operations whose path starts with the segments of `PATH`; repeatable")
	flags.StringArrayVar(&f.Select.Methods, "method", nil, "select operations with this `METHOD`; repeatable")
	flags.StringArrayVar(&f.Overlays, "overlay", nil, "OpenAPI overlay `FILE` to apply; repeatable")
	flags.BoolVar(&f.explain, "explain", false, "list each change made to the spec")
	flags.BoolVar(&f.check, "check", false, "write nothing; fail if the code is out of date")
}

// resolve merges the settings file with the flags, which take precedence.
func (f *generateFlags) resolve(command *cobra.Command) (generateConfig, error) {
	given := command.Flags().Changed
	config, err := readGenerateConfig(f.config, given("config"))
	if err != nil {
		return config, err
	}
	configured := config.Output
	for name, set := range map[string]func(){
		"spec":      func() { config.Spec = f.Spec },
		"auth":      func() { config.Auth = f.Auth },
		"package":   func() { config.Package = f.Package },
		"out":       func() { config.Output = f.Output },
		"split":     func() { config.Split = f.Split },
		"server":    func() { config.Server = f.Server },
		"raw":       func() { config.Raw = f.Raw },
		"tag":       func() { config.Select.Tags = f.Select.Tags },
		"operation": func() { config.Select.Operations = f.Select.Operations },
		"path":      func() { config.Select.Paths = f.Select.Paths },
		"method":    func() { config.Select.Methods = f.Select.Methods },
		"overlay":   func() { config.Overlays = f.Overlays },
	} {
		if given(name) {
			set()
		}
	}
	config.Package = cmp.Or(config.Package, defaultPackage)
	config.Output = cmp.Or(config.Output, config.Package)
	if err := checkOutputDir(config.Output); err != nil {
		return config, err
	}
	config.lock = filepath.Join(config.Output, lockFile)
	if fileExists(f.config) && filepath.Clean(config.Output) == filepath.Clean(cmp.Or(configured, defaultPackage)) {
		config.lock = lockOf(f.config)
	}
	if !token.IsIdentifier(config.Package) {
		setting := f.config + ": package"
		if given("package") {
			setting = "--package"
		}
		return config, usagef("%s %q: not a Go package name: use letters and digits, such as %s", setting, config.Package, defaultPackage)
	}
	return config, nil
}

// checkOutputDir returns an error if a directory cannot be made because it, or one above it, is a file.
// Windows reports what is below a file as missing.
func checkOutputDir(path string) error {
	for dir := path; ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		switch {
		case err == nil && info.IsDir(), dir == filepath.Dir(dir):
			return nil
		case err == nil:
			return usagef("--out %s: %s is not a directory", path, dir)
		case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR):
			return usagef("--out %s: %w", path, cause(err))
		}
	}
}

// lockOf returns the lock file of a settings file.
func lockOf(configFile string) string {
	return strings.TrimSuffix(configFile, filepath.Ext(configFile)) + filepath.Ext(lockFile)
}

// readGenerateConfig reads the settings file, which may be missing unless it is required.
func readGenerateConfig(file string, required bool) (generateConfig, error) {
	var config generateConfig
	data, err := readText("--config", file)
	if errors.Is(err, fs.ErrNotExist) {
		if !required {
			return config, nil
		}
		err = usagef("%w; 'xsale generate --init' writes one", err)
	}
	if err != nil {
		return config, err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&config); err != nil && !errors.Is(err, io.EOF) {
		return config, usagef("%s: %s", file, settingsProblem(err))
	}
	dir := filepath.Dir(file)
	config.Output = relativeTo(dir, cmp.Or(config.Output, config.Package))
	for i, overlay := range config.Overlays {
		config.Overlays[i] = relativeTo(dir, overlay)
	}
	if local := relativeTo(dir, config.Spec); fileExists(local) {
		config.Spec = local
	}
	return config, nil
}

// Problems that the YAML library reports in terms of Go types.
var (
	unknownSetting = regexp.MustCompile(`field (\S+) not found in type \S+`)
	wrongSetting   = regexp.MustCompile(`cannot unmarshal (?:!!(?:seq|map)|!!\S+ (.+)) into (\S+)`)
)

// wantedSettings describes what each Go type of a setting accepts.
var wantedSettings = map[string]string{
	"bool":                 "true or false",
	"string":               "a string",
	"[]string":             "a list",
	"main.generateConfig":  "settings such as 'package: xsaleapi'",
	"main.selectionConfig": "tags, operations, paths or methods",
}

// settingsProblem rewords an error of the YAML library.
func settingsProblem(err error) string {
	invalid, ok := errors.AsType[*yaml.TypeError](err)
	if !ok {
		return strings.TrimPrefix(err.Error(), "yaml: ")
	}
	problems := slices.Clone(invalid.Errors)
	for i, problem := range problems {
		problem = unknownSetting.ReplaceAllString(problem, "unknown setting $1")
		if match := wrongSetting.FindStringSubmatch(problem); match != nil {
			line, _, _ := strings.Cut(problem, "cannot")
			problem = line + "want " + cmp.Or(wantedSettings[match[2]], "another value")
			if match[1] != "" {
				problem += ", got " + strings.Trim(match[1], "`")
			}
		}
		problems[i] = problem
	}
	return strings.Join(problems, "; ")
}

func relativeTo(dir, path string) string {
	if path == "" || path == "-" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil && path != ""
}

// pipelineOptions reads the overlays. This module's own comes first. It also applies to other specs,
// as far as it matches them, so that the specs of the module, the sandbox and the vendor give the
// same Go names.
func pipelineOptions(config generateConfig) (pipeline.Options, error) {
	options := pipeline.Options{
		Filter: selection.Filter(config.Select),
		Overlays: []pipeline.Overlay{{
			Name:     "go.overlay.yaml of this module",
			Data:     openapi.GoOverlay(),
			Optional: config.Spec != "" || config.Auth,
		}},
	}
	overlays, err := readOverlays("--overlay", config.Overlays)
	options.Overlays = append(options.Overlays, overlays...)
	return options, err
}

// readOverlays reads the overlay files that a flag names.
func readOverlays(flag string, files []string) (overlays []pipeline.Overlay, err error) {
	for _, file := range files {
		data, err := readText(flag, file)
		if err != nil {
			return nil, err
		}
		overlays = append(overlays, pipeline.Overlay{Name: file, Data: data})
	}
	return overlays, nil
}
