package agent_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"unicode"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/internal/agent"
	"github.com/xsale-go/xsale/internal/conformance/fewer"
	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/xsaletest"
)

// Whatever an agent calls, nothing changes. Half of the calls go to the shipped spec, half to one of
// 350 operations.
func TestRandomCallsWriteNothing(t *testing.T) {
	calls := fewer.UnderRace(5000, 500) // to each
	for name, spec := range map[string][]byte{"shipped": nil, "350 operations": bigSpec(50)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := []xsaletest.Option{}
			document, err := contract.Shipped()
			if spec != nil {
				document, err = contract.Load(spec)
				options = append(options, xsaletest.WithSpec(spec))
			}
			if err != nil {
				t.Fatal(err)
			}
			sandbox, err := xsaletest.Start(options...)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { sandbox.Close() })
			var reads, writes atomic.Int64
			count := transport(func(r *http.Request) (*http.Response, error) {
				routed := document.Call(r)
				switch {
				case r.Header.Get("X-Id-Token") == "": // a login
				case r.Method == http.MethodGet && !strings.HasSuffix(r.URL.Path, "/archive"), r.Method == http.MethodHead:
					reads.Add(1)
				default:
					writes.Add(1)
					t.Errorf("%s %s was sent (%s)", r.Method, r.URL, routed.OperationID())
				}
				return sandbox.HTTPClient().Transport.RoundTrip(r)
			})
			gate := agent.NewGate(count)
			client := sandbox.Client(t, xsale.WithHTTPClient(&http.Client{Transport: gate}), xsale.WithRetries(0))
			session := connectTo(t, agent.Config{Client: client, Gate: gate, Document: document}, nil)
			tools, err := session.ListTools(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			c := caller{random: rand.New(rand.NewPCG(1, 2)), tools: tools.Tools}
			for _, o := range document.Operations() {
				c.operations = append(c.operations, o.ID, o.Method+" "+o.Path)
				if strings.HasPrefix(o.ID, "list") || strings.HasPrefix(o.ID, "get") { // or most calls would be rejected
					c.operations = append(c.operations, o.ID, o.ID, o.ID, o.ID)
				}
			}
			succeeded := 0
			for range calls {
				name, arguments := c.next()
				result, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: name, Arguments: arguments})
				if err != nil && c.known(name) {
					t.Fatalf("%s %v: %v", name, arguments, err)
				}
				if err != nil {
					continue
				}
				text := result.Content[0].(*mcp.TextContent).Text
				if strings.Contains(text, "tool failed on this input") {
					t.Errorf("%s %v panicked", name, arguments)
				}
				if result.IsError && (text == "" || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' })) {
					t.Errorf("%s %v: error %q", name, arguments, text)
				}
				if !result.IsError {
					succeeded++
					var output struct {
						NextCursor string `json:"next_cursor"`
					}
					if err := json.Unmarshal([]byte(text), &output); err != nil {
						t.Errorf("%s %v: %v in %s", name, arguments, err, text)
					}
					if output.NextCursor != "" {
						c.cursors = append(c.cursors, output.NextCursor)
					}
				}
			}
			for _, request := range sandbox.Requests() {
				if request.Method != http.MethodGet && request.Method != http.MethodHead || strings.HasSuffix(request.Path, "/archive") {
					t.Errorf("the sandbox got %s %s", request.Method, request.Path)
				}
			}
			t.Logf("%d calls, %d succeeded, %d reads, %d writes", calls, succeeded, reads.Load(), writes.Load())
			if succeeded < calls/10 || reads.Load() < int64(calls/100) {
				t.Error("too few calls succeeded: the test proves little")
			}
		})
	}
}

// caller makes random calls: right ones, nearly right ones, and nonsense.
type caller struct {
	random     *rand.Rand
	tools      []*mcp.Tool
	operations []string
	cursors    []string
}

func pick[T any](r *rand.Rand, all ...T) T { return all[r.IntN(len(all))] }

func (c *caller) known(name string) bool {
	for _, tool := range c.tools {
		if tool.Name == name {
			return true
		}
	}
	return false
}

func (c *caller) next() (string, any) {
	tool := pick(c.random, c.tools...)
	name := tool.Name
	switch c.random.IntN(20) {
	case 0:
		name = pick(c.random, "write_operation", "createOrder", "", "call_operation ", "Call_Operation", "tools/call", "delete")
	case 1:
		return name, c.value(3) // not even an object
	case 2:
		return "call_operation", args{"operation": c.operation(), "parameters": c.value(2), c.text(): c.value(1)}
	}
	arguments := args{}
	fields := tool.InputSchema.(map[string]any)["properties"].(map[string]any)
	for field := range fields {
		if c.random.IntN(3) == 0 || field == "operation" || field == "cursor" || field == "id" {
			arguments[field] = c.argument(field)
		}
	}
	if c.random.IntN(10) == 0 {
		arguments[pick(c.random, "method", "body", "path", "headers", "query", "_method", "url", c.text())] = c.value(2)
	}
	return name, arguments
}

