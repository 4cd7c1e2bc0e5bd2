package prism

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/xsale-go/xsale/internal/conformance/quickexit"
)

const fakeBehaviour = "FAKE_PRISM"

// TestMain runs the test binary as Prism.
func TestMain(m *testing.M) {
	if behavior := os.Getenv(fakeBehaviour); behavior != "" {
		os.Exit(fakePrism(behavior, os.Args[1:]))
	}
	os.Exit(m.Run())
}

func fakePrism(behavior string, arguments []string) int {
	switch behavior {
	case "reject":
		fmt.Println("the document is not valid")
		return 1
	case "port taken once":
		marker := filepath.Join(os.Getenv("PATH"), "second") // the directory of the test
		if _, err := os.Stat(marker); errors.Is(err, os.ErrNotExist) {
			_ = os.WriteFile(marker, nil, 0o600)
			fmt.Println("listen EADDRINUSE: address already in use")
			return 1
		}
	case "port always taken":
		fmt.Println("listen EADDRINUSE: address already in use")
		return 1
	case "never listen":
		select {}
	}
	value := func(flag string) string { return arguments[slices.Index(arguments, flag)+1] }
	address := net.JoinHostPort(value("--host"), value("--port"))
	err := http.ListenAndServe(address, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		spec, _ := os.ReadFile(arguments[1]) // must exist while Prism runs
		fmt.Fprintf(w, "%s\n%s", spec, strings.Join(slices.Delete(slices.Clone(arguments), 1, 2), " "))
	}))
	fmt.Println(err)
	return 1
}

// behave puts the test binary into the PATH as prism.
func behave(t *testing.T, behavior string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(self, filepath.Join(dir, "prism")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv(fakeBehaviour, behavior)
}

func get(t *testing.T, address string) string {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var body [1000]byte
	n, _ := response.Body.Read(body[:])
	return string(body[:n])
}

func TestServersListen(t *testing.T) {
	for name, test := range map[string]struct {
		start func(context.Context) (*Server, error)
		want  string
	}{
		"mock":  {func(ctx context.Context) (*Server, error) { return Mock(ctx, []byte("openapi")) }, "openapi\nmock --host 127.0.0.1 --port "},
		"proxy": {func(ctx context.Context) (*Server, error) { return Proxy(ctx, []byte("openapi"), "http://b") }, "openapi\nproxy http://b --errors --host 127.0.0.1 --port "},
	} {
		t.Run(name, func(t *testing.T) {
			behave(t, "listen")
			server, err := test.start(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got := get(t, server.URL); !strings.HasPrefix(got, test.want) || !strings.HasSuffix(got, " --verboseLevel fatal") {
				t.Errorf("started as %q", got)
			}
			server.Close()
			if _, err := http.Get(server.URL); err == nil {
				t.Error("still listening after Close")
			}
			server.Close() // again has no effect
			if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

func TestStartReturnsOutput(t *testing.T) {
	for behavior, says := range map[string]string{
		"reject":            "prism mock: exited\nthe document is not valid",
		"port always taken": "prism mock: exited\nlisten EADDRINUSE",
	} {
		behave(t, behavior)
		if _, err := Mock(t.Context(), nil); err == nil || !strings.HasPrefix(err.Error(), says) {
			t.Errorf("%s: %v", behavior, err)
		}
		if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
			t.Errorf("%s: left behind: %v, %v", behavior, left, err)
		}
	}
}

func TestStartRetriesTakenPort(t *testing.T) {
	behave(t, "port taken once")
	server, err := Mock(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	server.Close()
}

func TestStartTimeout(t *testing.T) {
	behave(t, "never listen")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := Mock(ctx, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestWithoutPrism(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := Mock(t.Context(), nil); err == nil || !strings.HasPrefix(err.Error(), "start Prism: ") {
		t.Errorf("got %v", err)
	}
}
