package gateway

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Limits of the server. Beyond the limit, new connections wait.
const (
	maxConnections = 512
	maxHeader      = 64 << 10         // bytes of a request's header
	headerTimeout  = 10 * time.Second // for a request's header
	idleTimeout    = 2 * time.Minute  // of a connection between two requests
	stopTimeout    = 10 * time.Second // for requests in progress when the gateway stops
)

// Serve accepts connections until ctx ends. Requests in progress then have 10 seconds to finish.
func (g *Gateway) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler: g, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		DisableGeneralOptionsHandler: true, // which responds to OPTIONS * without the handler
		ErrorLog:                     slog.NewLogLogger(g.logger.Handler(), slog.LevelDebug),
	}
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(stopped)
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			server.Close()
		}
	})
	err := server.Serve(newLimited(listener))
	if stop() {
		return err
	}
	<-stopped
	return nil
}

// limited accepts a connection only while there are few.
type limited struct {
	net.Listener
	places chan struct{}
}

func newLimited(listener net.Listener) *limited {
	return &limited{listener, make(chan struct{}, maxConnections)}
}

// Accept implements [net.Listener]. Closing the listener ends it only once a place is free, which
// stopping the server makes.
func (l *limited) Accept() (net.Conn, error) {
	l.places <- struct{}{}
	connection, err := l.Listener.Accept()
	if err != nil {
		<-l.places
		return nil, err
	}
	return &limitedConnection{Conn: connection, release: sync.OnceFunc(func() { <-l.places })}, nil
}

type limitedConnection struct {
	net.Conn
	release func()
}

func (c *limitedConnection) Close() error {
	defer c.release()
	return c.Conn.Close()
}
