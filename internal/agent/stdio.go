package agent

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// Stdio returns the transport of a process: a message on each line. In contrast to that of the SDK, a
// line that is no message is reported to the agent and ends nothing, and at the end of the input the
// calls in progress are still finished.
func Stdio(in io.Reader, out io.Writer) mcp.Transport { return &stdio{in, out} }

type stdio struct {
	in  io.Reader
	out io.Writer
}

// Connect implements [mcp.Transport].
func (t *stdio) Connect(context.Context) (mcp.Connection, error) {
	c := &connection{out: t.out, lines: make(chan line), closed: make(chan struct{}), waiting: map[any]bool{}, idle: make(chan struct{}, 1)}
	go c.readLines(t.in)
	return c, nil
}

// maxLine bounds a message of the agent.
const maxLine = 8 << 20

type line struct {
	data []byte
	err  error
}

type connection struct {
	lines     chan line
	closeOnce sync.Once
	closed    chan struct{}

	mu      sync.Mutex
	out     io.Writer
	waiting map[any]bool // ids of requests without a response
	idle    chan struct{}
}

// readLines reads in the background, because a read of standard input cannot be interrupted.
func (c *connection) readLines(in io.Reader) {
	reader := bufio.NewReaderSize(in, 64<<10)
	for {
		data, err := readLine(reader)
		select {
		case c.lines <- line{data, err}:
		case <-c.closed:
			return
		}
		if err != nil && !errors.Is(err, errLongLine) {
			return
		}
	}
}

var errLongLine = fmt.Errorf("a message is longer than %d bytes", maxLine)

// readLine returns a line. It skips the rest of one that is too long.
func readLine(reader *bufio.Reader) ([]byte, error) {
	var all []byte
	long := false
	for {
		part, err := reader.ReadSlice('\n')
		if long = long || len(all)+len(part) > maxLine; !long {
			all = append(all, part...)
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err != nil && len(all) == 0:
			return nil, err
		case long:
			return nil, errLongLine
		}
		return all, nil // without an end, the next read returns the error
	}
}

// Read implements [mcp.Connection].
func (c *connection) Read(ctx context.Context) (jsonrpc.Message, error) {
	for {
		var next line
		select {
		case next = <-c.lines:
		case <-c.closed:
			return nil, io.EOF
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if next.err != nil && !errors.Is(next.err, errLongLine) {
			c.drain(ctx)
			return nil, next.err
		}
		if next.err == nil && blank(next.data) {
			continue
		}
		message, err := jsonrpc.DecodeMessage(next.data)
		if next.err != nil || err != nil {
			if err := c.write([]byte(`{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"the line is not a JSON-RPC message"}}`)); err != nil {
				return nil, err
			}
			continue
		}
		if request, ok := message.(*jsonrpc.Request); ok {
			c.expect(request)
		}
		return message, nil
	}
}

// expect notes that a request gets a response. One that is canceled may get none.
func (c *connection) expect(request *jsonrpc.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if request.IsCall() {
		c.waiting[request.ID.Raw()] = true
		return
	}
	var params struct {
		RequestID any `json:"requestId"`
	}
	if request.Method == "notifications/cancelled" && json.Unmarshal(request.Params, &params) == nil {
		if id, err := jsonrpc.MakeID(params.RequestID); err == nil {
			delete(c.waiting, id.Raw())
		}
	}
}

func blank(data []byte) bool {
	for _, b := range data {
		if b != ' ' && b != '\t' && b != '\r' && b != '\n' {
			return false
		}
	}
	return true
}

// drain waits until all requests have a response. A tool has a time limit.
func (c *connection) drain(ctx context.Context) {
	for {
		c.mu.Lock()
		count := len(c.waiting)
		c.mu.Unlock()
		if count == 0 {
			return
		}
		select {
		case <-c.idle:
		case <-c.closed:
			return
		case <-ctx.Done():
			return
		}
	}
}

// Write implements [mcp.Connection].
func (c *connection) Write(_ context.Context, message jsonrpc.Message) error {
	data, err := jsonrpc.EncodeMessage(message)
	if err != nil {
		return err
	}
	err = c.write(data)
	if response, ok := message.(*jsonrpc.Response); ok {
		c.mu.Lock()
		delete(c.waiting, response.ID.Raw())
		c.mu.Unlock()
		select {
		case c.idle <- struct{}{}:
		default:
		}
	}
	return err
}

func (c *connection) write(data []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err := c.out.Write(append(data, '\n'))
	return err
}

// Close implements [mcp.Connection].
func (c *connection) Close() error {
	c.closeOnce.Do(func() { close(c.closed) })
	return nil
}

// SessionID implements [mcp.Connection].
func (c *connection) SessionID() string { return "" }
