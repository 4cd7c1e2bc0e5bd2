package languages

import (
	"bufio"
	"bytes"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"testing"
)

// The commands under test and the runner in Go, built once.
var xsaleCommand, goRunner string

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "languages")
	if err != nil {
		log.Print(err)
		return 1
	}
	defer os.RemoveAll(dir)
	command := exec.Command("go", "build", "-o", dir+string(filepath.Separator), "./cmd/xsale", "./internal/conformance/languages/runner")
	command.Dir = root
	if out, err := command.CombinedOutput(); err != nil {
		log.Printf("%v\n%s", err, out)
		return 1
	}
	xsaleCommand, goRunner = filepath.Join(dir, "xsale"), filepath.Join(dir, "runner")
	return m.Run()
}

// sandbox is a running xsale sandbox.
type sandbox struct {
	url         string
	environment []string // of programs that use it
	stop        func()   // returns once the process has ended
}

func startSandbox(t *testing.T) *sandbox {
	t.Helper()
	variables, stop := start(t, exec.Command(xsaleCommand, "sandbox", "--addr", "127.0.0.1:0"), "XSALE_ORGANIZATION")
	s := &sandbox{url: variables["XSALE_BASE_URL"], stop: stop}
	for name, value := range variables {
		s.environment = append(s.environment, name+"="+value)
	}
	return s
}

// startProxy starts a proxy to the sandbox and returns the variables with its address and secret.
func (s *sandbox) startProxy(t *testing.T, prefix string, flags ...string) []string {
	t.Helper()
	command := exec.Command(xsaleCommand, append([]string{"proxy", "--addr", "127.0.0.1:0", "--token-store", "memory"}, flags...)...)
	command.Env = append(os.Environ(), s.environment...)
	variables, _ := start(t, command, "XSALE_PROXY_SECRET")
	return []string{prefix + "URL=" + variables["XSALE_PROXY_URL"], prefix + "SECRET=" + variables["XSALE_PROXY_SECRET"]}
}

// startProxies starts both proxies and returns the environment of a runner.
func (s *sandbox) startProxies(t *testing.T) []string {
	t.Helper()
	return slices.Concat(s.environment, s.startProxy(t, "XSALE_PROXY_"), s.startProxy(t, "XSALE_READ_ONLY_PROXY_", "--read-only"))
}

// assignment is a line that sets a variable in a shell.
var assignment = regexp.MustCompile(`(XSALE_\w+)='?([^']*)`)

// start starts a command that prints variables, and returns them up to the last one. The command
// ends with the test at the latest.
func start(t *testing.T, command *exec.Cmd, last string) (variables map[string]string, stop func()) {
	t.Helper()
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		command.Process.Kill()
		command.Wait() // the error says that it was killed
	})
	t.Cleanup(func() {
		stop()
		if t.Failed() {
			t.Logf("%s:\n%s", command, &stderr)
		}
	})
	variables = make(map[string]string)
	lines := bufio.NewScanner(out)
	for variables[last] == "" && lines.Scan() {
		if match := assignment.FindStringSubmatch(lines.Text()); match != nil {
			variables[match[1]] = match[2]
		}
	}
	if variables[last] == "" {
		t.Fatalf("%s did not print %s", command, last)
	}
	go io.Copy(io.Discard, out)
	return variables, stop
}
