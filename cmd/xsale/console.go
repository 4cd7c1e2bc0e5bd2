package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale/transfer"
)

// console is the standard error of a long-running command: lines from several goroutines and, on a
// terminal, the progress below them.
type console struct {
	mu       sync.Mutex
	out      io.Writer
	progress string // as shown
}

const (
	progressEvery = 500 * time.Millisecond
	clearLine     = "\r\x1b[K"
)

// Unwrap returns the stream, which may be a terminal.
func (c *console) Unwrap() io.Writer { return c.out }

// Write writes whole lines.
func (c *console) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.progress == "" {
		return c.out.Write(p)
	}
	if _, err := fmt.Fprintf(c.out, "%s%s%s", clearLine, p, c.progress); err != nil {
		return 0, err
	}
	return len(p), nil
}

// show shows the progress, or removes it if it is empty.
func (c *console) show(progress string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if progress != c.progress {
		c.progress = progress
		io.WriteString(c.out, clearLine+progress)
	}
}

// follow shows the progress on a terminal until stop is called.
func (c *console) follow(ctx context.Context, progress func() string) (stop func()) {
	if !terminal(c.out) {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(progressEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				c.show(progress())
			}
		}
	}()
	return func() {
		cancel()
		<-done
		c.show("")
	}
}

// follow shows the progress of a command whose output goes elsewhere: on the screen, the output itself
// shows it.
func follow(command *cobra.Command, progress func() string) (stop func()) {
	stderr, ok := command.ErrOrStderr().(*console)
	if !ok || terminal(command.OutOrStdout()) {
		return func() {}
	}
	return stderr.follow(command.Context(), progress)
}

// receivedBytes counts what is read.
type receivedBytes struct {
	io.Reader
	count atomic.Int64
}

func (r *receivedBytes) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.count.Add(int64(n))
	return n, err
}

// progress describes the count, such as "12.3 MB received".
func (r *receivedBytes) progress() string {
	return fmt.Sprintf("%.1f MB received", float64(r.count.Load())/1e6)
}

// lines returns a writer for the output of a program. Each line begins with a key.
func (c *console) lines(key string) *lineWriter { return &lineWriter{console: c, prefix: key + ": "} }

// lineWriter writes whole lines. It is not safe for concurrent use.
type lineWriter struct {
	console *console
	prefix  string
	rest    []byte
}

// maxLine is the length in bytes after which a line is broken.
const maxLine = 64 << 10

// Write implements [io.Writer].
func (w *lineWriter) Write(p []byte) (int, error) {
	w.rest = append(w.rest, p...)
	for {
		end := bytes.IndexByte(w.rest, '\n')
		switch {
		case end >= 0:
			w.write(w.rest[:end])
			w.rest = w.rest[end+1:]
		case len(w.rest) > maxLine:
			w.flush()
		default:
			return len(p), nil
		}
	}
}

// flush writes a last line that has no end.
func (w *lineWriter) flush() {
	if len(w.rest) > 0 {
		w.write(w.rest)
	}
	w.rest = nil
}

func (w *lineWriter) write(line []byte) {
	fmt.Fprintf(w.console, "%s%s\n", w.prefix, bytes.TrimSuffix(line, []byte("\r")))
}

// tally counts the steps of a flow for the progress.
type tally struct {
	mu     sync.Mutex
	counts map[string]int // successful steps, by name
	failed int
}

// hooks returns the callbacks that count.
func (t *tally) hooks() transfer.Hooks {
	return transfer.Hooks{Step: func(ctx context.Context, step transfer.Step) (context.Context, func(error)) {
		return ctx, func(err error) {
			t.mu.Lock()
			defer t.mu.Unlock()
			if err != nil {
				t.failed++
			} else if t.counts == nil {
				t.counts = map[string]int{step.Name: 1}
			} else {
				t.counts[step.Name]++
			}
		}
	}}
}

// progress describes the counts, such as "12 handled, 1 failed attempt".
func (t *tally) progress(step, verb string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := fmt.Sprintf("%s %s", counted(t.counts[step], "order"), verb)
	if t.failed > 0 {
		text += ", " + counted(t.failed, "failed attempt")
	}
	return text
}
