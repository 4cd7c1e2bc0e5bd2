package languages

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
)

// programs are the commands under test and the runner in Go.
type programs struct{ xsale, runner string }

func build(t *testing.T) programs {
	t.Helper()
	dir := t.TempDir()
	command := exec.Command("go", "build", "-o", dir+string(filepath.Separator), "./cmd/xsale", "./internal/conformance/languages/runner")
	command.Dir = root
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return programs{filepath.Join(dir, "xsale"), filepath.Join(dir, "runner")}
}

// sandbox is a running xsale sandbox.
type sandbox struct {
	url         string
	environment []string // of programs that use it
	stop        func()   // returns once the process has ended
}

func startSandbox(t *testing.T, xsale string) *sandbox {
	t.Helper()
	variables, stop := start(t, exec.Command(xsale, "sandbox", "--addr", "127.0.0.1:0"), "XSALE_ORGANIZATION")
	s := &sandbox{url: variables["XSALE_BASE_URL"], stop: stop}
	for name, value := range variables {
		s.environment = append(s.environment, name+"="+value)
	}
	return s
}

// startProxy starts a proxy to the sandbox and returns the variables with its address and secret.
func (s *sandbox) startProxy(t *testing.T, xsale, prefix string, flags ...string) []string {
	t.Helper()
	command := exec.Command(xsale, append([]string{"proxy", "--addr", "127.0.0.1:0", "--token-store", "memory"}, flags...)...)
	command.Env = append(os.Environ(), s.environment...)
	variables, _ := start(t, command, "XSALE_PROXY_SECRET")
	return []string{prefix + "URL=" + variables["XSALE_PROXY_URL"], prefix + "SECRET=" + variables["XSALE_PROXY_SECRET"]}
}

// assignment is a line that sets a variable in a shell.
var assignment = regexp.MustCompile(`(XSALE_\w+)='?([^']*)`)

// start starts a command that prints variables, and returns them up to the last one. The command
// ends with the test at the latest.
func start(t *testing.T, command *exec.Cmd, last string) (variables map[string]string, stop func()) {
	t.Helper()
	command.Stderr = os.Stderr
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
	t.Cleanup(stop)
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
