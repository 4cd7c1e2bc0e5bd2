package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// Versions of the peers, the same as in the client benchmark.
const (
	oapiCodegen = "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2"
	ogen        = "github.com/ogen-go/ogen/cmd/ogen@v1.24.0"
)

// candidate is a generator, with a module in which its code compiles.
type candidate struct {
	name     string
	module   string // directory
	generate func(document, out string) *exec.Cmd
}

// newCandidates prepares the modules of all generators. clean removes what is outside dir.
func newCandidates(dir, root, before string) (candidates []candidate, clean func(), err error) {
	clean = func() {}
	own := func(name, root string) error {
		binary := filepath.Join(dir, name+".exe")
		if _, err := output(command(root, "go", "build", "-o", binary, "./cmd/xsale")); err != nil {
			return err
		}
		module, err := newModule(filepath.Join(dir, name), root, "github.com/xsale-go/xsale")
		candidates = append(candidates, candidate{name, module, func(document, out string) *exec.Cmd {
			return command(module, binary, "generate", "--spec", document, "--package", "api", "--out", out)
		}})
		return err
	}
	if before != "" {
		tree := filepath.Join(dir, "tree")
		if _, err := output(command(root, "git", "worktree", "add", "--detach", tree, before)); err != nil {
			return nil, clean, err
		}
		clean = func() { output(command(root, "git", "worktree", "remove", "--force", tree)) }
		if err := own("before", tree); err != nil {
			return nil, clean, err
		}
	}
	if err := own("xsale", root); err != nil {
		return nil, clean, err
	}
	bench := filepath.Join(root, "bench")
	for _, peer := range []struct {
		name, tool string
		arguments  func(document, out string) []string
	}{
		{"oapi-codegen", oapiCodegen, func(document, out string) []string {
			return []string{"-generate", "types,client", "-package", "api", "-o", filepath.Join(out, "api.go"), document}
		}},
		{"ogen", ogen, func(document, out string) []string {
			return []string{"-target", out, "-package", "api", "-clean", "-config", filepath.Join(bench, "client", "ogen", "ogen.yaml"), document}
		}},
	} {
		module, err := newModule(filepath.Join(dir, peer.name), bench, "")
		if err != nil {
			return nil, clean, err
		}
		binary := filepath.Join(dir, peer.name+".exe")
		install := command(dir, "go", "install", peer.tool)
		install.Env = append(os.Environ(), "GOBIN="+filepath.Join(dir, "bin"))
		if _, err := output(install); err != nil {
			return nil, clean, err
		}
		if err := os.Rename(filepath.Join(dir, "bin", peer.name), binary); err != nil {
			return nil, clean, err
		}
		candidates = append(candidates, candidate{peer.name, module, func(document, out string) *exec.Cmd {
			return command(module, binary, peer.arguments(document, out)...)
		}})
	}
	return candidates, clean, nil
}

var requirements = regexp.MustCompile(`(?s)\nrequire \(.*?\n\)`)

// newModule returns a module with the requirements of another. It also requires the module at root
// if that has a path.
func newModule(dir, root, path string) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	module, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return "", err
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		return "", err
	}
	text := "module generated.test\n\ngo 1.26.0\n" + strings.Join(requirements.FindAllString(string(module), -1), "\n") + "\n"
	if path == "" {
		text = regexp.MustCompile(`(?m)^\tgithub.com/xsale-go/xsale .*\n`).ReplaceAllString(text, "")
	} else {
		text += "\nrequire " + path + " v0.0.0\n\nreplace " + path + " => " + root + "\n"
	}
	return dir, errors.Join(os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o600), os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o600))
}

// measure generates the code of a document, and compiles it.
func (c candidate) measure(out, document string) (result, error) {
	if err := os.MkdirAll(out, 0o700); err != nil {
		return result{}, err
	}
	if _, err := output(c.generate(document, out)); err != nil {
		return result{}, err
	}
	lines, err := countLines(out)
	if err != nil {
		return result{}, err
	}
	compiled, err := compilePackage(c.module, out)
	compiled.lines = lines
	return compiled, err
}

func countLines(dir string) (int, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	lines := 0
	for _, file := range files {
		content, readErr := os.ReadFile(file)
		err = errors.Join(err, readErr)
		lines += bytes.Count(content, []byte("\n"))
	}
	return lines, err
}

func command(dir, name string, arguments ...string) *exec.Cmd {
	c := exec.Command(name, arguments...)
	c.Dir = dir
	c.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	return c
}

// output runs a command. What a failed one wrote to standard error is its error.
func output(c *exec.Cmd) ([]byte, error) {
	var problems bytes.Buffer
	c.Stderr = &problems
	out, err := c.Output()
	if err != nil && problems.Len() > 0 {
		return out, errors.New(problems.String())
	}
	if err != nil {
		return out, fmt.Errorf("%s: %w", filepath.Base(c.Path), err)
	}
	return out, nil
}
