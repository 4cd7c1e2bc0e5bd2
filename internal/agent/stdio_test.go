package agent_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"

	"github.com/xsale-go/xsale/internal/agent"
)

// A line that is not a message gets an error, and the next one is read.
func TestStdioSkipsNonsense(t *testing.T) {
	input := strings.Join([]string{
		"nonsense", "", "  ", "[]", `{"jsonrpc":"2.0"`, strings.Repeat("x", 9<<20), "\x00\xff", `{"jsonrpc":"2.0","method":"a"}`, `{"jsonrpc":"2.0","method":"b"}`,
	}, "\n")
	var out bytes.Buffer
	connection, err := agent.Stdio(strings.NewReader(input), &out).Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"a", "b"} {
		message, err := connection.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if request, ok := message.(*jsonrpc.Request); !ok || request.Method != want {
			t.Errorf("got %v, want %s", message, want)
		}
	}
	if _, err := connection.Read(t.Context()); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
	if lines := strings.Count(out.String(), `"code":-32700`); lines != 5 {
		t.Errorf("%d responses: %s", lines, out.String())
	}
}

// The end of the input is not the end of the calls.
func TestStdioWaitsForResponses(t *testing.T) {
	input := `{"jsonrpc":"2.0","id":1,"method":"a"}
{"jsonrpc":"2.0","id":"2","method":"b"}
{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"2"}}
`
	connection, err := agent.Stdio(strings.NewReader(input), io.Discard).Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := connection.Read(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	ended := make(chan error)
	go func() {
		_, err := connection.Read(t.Context())
		ended <- err
	}()
	select {
	case err := <-ended:
		t.Fatalf("ended before the response: %v", err)
	default:
	}
	id, err := jsonrpc.MakeID(1.0)
	if err != nil {
		t.Fatal(err)
	}
	if err := connection.Write(t.Context(), &jsonrpc.Response{ID: id, Result: []byte(`{}`)}); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != io.EOF {
		t.Errorf("got %v", err)
	}
}