func (c *caller) argument(field string) any {
	if c.random.IntN(15) == 0 {
		return c.value(2)
	}
	switch field {
	case "operation":
		return c.operation()
	case "limit":
		return pick[any](c.random, 1, 3, 20, 200, 0, -1, 201, 1e18, "2", 1.5)
	case "cursor":
		if len(c.cursors) > 0 && c.random.IntN(2) == 0 {
			return c.mutate(pick(c.random, c.cursors...))
		}
		return c.text()
	case "words":
		return pick(c.random, "", "order", "List orders", "delete", "things of kind 7", c.text())
	case "organization":
		return pick(c.random, xsaletest.Organization, "", "../"+xsaletest.Organization, c.text())
	case "id":
		return pick[any](c.random, 1, 501, "1", "1/translations", c.trick(), c.text())
	case "status_names":
		return pick[any](c.random, []string{"Nowe"}, []string{}, []string{c.text()}, "Nowe", []any{1})
	case "status_ids":
		return pick[any](c.random, []int{1}, []any{"1"}, []any{nil}, []any{1e30})
	case "pointer":
		return pick(c.random, "", "/Items/0", "/0", "x", "/~2", strings.Repeat("/0", 500))
	case "parameters", "filters":
		parameters := args{}
		switch c.random.IntN(3) {
		case 0:
			return pick(c.random, parameters, args{"id": "1"}, args{"q": "x"}, args{"id": 1})
		case 1:
			return args{"id": c.trick()}
		}
		for range c.random.IntN(4) {
			parameters[pick(c.random, "id", "organizationName", "q", "ids", "statusnamein", "statusidin", "categoryId", "X-HTTP-Method-Override", "_method", "Authorization", c.text())] =
				pick[any](c.random, 1, "1", c.trick(), []any{1, 2}, c.value(1))
		}
		return parameters
	}
	return c.value(2)
}

// operation returns the name of an operation, half of the time spoiled.
func (c *caller) operation() any {
	name := pick(c.random, c.operations...)
	if c.random.IntN(2) == 0 {
		return c.mutate(name)
	}
	return name
}

func (c *caller) mutate(name string) string {
	switch c.random.IntN(12) {
	case 0:
		return strings.ToUpper(name)
	case 1:
		return strings.ToLower(name)
	case 2:
		return " " + name + "\t\n"
	case 3:
		return strings.NewReplacer("O", "О", "a", "а", "e", "е").Replace(name) // Cyrillic
	case 4:
		return name + "\u200b"
	case 5:
		return "GET " + strings.TrimPrefix(strings.TrimPrefix(name, "POST "), "DELETE ")
	case 6:
		return strings.ReplaceAll(name, "Order", "-order")
	case 7:
		return name + "?_method=DELETE"
	case 8:
		return "list" + name
	case 9:
		return name[:c.random.IntN(len(name)+1)]
	case 10:
		return strings.ReplaceAll(name, "{id}", "1")
	}
	return name + pick(c.random, "\x00", "%00", "#", "/../", "\u202e", "ſ", "İ")
}

// trick returns a value that some servers resolve to another path.
func (c *caller) trick() string {
	return pick(c.random, "..", ".", "", "../orders", "%2e%2e", "1/archive", `1\archive`, "1%2Farchive", "1;archive", "1?_method=DELETE", "1#", "1\r\nDELETE / HTTP/1.1",
		"%252e%252e%252f", "1\u2215archive", "1/", "/1", "..;/", "\u002e\u002e", strings.Repeat("9", 400), " 1", "1 ")
}

func (c *caller) text() string {
	return pick(c.random, "", "x", "Nowe", "żółć", "\u0000", "\u202e\u200b", strings.Repeat("a", 5000), `"`, `\`, "{}", "[]", "null", "\U0001f600", "__proto__", fmt.Sprint(c.random.IntN(1000)))
}

// value returns any JSON.
func (c *caller) value(depth int) any {
	switch n := c.random.IntN(9); {
	case n == 0:
		return nil
	case n == 1:
		return c.random.IntN(2) == 0
	case n == 2:
		return c.random.IntN(1000) - 10
	case n == 3:
		return json.Number(pick(c.random, "1e400", "-0", "9007199254740993", "0.1000", "1E-7"))
	case n == 4 || depth == 0:
		return c.text()
	case n == 5:
		return c.trick()
	case n < 7:
		list := []any{}
		for range c.random.IntN(4) {
			list = append(list, c.value(depth-1))
		}
		return list
	}
	object := args{}
	for range c.random.IntN(4) {
		object[c.text()] = c.value(depth - 1)
	}
	return object
}
