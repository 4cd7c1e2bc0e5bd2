// Package pgserver starts a PostgreSQL server for a test.
package pgserver

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is a PostgreSQL process on a socket in its own directory.
type Server struct {
	dir       string
	databases atomic.Int64
}

// New starts a server, which stops at the end of the test. It skips the test if PostgreSQL is not
// installed.
func New(t testing.TB) *Server {
	t.Helper()
	bin := programs()
	if bin == "" {
		t.Skip("needs a PostgreSQL server: install postgresql, for example with 'apt-get install postgresql'")
	}
	dir, err := os.MkdirTemp("", "pg") // not t.TempDir: the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	user, err := account(dir)
	if err != nil {
		t.Fatal(err)
	}
	command := func(name string, arguments ...string) *exec.Cmd {
		command := exec.Command(filepath.Join(bin, name), arguments...)
		command.Dir, command.SysProcAttr = dir, user
		return command
	}
	data := filepath.Join(dir, "data")
	initialize := command("initdb", "--pgdata", data, "--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync")
	if output, err := initialize.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, output)
	}
	// A test does not survive a crash of the machine, so commits need not wait for the disk.
	server := command("postgres", "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "max_connections=300",
		"-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_wal_size=4GB")
	var log bytes.Buffer
	server.Stdout, server.Stderr = &log, &log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		server.Wait()
	}()
	// A test that dies, such as by its timeout, closes the pipe, too.
	guard := exec.Command("/bin/sh", "-c", `read -r _; kill -QUIT "$0"`, strconv.Itoa(server.Process.Pid))
	pipe, err := guard.StdinPipe()
	if err == nil {
		err = guard.Start()
	}
	if err != nil {
		server.Process.Kill()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		pipe.Close()
		guard.Wait()
		<-stopped
	})
	s := &Server{dir: dir}
	for deadline := time.Now().Add(30 * time.Second); ; {
		err := s.execute(context.Background(), "SELECT")
		if err == nil {
			return s
		}
		select {
		case <-stopped:
			t.Fatalf("the PostgreSQL server ended\n%s", log.Bytes())
		case <-time.After(5 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("the PostgreSQL server does not respond: %v", err)
		}
	}
}

// Database creates an empty database and returns its location.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	name := "test" + strconv.FormatInt(s.databases.Add(1), 10)
	if err := s.execute(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	return s.location(name)
}

func (s *Server) location(database string) string {
	return fmt.Sprintf("postgres://postgres@/%s?host=%s", database, s.dir)
}

func (s *Server) execute(ctx context.Context, statement string) error {
	connection, err := pgx.Connect(ctx, s.location("postgres"))
	if err != nil {
		return err
	}
	defer connection.Close(ctx)
	_, err = connection.Exec(ctx, statement)
	return err
}

// programs returns the directory of the newest version of the server's programs, or "". On Debian, they
// are not in the PATH.
func programs() string {
	if runtime.GOOS == "windows" { // another way to stop it, and other sockets
		return ""
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path)
	}
	newest, bin := 0, ""
	paths, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	for _, path := range paths {
		version, err := strconv.Atoi(strings.Split(path, "/")[4])
		if err == nil && version > newest {
			newest, bin = version, filepath.Dir(path)
		}
	}
	return bin
}
