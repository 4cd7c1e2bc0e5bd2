package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

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
)

// generateConfig are the settings of generate. Paths are relative to the folder of the file that they stand in.
type generateConfig struct {
	Spec     string          `yaml:"spec"`
	Auth     bool            `yaml:"auth"`
	Package  string          `yaml:"package"`
	Output   string          `yaml:"output"`
	Split    bool            `yaml:"split"`
	Server   bool            `yaml:"server"`
	Select   selectionConfig `yaml:"select"`
	Overlays []string        `yaml:"overlays"`
}

type selectionConfig struct {
	Tags       []string `yaml:"tags"`
	Operations []string `yaml:"operations"`
	Paths      []string `yaml:"paths"`
	Methods    []string `yaml:"methods"`
}

// generateFlags are the flags of generate: the settings, and what is about one run.
type generateFlags struct {
	generateConfig
	config               string
	init, explain, check bool
}

func (f *generateFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.config, "config", defaultConfigFile, "file with the settings")
	flags.BoolVar(&f.init, "init", false, "write a file with the settings, and generate.go with the line for go generate")
	flags.StringVar(&f.Spec, "spec", "", "file, URL or host of the description, - for standard input (default the description of this module)")
	flags.BoolVar(&f.Auth, "auth", false, "fetch the description with the tokens of your account")
	flags.StringVar(&f.Package, "package", defaultPackage, "name of the Go package")
	flags.StringVar(&f.Output, "out", "", "folder to write to (default the name of the package)")
	flags.BoolVar(&f.Split, "split", false, "write types, client and server to files of their own")
	flags.BoolVar(&f.Server, "server", false, "write a server for fakes, too")
	flags.StringArrayVar(&f.Select.Tags, "tag", nil, "only operations with this tag; may be repeated, as the next three")
	flags.StringArrayVar(&f.Select.Operations, "operation", nil, "only the operation with this id")
	flags.StringArrayVar(&f.Select.Paths, "path", nil, "only operations whose path starts with these segments")
	flags.StringArrayVar(&f.Select.Methods, "method", nil, "only operations of this method")
	flags.StringArrayVar(&f.Overlays, "overlay", nil, "OpenAPI overlay file to apply; may be repeated")
	flags.BoolVar(&f.explain, "explain", false, "list each change that is made to the description")
	flags.BoolVar(&f.check, "check", false, "write nothing, and fail where the code is out of date")
}

// resolve puts the flags that were given over the settings of the file.
func (f *generateFlags) resolve(command *cobra.Command) (generateConfig, error) {
	given := command.Flags().Changed
	config, err := readGenerateConfig(f.config, given("config"))
	if err != nil {
		return config, err
	}
	for name, set := range map[string]func(){
		"spec":      func() { config.Spec = f.Spec },
		"auth":      func() { config.Auth = f.Auth },
		"package":   func() { config.Package = f.Package },
		"out":       func() { config.Output = f.Output },
		"split":     func() { config.Split = f.Split },
		"server":    func() { config.Server = f.Server },
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
	if config.Package == "" {
		config.Package = defaultPackage
	}
	if config.Output == "" {
		config.Output = config.Package
	}
	return config, nil
}

// readGenerateConfig reads the settings; a file that nobody has asked for may be missing.
func readGenerateConfig(file string, isAskedFor bool) (generateConfig, error) {
	var config generateConfig
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) && !isAskedFor {
		return config, nil
	}
	if err != nil {
		return config, usageError{fmt.Errorf("--config: %w; 'xsale generate --init' writes one", err)}
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&config); err != nil && !errors.Is(err, io.EOF) {
		return config, usageError{fmt.Errorf("%s: %w", file, err)}
	}
	folder := filepath.Dir(file)
	config.Output = relativeTo(folder, firstNonEmpty(config.Output, config.Package))
	for i, overlay := range config.Overlays {
		config.Overlays[i] = relativeTo(folder, overlay)
	}
	if local := relativeTo(folder, config.Spec); fileExists(local) {
		config.Spec = local
	}
	return config, nil
}

func relativeTo(folder, path string) string {
	if path == "" || path == "-" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(folder, path)
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil && path != ""
}

// pipelineOptions reads the overlays. The description of this module comes with one of its own.
func pipelineOptions(config generateConfig) (pipeline.Options, error) {
	options := pipeline.Options{Filter: selection.Filter(config.Select)}
	if config.Spec == "" && !config.Auth {
		options.Overlays = append(options.Overlays, pipeline.Overlay{Name: "go.overlay.yaml of this module", Data: openapi.GoOverlay()})
	}
	for _, file := range config.Overlays {
		data, err := os.ReadFile(file)
		if err != nil {
			return options, usageError{fmt.Errorf("--overlay: %w", err)}
		}
		options.Overlays = append(options.Overlays, pipeline.Overlay{Name: file, Data: data})
	}
	return options, nil
}
