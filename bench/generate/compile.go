package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// compileLog is set for the tools of a build. Its value is the file for the result.
const compileLog = "XSALE_BENCH_COMPILE_LOG"

// result is what a generator has written, and what compiling it took.
type result struct {
	lines   int
	compile time.Duration // of all processors
	memory  int64         // resident bytes of the compiler at their peak
}

// compilePackage compiles the package in dir, once its dependencies are in the build cache.
func compilePackage(module, dir string) (result, error) {
	dependencies, err := output(command(dir, "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "."))
	if err != nil {
		return result{}, err
	}
	paths := strings.Fields(string(dependencies)) // the last is the package itself
	if len(paths) > 1 {
		if _, err := output(command(module, "go", append([]string{"build"}, paths[:len(paths)-1]...)...)); err != nil {
			return result{}, err
		}
	}
	self, err := os.Executable()
	if err != nil {
		return result{}, err
	}
	log := filepath.Join(dir, "compile.json")
	build := command(dir, "go", "build", "-toolexec", self, ".")
	build.Env = append(build.Env, compileLog+"="+log)
	if _, err := output(build); err != nil {
		return result{}, err
	}
	content, err := os.ReadFile(log)
	if err != nil {
		return result{}, fmt.Errorf("the package was not compiled: %w", err)
	}
	var measured struct{ Nanoseconds, Bytes int64 }
	err = json.Unmarshal(content, &measured)
	return result{compile: time.Duration(measured.Nanoseconds), memory: measured.Bytes}, err
}

// runTool runs a tool of the build. It measures the compiler.
func runTool(log string, arguments []string) int {
	tool := exec.Command(arguments[0], arguments[1:]...)
	tool.Stdin, tool.Stdout, tool.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := tool.Run()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		return failed.ExitCode()
	}
	usage, known := tool.ProcessState.SysUsage().(*syscall.Rusage)
	name := strings.TrimSuffix(filepath.Base(arguments[0]), ".exe")
	if err == nil && known && name == "compile" && !slices.Contains(arguments, "-V=full") {
		content := fmt.Sprintf(`{"nanoseconds": %d, "bytes": %d}`, tool.ProcessState.UserTime()+tool.ProcessState.SystemTime(), usage.Maxrss*1024)
		err = os.WriteFile(log, []byte(content), 0o600)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
