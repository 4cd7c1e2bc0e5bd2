package agent_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/internal/agent"
	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/xsaletest"
)

// connectAPI returns an SDK client of a server for another API, with the login of a sandbox.
func connectAPI(t *testing.T, api http.HandlerFunc, change func(*agent.Config)) *mcp.ClientSession {
	t.Helper()
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	sandbox := xsaletest.New(t)
	document, err := contract.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	gate := agent.NewGate(http.DefaultTransport)
	client, err := xsale.New(xsale.WithBaseURL(server.URL), xsale.WithTokenURL(sandbox.TokenURL()), xsale.WithCredentials(sandbox.Credentials()),
		xsale.WithOrganization("Shop"), xsale.WithHTTPClient(&http.Client{Transport: gate}), xsale.WithRetries(0))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return connectTo(t, agent.Config{Client: client, Gate: gate, Document: document}, change)
}

// A long list is called once. Its pages come in order, whatever their sizes, and any of them again.
func TestLongList(t *testing.T) {
	const count = 20_000
	var calls atomic.Int64
	session := connectAPI(t, func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.Header().Set("Content-Type", "application/json")
		out := bufio.NewWriter(w)
		defer out.Flush()
		out.WriteString(`{"Total":20000,"Orders":[`)
		for i := range count {
			if i > 0 {
				out.WriteString(",")
			}
			fmt.Fprintf(out, `{"Id":%d}`, i+1)
		}
		out.WriteString(`],"NextPageToken":"next"}`)
	}, nil)
	page := must(t, session, "list_orders", args{"limit": 1})
	seen := 0
	var cursors []string
	for {
		for _, item := range page["items"].([]any) {
			if seen++; item.(map[string]any)["Id"] != float64(seen) {
				t.Fatalf("element %d is %v", seen, item)
			}
		}
		cursor, more := page["next_cursor"].(string)
		if !more {
			break
		}
		cursors = append(cursors, cursor)
		page = must(t, session, "next_page", args{"cursor": cursor, "limit": 200})
	}
	if seen != count || page["total"] != float64(count) || page["around_items"].(map[string]any)["NextPageToken"] != "next" || calls.Load() != 1 {
		t.Errorf("%d elements, %v, %d calls", seen, page["total"], calls.Load())
	}
	again := must(t, session, "next_page", args{"cursor": cursors[10], "limit": 1})
	if again["first"] != float64(1+10*200+1) {
		t.Errorf("a page again begins at %v", again["first"])
	}
}

// A result is bounded, however large an element or an object is.
func TestResultsAreBounded(t *testing.T) {
	long := strings.Repeat("ż", 20_000)
	deep := strings.Repeat(`{"A":[`, 5000) + strings.Repeat(`]}`, 5000)
	many := "[" + strings.TrimSuffix(strings.Repeat(`{"Status":{"Name":"Nowe"}},`, 4000), ",") + "]"
	wide := `{"Id":1`
	for i := range 5000 {
		wide += fmt.Sprintf(`,"Field%c%c%c":"2026-11-27"`, 'a'+i%26, 'a'+i/26%26, 'a'+i/676)
	}
	wide += "}"
	for name, body := range map[string]string{
		"long strings": `[{"Id":1,"Status":{"Name":"` + long + `"}}]`, "many elements": `[{"Id":1,"Statuses":` + many + `}]`, "deep": "[" + deep + "]",
		"wide": "[" + wide + "]", "object": `{"Id":1,"Statuses":` + many + `}`, "text": `"` + long + `"`, "numbers": "[[" + strings.TrimSuffix(strings.Repeat("1,", 20_000), ",") + "]]",
	} {
		session := connectAPI(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, body)
		}, func(c *agent.Config) { c.MaxBytes = 3000 })
		for _, tool := range []string{"get_me", "list_orders"} {
			text, failed := use(t, session, tool, nil)
			if len(text) > 6000 || !failed && !json.Valid([]byte(text)) {
				t.Errorf("%s, %s: %d bytes, failed %v, %.200s", name, tool, len(text), failed, text)
			}
		}
	}
}

// Responses that are not JSON, and broken ones, are explained.
func TestOddResponses(t *testing.T) {
	for body, want := range map[string]string{
		"":                          "",
		"%PDF-1.7 Grażyna":          "no JSON",
		"<html>Grażyna</html>":      "does not fit",
		`[{"Id":1},{"Id":2},{"Name`: "broke off",
		`{"error":"Grażyna Kowal"}`: "",
		`[1,"Grażyna",null,[true]]`: "",
		"\xef\xbb\xbf[{\"Id\":1}]":  `"Id":1`,
		`{"Success":false,"Message":"Grażyna is unknown","Data":null}`: "[…] is unknown",
	} {
		session := connectAPI(t, func(w http.ResponseWriter, _ *http.Request) {
			contentType := "application/json"
			if strings.HasPrefix(body, "%PDF") {
				contentType = "application/pdf"
			}
			w.Header().Set("Content-Type", contentType)
			fmt.Fprint(w, body)
		}, nil)
		for _, tool := range []string{"list_orders", "get_me"} {
			text, _ := use(t, session, tool, nil)
			if strings.Contains(text, "Grażyna") {
				t.Errorf("%s of %q: %s", tool, body, text)
			}
			if tool == "list_orders" && want != "no JSON" && !strings.Contains(text, want) {
				t.Errorf("%s of %q: %s, want %s", tool, body, text, want)
			}
		}
	}
}

// Many calls at once are fine, and a canceled one ends its request.
func TestConcurrentAndCanceledCalls(t *testing.T) {
	var running, most atomic.Int64
	arrived, gone := make(chan struct{}), make(chan struct{})
	session := connectAPI(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/me" {
			close(arrived)
			<-r.Context().Done()
			close(gone)
			return
		}
		now := running.Add(1)
		defer running.Add(-1)
		for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `[{"Id":1}]`)
	}, nil)
	var wait sync.WaitGroup
	for range 100 {
		wait.Go(func() {
			if text, failed := use(t, session, "list_orders", nil); failed {
				t.Error(text)
			}
		})
	}
	wait.Wait()
	if most.Load() > 8 {
		t.Errorf("%d calls at once", most.Load())
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	if _, err := session.CallTool(ctx, &mcp.CallToolParams{Name: "get_me"}); err == nil {
		t.Error("a canceled call succeeded")
	}
	<-gone
}

// A call that takes too long tells the agent so, and a rate limit when to go on.
func TestSlowAndLimitedCalls(t *testing.T) {
	session := connectAPI(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, func(c *agent.Config) { c.Timeout = time.Nanosecond })
	for _, tool := range []string{"list_orders", "get_me"} {
		if text, failed := use(t, session, tool, nil); !failed || !strings.Contains(text, "no response") {
			t.Errorf("%s: %s", tool, text)
		}
	}
	session = connectAPI(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusTooManyRequests)
	}, nil)
	text, failed := use(t, session, "list_orders", nil)
	status := must(t, session, "account_status", nil)
	if !failed || !strings.Contains(text, "wait 7s") || status["rate_limited_responses"] != 1.0 || status["last_rate_limited_at"] == nil {
		t.Errorf("%s, %v", text, status)
	}
}
