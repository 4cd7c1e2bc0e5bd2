package agent_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/internal/agent"
	"github.com/xsale-go/xsale/internal/contract"
	_ "github.com/xsale-go/xsale/internal/contract/rare"
	"github.com/xsale-go/xsale/internal/operation"
	"github.com/xsale-go/xsale/internal/spec/pipeline"
	"github.com/xsale-go/xsale/xsaletest"
)

// What an agent reads before its first call must be short, however many operations there are. A token
// is more than three bytes of English and JSON with every tokenizer in use, so bytes/3 overestimates.
func TestDescriptionsAreShort(t *testing.T) {
	document, err := contract.Load(bigSpec(50))
	if err != nil {
		t.Fatal(err)
	}
	if count := len(document.Operations()); count != 350 {
		t.Fatalf("%d operations", count)
	}
	var all []string
	for _, o := range document.Operations() {
		all = append(all, o.ID)
	}
	sandbox := xsaletest.New(t)
	shipped, err := contract.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*agent.Config){
		"350 operations":         func(c *agent.Config) { c.Document = document },
		"350 allowed operations": func(c *agent.Config) { c.Document, c.AllowWrite = document, all },
		"shipped":                func(c *agent.Config) { c.Document, c.AllowWrite = shipped, []string{"createOrder"} },
	} {
		session := connect(t, sandbox, change)
		tools, err := session.ListTools(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(tools.Tools)
		if err != nil {
			t.Fatal(err)
		}
		tokens := (len(data) + len(session.InitializeResult().Instructions)) / 3
		t.Logf("%s: %d tools, %d bytes, at most %d tokens", name, len(tools.Tools), len(data), tokens)
		if tokens >= 4000 || len(tools.Tools) > 12 {
			t.Errorf("%s: %d tokens in %d tools", name, tokens, len(tools.Tools))
		}
		for _, tool := range tools.Tools {
			writes := tool.Name == "write_operation"
			if tool.Annotations.ReadOnlyHint == writes || *tool.Annotations.DestructiveHint != writes {
				t.Errorf("%s: annotations %+v", tool.Name, *tool.Annotations)
			}
			if schema := tool.InputSchema.(map[string]any); schema["additionalProperties"] != false || tool.OutputSchema == nil {
				t.Errorf("%s: schemas %v", tool.Name, schema)
			}
		}
	}
}

func TestSearchAndDescribe(t *testing.T) {
	session := connect(t, xsaletest.New(t), nil)
	found := func(words string) (names []string) {
		for _, o := range must(t, session, "search_operations", args{"words": words})["operations"].([]any) {
			names = append(names, o.(map[string]any)["operation"].(string))
		}
		return names
	}
	for words, want := range map[string]string{"status": "listStatuses", "list orders": "listOrders", "article languages": "listTranslations"} {
		if names := found(words); !slices.Contains(names, want) {
			t.Errorf("%q finds %v, not %s", words, names, want)
		}
	}
	if names := found(""); len(names) != 8 {
		t.Errorf("without words: %v", names)
	}
	described := must(t, session, "describe_operation", args{"operation": "create_order"})
	body := described["body"].(map[string]any)
	if described["operation"] != "createOrder" || !strings.Contains(body["BuyerId"].(string), "required") || !strings.Contains(described["call_with"].(string), "--allow-write createOrder") {
		t.Errorf("createOrder: %v", described)
	}
}

// Errors tell an agent what to do next.
func TestErrors(t *testing.T) {
	sandbox := xsaletest.New(t)
	session := connect(t, sandbox, func(c *agent.Config) { c.AllowWrite = []string{"createOrder"} })
	for _, test := range []struct {
		tool string
		args any
		want string
	}{
		{"call_operation", args{"operation": "listOrder"}, "did you mean listOrders"},
		{"call_operation", args{"operation": "nothing alike"}, "find it with search_operations"},
		{"call_operation", args{"operation": "createOrder"}, "call it with write_operation"},
		{"call_operation", args{"operation": "setTranslation"}, "xsale mcp --allow-write setTranslation"},
		{"write_operation", args{"operation": "setTranslation"}, "xsale mcp --allow-write setTranslation"},
		{"write_operation", args{"operation": "listOrders"}, "use call_operation"},
		{"write_operation", args{"operation": "createOrder"}, "BuyerId is missing"},
		{"write_operation", args{"operation": "createOrder", "body": args{"BuyerId": "x"}}, "BuyerId"},
		{"call_operation", args{}, "call_operation needs operation"},
		{"call_operation", args{"operation": "listOrders", "filter": 1}, "call_operation takes limit, operation, organization, parameters, pointer"},
		{"call_operation", args{"operation": "listOrders", "parameters": args{"status": 1}}, "no such parameter"},
		{"call_operation", args{"operation": "listOrders", "limit": 1000}, "want 1 to 200"},
		{"call_operation", args{"operation": "getMe", "organization": "x"}, "leave it out"},
		{"call_operation", args{"operation": "listOrders", "organization": "Other"}, "list the objects first"},
		{"list_translations", args{"id": 99}, "There is no such article"},
		{"list_translations", args{"id": "../me"}, "could lead to another path"},
		{"next_page", args{"cursor": "abc"}, "pass next_cursor of a result unchanged"},
	} {
		text, failed := use(t, session, test.tool, test.args)
		if !failed || !strings.Contains(text, test.want) {
			t.Errorf("%s %v: %v %q, want %q", test.tool, test.args, failed, text, test.want)
		}
	}
	if calls := len(sandbox.Requests("createOrder")); calls > 0 {
		t.Errorf("%d creates were sent", calls)
	}
}

