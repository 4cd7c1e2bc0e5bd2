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
)

const fakeBehaviour = "FAKE_PRISM"

// TestMain lets the test program stand in for Prism.
func TestMain(m *testing.M) {
	if behaviour := os.Getenv(fakeBehaviour); behaviour != "" {
		os.Exit(fakePrism(behaviour, os.Args[1:]))
	}
	os.Exit(m.Run())
}

func fakePrism(behaviour string, arguments []string) int {
	switch behaviour {
	case "refuse":
		fmt.Println("the document is not valid")
		return 1
	case "port taken once":
		marker := filepath.Join(os.Getenv("PATH"), "second") // the folder of the test
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
		description, _ := os.ReadFile(arguments[1]) // is to be there as long as Prism is
		fmt.Fprintf(w, "%s\n%s", description, strings.Join(slices.Delete(slices.Clone(arguments), 1, 2), " "))
	}))
	fmt.Println(err)
	return 1
}

// behave puts the test program into the PATH as prism.
func behave(t *testing.T, behaviour string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.Symlink(self, filepath.Join(folder, "prism")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", folder)
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv(fakeBehaviour, behaviour)
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

func TestServersListenOnceTheyAreThere(t *testing.T) {
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
				t.Error("it listens on after Close")
			}
			server.Close() // again has no effect
			if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

func TestAFailedStartSaysWhatPrismSaid(t *testing.T) {
	for behaviour, says := range map[string]string{
		"refuse":            "prism mock: it ended by itself\nthe document is not valid",
		"port always taken": "prism mock: it ended by itself\nlisten EADDRINUSE",
	} {
		behave(t, behaviour)
		if _, err := Mock(t.Context(), nil); err == nil || !strings.HasPrefix(err.Error(), says) {
			t.Errorf("%s: %v", behaviour, err)
		}
		if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
			t.Errorf("%s: left behind: %v, %v", behaviour, left, err)
		}
	}
}

func TestAPortThatIsTakenIsNotTheEnd(t *testing.T) {
	behave(t, "port taken once")
	server, err := Mock(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	server.Close()
}

func TestTheWaitIsBounded(t *testing.T) {
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
