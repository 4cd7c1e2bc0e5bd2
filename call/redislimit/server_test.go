package redislimit_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// server is a redis-server process on a socket in its own directory.
type server struct {
	t       *testing.T
	socket  string
	process *exec.Cmd
}

// newServer starts a server, or skips the test if Redis is not installed.
func newServer(t *testing.T) *server {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("needs a Redis server: install redis-server, for example with 'apt-get install redis-server'")
	}
	dir, err := os.MkdirTemp("", "redis") // not t.TempDir: the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, socket: filepath.Join(dir, "s")}
	t.Cleanup(func() {
		s.kill()
		os.RemoveAll(dir)
	})
	s.start()
	return s
}

func (s *server) start() {
	s.t.Helper()
	s.process = exec.Command("redis-server", "--port", "0", "--unixsocket", s.socket, "--save", "", "--appendonly", "no", "--dir", filepath.Dir(s.socket))
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	client := s.client()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for client.Ping(ctx).Err() != nil {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			s.t.Fatal("the Redis server does not respond")
		}
	}
}

// kill stops the server, which loses its data.
func (s *server) kill() {
	if s.process != nil {
		s.process.Process.Kill()
		s.process.Wait()
		s.process = nil
	}
}

// client returns a new client, as another machine would use.
func (s *server) client() *redis.Client {
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: s.socket, MaxRetries: -1, DialerRetries: 1, DialTimeout: 200 * time.Millisecond})
	s.t.Cleanup(func() { client.Close() })
	return client
}
