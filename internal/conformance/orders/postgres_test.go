package orders

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // for the connection of the test itself

	"github.com/xsale-go/xsale/internal/conformance/pgserver"
	"github.com/xsale-go/xsale/transfer"
	"github.com/xsale-go/xsale/transfer/postgres"
)

// server is a PostgreSQL database.
type server struct {
	t        testing.TB
	location string
	socket   string // of the server
	dir      string // for the sockets of programs
	opened   atomic.Int64
}

func newServer(t testing.TB, s *pgserver.Server) *server {
	dir, err := os.MkdirTemp("", "life")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	location := s.Database(t)
	parsed, err := url.Parse(location)
	if err != nil {
		t.Fatal(err)
	}
	return &server{t: t, location: location, socket: filepath.Join(parsed.Query().Get("host"), ".s.PGSQL.5432"), dir: dir}
}

// open connects a program through its own socket, which counts its statements and breaks at its death.
func (s *server) open(ctx context.Context, l *life) (transfer.Database[pgx.Tx], error) {
	dir := filepath.Join(s.dir, fmt.Sprint(s.opened.Add(1)))
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	listener, err := net.Listen("unix", filepath.Join(dir, ".s.PGSQL.5432"))
	if err != nil {
		return nil, err
	}
	l.atDeath(func() { listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go relay(l, connection.(*net.UnixConn), s.socket)
		}
	}()
	location, err := url.Parse(s.location)
	if err != nil {
		return nil, err
	}
	location.RawQuery = url.Values{"host": {dir}}.Encode()
	database, err := postgres.Open(ctx, location.String())
	if err != nil {
		return nil, err
	}
	return database, nil
}

// relay forwards a connection. Each request of the program is an event. At the death, either the request
// is not sent, or the server executes it and the result is lost.
func relay(l *life, program net.Conn, socket string) {
	defer program.Close()
	server, err := net.Dial("unix", socket)
	if err != nil {
		return
	}
	defer server.Close()
	l.atDeath(func() {
		program.Close()
		server.Close()
	})
	go func() {
		defer program.Close()
		io.Copy(program, server)
	}()
	requests := bufio.NewReaderSize(program, 32<<10)
	for message := []byte(nil); ; message = message[:0] {
		kind := 0 // bytes; the first message has none
		if message != nil {
			kind = 1
		}
		message = slices.Grow(message, 4096)[:kind+4]
		if _, err := io.ReadFull(requests, message); err != nil {
			return
		}
		length := int(binary.BigEndian.Uint32(message[kind:]))
		message = slices.Grow(message, length)[:kind+length]
		if _, err := io.ReadFull(requests, message[kind+4:]); err != nil {
			return
		}
		send := func() { _, err = server.Write(message) }
		if kind == 1 && (message[0] == 'Q' || message[0] == 'S') { // a query, or the end of one with parameters
			if !l.happens(send) {
				return
			}
		} else {
			send()
		}
		if err != nil {
			return
		}
	}
}

func (s *server) programs() int { return 2 }

func (s *server) observe(t testing.TB) *observer {
	db, err := sql.Open("pgx", s.location)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return &observer{t, db, func(column, shift string) string {
		return column + " + interval '" + shift + "'"
	}}
}
