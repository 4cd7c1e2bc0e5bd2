// Package redisserver starts a Redis server for a test.
package redisserver

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// Server is a redis-server process on a socket in its own directory.
type Server struct {
	Socket  string
	t       *testing.T
	process *exec.Cmd
}

// New starts a server, or skips the test if Redis is not installed.
func New(t *testing.T) *Server {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("needs a Redis server: install redis-server, for example with 'apt-get install redis-server'")
	}
	dir, err := os.MkdirTemp("", "redis") // not t.TempDir: the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{t: t, Socket: filepath.Join(dir, "s")}
	t.Cleanup(func() {
		s.Kill()
		os.RemoveAll(dir)
	})
	s.Start()
	return s
}

// Start starts the server, which New has done already.
func (s *Server) Start() {
	s.t.Helper()
	s.process = exec.Command("redis-server", "--port", "0", "--unixsocket", s.Socket, "--save", "", "--appendonly", "no", "--dir", filepath.Dir(s.Socket))
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	client := s.Client()
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

// Kill stops the server, which loses its data.
func (s *Server) Kill() {
	if s.process != nil {
		s.process.Process.Kill()
		s.process.Wait()
		s.process = nil
	}
}

// Client returns a new client, as another machine would use.
func (s *Server) Client() *redis.Client {
	client := Connect(s.Socket)
	s.t.Cleanup(func() { client.Close() })
	return client
}

// Connect returns a client of the server with the socket.
func Connect(socket string) *redis.Client {
	return redis.NewClient(&redis.Options{Network: "unix", Addr: socket, MaxRetries: -1, DialerRetries: 1, DialTimeout: 200 * time.Millisecond})
}