// A pseudonym means nothing to the API. Sent, it would find nothing, or become a name in the shop.
func TestPseudonymsAreNotSent(t *testing.T) {
	sandbox := xsaletest.New(t)
	session := connect(t, sandbox, func(c *agent.Config) { c.AllowWrite = []string{"setTranslation"} })
	me := must(t, session, "get_me", nil)["data"].(map[string]any)
	if me["Email"] == xsaletest.Username {
		t.Fatalf("the address is shown: %v", me)
	}
	text, failed := use(t, session, "write_operation", args{"operation": "setTranslation", "parameters": args{"id": 501}, "body": args{"Name": "For " + me["Email"].(string)}})
	if !failed || !strings.Contains(text, "use an id instead") || len(sandbox.Requests("setTranslation")) > 0 {
		t.Errorf("%v %s", failed, text)
	}
}

func TestAllowedWrite(t *testing.T) {
	sandbox := xsaletest.New(t)
	session := connect(t, sandbox, func(c *agent.Config) { c.AllowWrite = []string{" create-order"} })
	order := args{"operation": "createOrder", "body": json.RawMessage(`{"IntegrationId":1,"PaymentFormId":2,"PurchaseDate":"2026-11-01","BuyerId":3,"RecipientId":3,"PayerId":3,"Items":[{"OfferId":502,"VariantId":1,"Quantity":1.50,"PriceGross":149.90}]}`)}
	order["dry_run"] = true
	must(t, session, "write_operation", order)
	if sent := sandbox.Requests("createOrder"); len(sent) > 0 {
		t.Fatalf("a dry run sent %d requests", len(sent))
	}
	delete(order, "dry_run")
	created := must(t, session, "write_operation", order)
	sent := sandbox.Requests("createOrder")
	if len(sent) != 1 || !strings.Contains(string(sent[0].Body), `"Quantity":1.50`) || created["data"].(map[string]any)["Id"] == nil {
		t.Errorf("%d requests, %v", len(sent), created)
	}
	sandbox.Fail("createOrder", xsaletest.Status(http.StatusBadGateway))
	if text, failed := use(t, session, "write_operation", order); !failed || !strings.Contains(text, "may have been processed") {
		t.Errorf("after a 502: %s", text)
	}
}

func TestUnknownAllowedOperation(t *testing.T) {
	sandbox := xsaletest.New(t)
	document, err := contract.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	_, err = agent.New(agent.Config{Client: sandbox.Client(t), Gate: agent.NewGate(nil), Document: document, AllowWrite: []string{"createOrders"}})
	if unknown, ok := errors.AsType[*operation.UnknownError](err); !ok || !slices.Contains(unknown.Similar, "createOrder") {
		t.Errorf("got %v", err)
	}
}

// The status needs no login, and names no secret.
func TestStatusDoesNotLogIn(t *testing.T) {
	sandbox := xsaletest.New(t)
	session := connect(t, sandbox, nil)
	if status := must(t, session, "account_status", nil); status["tokens_valid_until"] != nil || status["personal_data_masked"] != true || sandbox.TokenRequests() != 0 {
		t.Errorf("%d token requests, %v", sandbox.TokenRequests(), status)
	}
	must(t, session, "list_statuses", nil)
	if status := must(t, session, "account_status", nil); status["tokens_valid_until"] == nil || status["logins_in_last_24_hours"] != 1.0 || status["requests_sent"] != 1.0 {
		t.Errorf("after a call: %v", status)
	}
}

// A login that needs a person is not retried, and the result says so.
func TestFailedLogin(t *testing.T) {
	sandbox := xsaletest.New(t)
	document, err := contract.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	gate := agent.NewGate(sandbox.HTTPClient().Transport)
	wrong := sandbox.Credentials()
	wrong.ClientID = "canary-client"
	client := sandbox.Client(t, xsale.WithHTTPClient(&http.Client{Transport: gate}), xsale.WithCredentials(wrong))
	session := connectTo(t, agent.Config{Client: client, Gate: gate, Document: document}, nil)
	for range 5 {
		text, failed := use(t, session, "list_orders", nil)
		if !failed || !strings.Contains(text, "xsale doctor") || strings.Contains(text, "canary") {
			t.Errorf("%v %s", failed, text)
		}
	}
	if requests := sandbox.TokenRequests(); requests != 1 {
		t.Errorf("%d token requests", requests)
	}
}

// The tools work with the specs of other APIs.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "conformance", "corpus", "testdata", "*.*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	if testing.Short() {
		files = files[:10]
	}
	sandbox := xsaletest.New(t)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		result, err := pipeline.Run(data, pipeline.Options{})
		if err != nil {
			continue // the corpus has broken documents, too
		}
		normal, err := json.Marshal(result.Document)
		if err != nil {
			t.Fatal(err)
		}
		document, err := contract.Load(normal)
		if err != nil {
			continue
		}
		session := connect(t, sandbox, func(c *agent.Config) { c.Document = document })
		for _, o := range document.Operations() {
			text, failed := use(t, session, "describe_operation", args{"operation": o.ID})
			if failed || len(text) > 20_000 {
				t.Errorf("%s: %s: %v, %d bytes", file, o.ID, failed, len(text))
			}
		}
		if found := must(t, session, "search_operations", nil); found["total"] != float64(len(document.Operations())) {
			t.Errorf("%s: %v of %d operations", file, found["total"], len(document.Operations()))
		}
	}
}
