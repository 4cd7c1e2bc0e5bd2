package agent_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/internal/agent"
	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/xsaletest"
)

// connect returns an SDK client of a server that calls a sandbox. The gate is outside of what change
// may set.
func connect(t *testing.T, sandbox *xsaletest.Sandbox, change func(*agent.Config)) *mcp.ClientSession {
	t.Helper()
	document, err := contract.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	gate := agent.NewGate(sandbox.HTTPClient().Transport)
	client := sandbox.Client(t, xsale.WithHTTPClient(&http.Client{Transport: gate}), xsale.WithRetries(0))
	return connectTo(t, agent.Config{Client: client, Gate: gate, Document: document}, change)
}

func connectTo(t *testing.T, config agent.Config, change func(*agent.Config)) *mcp.ClientSession {
	t.Helper()
	if change != nil {
		change(&config)
	}
	server, err := agent.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	ctx, cancel := context.WithCancel(context.Background())
	near, far := mcp.NewInMemoryTransports()
	done := make(chan error, 1)
	go func() { done <- server.Run(ctx, far) }()
	session, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil).Connect(ctx, near, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		session.Close()
		cancel()
		<-done
	})
	return session
}

// use calls a tool and returns its text, and whether that is an error.
func use(t *testing.T, session *mcp.ClientSession, name string, arguments any) (text string, failed bool) {
	t.Helper()
	result, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: name, Arguments: arguments})
	if err != nil {
		t.Fatalf("%s %v: %v", name, arguments, err)
	}
	if len(result.Content) != 1 {
		t.Fatalf("%s: %d contents", name, len(result.Content))
	}
	return result.Content[0].(*mcp.TextContent).Text, result.IsError
}

type args = map[string]any

// must calls a tool that succeeds, and returns its output.
func must(t *testing.T, session *mcp.ClientSession, name string, arguments any) map[string]any {
	t.Helper()
	text, failed := use(t, session, name, arguments)
	if failed {
		t.Fatalf("%s %v: %s", name, arguments, text)
	}
	var output map[string]any
	if err := json.Unmarshal([]byte(text), &output); err != nil {
		t.Fatalf("%s: %v in %s", name, err, text)
	}
	return output
}
