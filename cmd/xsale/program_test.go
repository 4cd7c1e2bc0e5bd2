package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	_ "github.com/xsale-go/xsale/internal/conformance/quickexit"
)

// The test binary also serves as the command and as the programs that the command runs;
// XSALE_TEST_PROGRAM selects one.
func TestMain(m *testing.M) {
	switch os.Getenv("XSALE_TEST_PROGRAM") {
	case "":
		dir, err := os.MkdirTemp("", "xsale-config") // not the accounts and specs of the user
		if err != nil {
			panic(err)
		}
		os.Setenv("XSALE_CONFIG_DIR", dir)
		code := m.Run()
		os.RemoveAll(dir)
		os.Exit(code)
	case "xsale":
		os.Setenv("XSALE_TEST_PROGRAM", "handler")
		main()
	case "handler":
		os.Exit(handler())
	case "hang":
		hang()
	}
}

// handler is a program for --exec and --hand-over-exec. It notes each call in a file, and exits as
// XSALE_TEST_PLAN specifies for the key: "4711=75" once, "4711=75!" always.
func handler() int {
	key := os.Getenv("XSALE_KEY")
	var order struct {
		ID int64 `json:"Id"`
	}
	input, err := io.ReadAll(os.Stdin)
	if err == nil {
		err = json.Unmarshal(input, &order)
	}
	if err != nil || strconv.FormatInt(order.ID, 10) != key {
		fmt.Fprintf(os.Stderr, "order %s, key %s, %v\n", input, key, err)
		return 1
	}
	log := os.Getenv("XSALE_TEST_LOG")
	before, _ := os.ReadFile(log)
	note(log, strings.TrimSpace(fmt.Sprintln(key, os.Getenv("XSALE_ATTEMPT"), os.Getenv("XSALE_OUTCOME"), os.Getenv("XSALE_REASON"))))
	fmt.Printf("order %s of %s\n", key, os.Getenv("XSALE_ORGANIZATION"))
	for entry := range strings.SplitSeq(os.Getenv("XSALE_TEST_PLAN"), ",") {
		planned, end, _ := strings.Cut(entry, "=")
		code, always := strings.CutSuffix(end, "!")
		if planned != key || os.Getenv("XSALE_OUTCOME") != "" || !always && strings.Contains("\n"+string(before), "\n"+key+" ") {
			continue
		}
		if code == "hang" {
			child := exec.Command(os.Args[0])
			child.Env = append(os.Environ(), "XSALE_TEST_PROGRAM=hang")
			child.Start()
			hang()
		}
		fmt.Fprintln(os.Stderr, "cannot import it:\n  unknown VAT rate")
		number, _ := strconv.Atoi(code)
		return number
	}
	return 0
}

// note appends a line to a file, as a whole.
func note(path, line string) {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = file.WriteString(line + "\n")
	}
	if err != nil {
		panic(err)
	}
	file.Close()
}

// hang never ends by itself. Its connection shows the test that it is alive.
func hang() {
	connection, err := net.Dial("tcp", os.Getenv("XSALE_TEST_ADDRESS"))
	if err != nil {
		panic(err)
	}
	io.Copy(io.Discard, connection)
	select {}
}

// useHandler makes the handler the program of commands, and returns a function that reads its notes.
func useHandler(t *testing.T, plan string) (line string, notes func() []string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(t.TempDir(), "log")
	t.Setenv("XSALE_TEST_PROGRAM", "handler")
	t.Setenv("XSALE_TEST_LOG", log)
	t.Setenv("XSALE_TEST_PLAN", plan)
	return `"` + self + `"`, func() []string {
		data, err := os.ReadFile(log)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	}
}
