package faults_test

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
)

// Network connects in memory, because synctest time stops while a goroutine waits for a real
// connection.
type Network struct {
	Dialed, Open atomic.Int32 // connections made, and ends not yet closed

	mu        sync.Mutex
	listeners map[string]*listener
}

// NewNetwork returns a network without listeners.
func NewNetwork() *Network {
	return &Network{listeners: map[string]*listener{}}
}

// Listen returns a listener at its own loopback address.
func (n *Network) Listen() net.Listener {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := &listener{
		address:     &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1 + len(n.listeners)},
		connections: make(chan net.Conn),
		closed:      make(chan struct{}),
	}
	n.listeners[l.address.String()] = l
	return l
}

// Dial is a transport's DialContext.
func (n *Network) Dial(ctx context.Context, _, address string) (net.Conn, error) {
	n.mu.Lock()
	listener := n.listeners[address]
	n.mu.Unlock()
	if listener == nil {
		return nil, fmt.Errorf("nobody listens at %s", address)
	}
	near, far := net.Pipe()
	n.Open.Add(2)
	client, server := &conn{Conn: near, network: n}, &conn{Conn: far, network: n}
	var err error
	select {
	case listener.connections <- server:
		n.Dialed.Add(1)
		return client, nil
	case <-listener.closed:
		err = fmt.Errorf("%s stopped listening", address)
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	client.Close()
	server.Close()
	return nil, err
}

// conn counts its Close.
type conn struct {
	net.Conn
	network *Network
	once    sync.Once
}

func (c *conn) Close() error {
	c.once.Do(func() { c.network.Open.Add(-1) })
	return c.Conn.Close()
}

type listener struct {
	address     net.Addr
	connections chan net.Conn
	closed      chan struct{}
	once        sync.Once
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case connection := <-l.connections:
		return connection, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *listener) Addr() net.Addr { return l.address }
