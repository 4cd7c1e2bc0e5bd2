package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// An agent's program starts the command and ends it by closing its input.
func TestMCPProgram(t *testing.T) {
	sandbox := useSandbox(t)
	command := exec.Command(os.Args[0], "mcp")
	command.Env = append(os.Environ(), "XSALE_TEST_PROGRAM=xsale")
	var stderr strings.Builder
	command.Stderr = &stderr
	session, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil).Connect(t.Context(), &mcp.CommandTransport{Command: command}, nil)
	if err != nil {
		t.Fatal(err)
	}
	result, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: "list_orders", Arguments: map[string]any{"status_names": []string{"Nowe"}, "limit": 1}})
	if err != nil || result.IsError || !strings.Contains(result.Content[0].(*mcp.TextContent).Text, `"Id":271`) {
		t.Errorf("list_orders: %v, %v", result, err)
	}
	if err := session.Close(); err != nil || command.ProcessState.ExitCode() != exitOK {
		t.Errorf("the program ended with %v, %v", err, command.ProcessState)
	}
	if sandbox.Logins() != 1 || !strings.Contains(stderr.String(), "to read only; personal data is masked") {
		t.Errorf("%d logins, %s", sandbox.Logins(), stderr.String())
	}
}

// Calls in progress are finished when the input ends, and standard output has messages only.
func TestMCPOfOnePipe(t *testing.T) {
	useSandbox(t)
	input := strings.Join([]string{
		`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"0"}}}`,
		`{"jsonrpc":"2.0","method":"notifications/initialized"}`,
		`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"list_statuses"}}`,
		`{"jsonrpc":"2.0","id":"three","method":"tools/call","params":{"name":"get_me"}}`,
	}, "\n")
	r := execute(t, input, "mcp").expect(t, exitOK, "Do obsługi ręcznej")
	ids := map[string]bool{}
	for line := range strings.Lines(r.stdout) {
		var message struct {
			ID json.RawMessage `json:"id"`
		}
		if err := json.Unmarshal([]byte(line), &message); err != nil {
			t.Errorf("%q: %v", line, err)
		}
		ids[string(message.ID)] = true
	}
	if len(ids) != 3 || strings.Contains(r.stdout, "loremipsum@") {
		t.Errorf("responses %v\n%s", ids, r.stdout)
	}
}

func TestMCPWithASpecAndWrites(t *testing.T) {
	useSandbox(t)
	execute(t, "", "mcp", "--allow-write", "createOrder,settranslation").expect(t, exitOK, "8 operations", "to write with createOrder")
	execute(t, "", "mcp", "--allow-write", "createOrders").expect(t, exitUsage, "did you mean createOrder")
	execute(t, "", "mcp", "--spec", "../../internal/conformance/corpus/testdata/net8-todos.yaml", "--unmask").expect(t, exitOK, "net8-todos.yaml", "it sees personal data")
	execute(t, "", "mcp", "--credentials", "-").expect(t, exitUsage, "standard input is for the agent")
	execute(t, "", "mcp", "--timeout", "0s").expect(t, exitUsage, "want a positive duration")
}
