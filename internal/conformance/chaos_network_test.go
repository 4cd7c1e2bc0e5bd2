package xsale_test

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
)

// memoryNetwork carries connections in memory, because under testing/synctest the time stands still while a goroutine
// waits for a real one.
type memoryNetwork struct {
	dialed, open atomic.Int32 // connections that were made, and ends of them that are not closed

	mu        sync.Mutex
	listeners map[string]*memoryListener
}

func newMemoryNetwork() *memoryNetwork {
	return &memoryNetwork{listeners: map[string]*memoryListener{}}
}

// listen returns a listener at an address of its own on loopback.
func (n *memoryNetwork) listen() *memoryListener {
	n.mu.Lock()
	defer n.mu.Unlock()
	listener := &memoryListener{
		address:     &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1 + len(n.listeners)},
		connections: make(chan net.Conn),
		closed:      make(chan struct{}),
	}
	n.listeners[listener.address.String()] = listener
	return listener
}

// dial has the form of a transport's DialContext.
func (n *memoryNetwork) dial(ctx context.Context, _, address string) (net.Conn, error) {
	n.mu.Lock()
	listener := n.listeners[address]
	n.mu.Unlock()
	if listener == nil {
		return nil, fmt.Errorf("nobody listens at %s", address)
	}
	near, far := net.Pipe()
	n.open.Add(2)
	client, server := &memoryConn{Conn: near, network: n}, &memoryConn{Conn: far, network: n}
	var err error
	select {
	case listener.connections <- server:
		n.dialed.Add(1)
		return client, nil
	case <-listener.closed:
		err = fmt.Errorf("nobody listens at %s any more", address)
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	client.Close()
	server.Close()
	return nil, err
}

// memoryConn counts its end.
type memoryConn struct {
	net.Conn
	network *memoryNetwork
	once    sync.Once
}

func (c *memoryConn) Close() error {
	c.once.Do(func() { c.network.open.Add(-1) })
	return c.Conn.Close()
}

type memoryListener struct {
	address     net.Addr
	connections chan net.Conn
	closed      chan struct{}
	once        sync.Once
}

func (l *memoryListener) Accept() (net.Conn, error) {
	select {
	case connection := <-l.connections:
		return connection, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *memoryListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *memoryListener) Addr() net.Addr { return l.address }
