package secondopinion

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/openapi"
	"github.com/xsale-go/xsale/xsaletest"
)

// apiTable is the table of the shipped spec.
const apiTable = "API"

var tables = []table{
	{apiTable, openapi.Spec(), apiCases(), map[string]map[string]difference{prismPeer.name: apiDifferences, expressPeer.name: expressAPIDifferences}},
	{"trees", treeSpec, treeCases(), map[string]map[string]difference{prismPeer.name: treeDifferences}},
}

func load(t *testing.T, data []byte) *openapi3.T {
	t.Helper()
	spec, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

// ownVerdicts returns the verdicts of a run in which a peer agrees with everything.
func ownVerdicts(t *testing.T, table table) []verdicts {
	t.Helper()
	document, err := contract.Load(table.spec)
	if err != nil {
		t.Fatal(err)
	}
	var all []verdicts
	for _, c := range table.cases {
		own, finding, err := ownVerdict(t.Context(), document, c.exchange)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		all = append(all, verdicts{c.name, own, own, finding})
	}
	return all
}

func TestOwnVerdicts(t *testing.T) {
	for _, table := range tables {
		seen := map[string]bool{}
		for i, v := range ownVerdicts(t, table) {
			if v.own != table.cases[i].want {
				t.Errorf("%s: %s", v.name, v.own)
			}
			if seen[v.name] {
				t.Errorf("duplicate case %q", v.name)
			}
			seen[v.name] = true
		}
	}
	if n := len(apiCases()); n < 40 {
		t.Errorf("%d cases", n)
	}
}

func TestDifferencesAreReal(t *testing.T) {
	for _, table := range tables {
		for peer, differences := range table.differences {
			for name, difference := range differences {
				i := slices.IndexFunc(table.cases, func(c testCase) bool { return c.name == name })
				if i < 0 || table.cases[i].want == difference.peer || difference.reason == "" {
					t.Errorf("%q is not a difference to %s: %+v", name, peer, difference)
				}
			}
		}
	}
}

func TestCompareDifferences(t *testing.T) {
	table := table{differences: map[string]map[string]difference{prismPeer.name: {"known": {passes, "because"}}}}
	known := verdicts{name: "known", own: responseRejected, peer: passes}
	for name, test := range map[string]struct {
		all   []verdicts
		known int
		wrong []string
	}{
		"as listed": {[]verdicts{known, {name: "equal", own: passes, peer: passes}}, 1, nil},
		"unlisted": {[]verdicts{known, {name: "new", own: passes, peer: requestRejected}}, 1,
			[]string{`"new": "passes" here, "request rejected" by Prism: fix the wrong one, or list the difference with its reason`}},
		"gone": {[]verdicts{{name: "known", own: responseRejected, peer: responseRejected}}, 0,
			[]string{`"known": a difference is listed, but both have "response rejected": remove it`}},
		"changed": {[]verdicts{{name: "known", own: responseRejected, peer: warned}}, 0,
			[]string{`"known": "passes" is listed for Prism, but got "passes with a warning"`}},
		"without case": {nil, 0, []string{`"known": a difference is listed, but there is no such case`}},
	} {
		t.Run(name, func(t *testing.T) {
			known, wrong := table.compare(prismPeer, test.all)
			if len(known) != test.known || !slices.Equal(wrong, test.wrong) {
				t.Errorf("known: %v, wrong: %q", known, wrong)
			}
		})
	}
}

func TestBlindSpots(t *testing.T) {
	table := tables[0]
	spec := load(t, table.spec)
	all := ownVerdicts(t, table)
	if unseen := blindSpots(spec, all); len(unseen) > 0 {
		t.Errorf("no case has a wrong value in the %s", strings.Join(unseen, ", "))
	}
	for i := range all {
		if all[i].finding != nil && all[i].finding.OperationID == "listStatuses" || all[i].own == requestRejected && all[i].finding.Kind == contract.KindValue {
			all[i].peer = passes
		}
	}
	want := []string{"request of createIntegration", "request of createOrder", "request of createParameter", "request of setTranslation", "response of listStatuses"}
	if unseen := blindSpots(spec, all); !slices.Equal(unseen, want) {
		t.Errorf("got %q", unseen)
	}
}

func TestPrismsVerdict(t *testing.T) {
	violations := `{"type":"https://stoplight.io/prism/errors#VIOLATIONS","title":"Request/Response not valid","status":500}`
	for name, test := range map[string]struct {
		forwards bool
		status   int
		header   string
		body     string
		want     verdict
		err      string
	}{
		"passes":              {true, 200, "", `{}`, passes, ""},
		"warning":             {true, 200, `[{"severity":"Warning"}]`, `{}`, warned, ""},
		"request rejected":    {false, 422, "", `{"type":"https://stoplight.io/prism/errors#UNPROCESSABLE_ENTITY"}`, requestRejected, ""},
		"path rejected":       {false, 404, "", `{"type":"https://stoplight.io/prism/errors#NO_PATH_MATCHED_ERROR"}`, requestRejected, ""},
		"response rejected":   {true, 500, "", violations, responseRejected, ""},
		"not JSON":            {true, 500, "", `{"type":"FetchError","title":"invalid json response body at http://127.0.0.1:1/me"}`, responseRejected, ""},
		"not HTTP":            {true, 500, "", `{"type":"FetchError","title":"Invalid response body while trying to fetch http://127.0.0.1:1/me"}`, responseRejected, ""},
		"upstream not called": {false, 500, "", `{"type":"FetchError","title":"request to http://127.0.0.1:1/me failed"}`, "", "got 500 from Prism, want 200"},
		"other failure":       {true, 500, "", `{"type":"Error"}`, "", "got 500 from Prism, want 200"},
		"not forwarded":       {false, 200, "", `{}`, "", "got 200 from Prism, want 200"},
	} {
		t.Run(name, func(t *testing.T) {
			upstream := newUpstream()
			defer upstream.Close()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if test.forwards {
					response, err := http.Get(upstream.URL + r.URL.Path)
					if err != nil {
						t.Error(err)
						return
					}
					response.Body.Close()
				}
				if test.header != "" {
					w.Header().Set("sl-violations", test.header)
				}
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, test.body)
			}))
			defer server.Close()
			judge := &prismJudge{baseURL: server.URL, transport: http.DefaultTransport, upstream: upstream}
			got, err := judge.verdict(t.Context(), getMe())
			if got != test.want || (err == nil) != (test.err == "") || err != nil && !strings.HasPrefix(err.Error(), test.err) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestUpstream(t *testing.T) {
	upstream := newUpstream()
	defer upstream.Close()
	upstream.set(reply{http.StatusTeapot, "text/plain", "tea"})
	if upstream.wasCalled() {
		t.Error("called before a request")
	}
	response, err := http.Get(upstream.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if got := fmt.Sprintf("%d %s %s", response.StatusCode, response.Header["Content-Type"], body); err != nil || got != "418 [text/plain] tea" {
		t.Errorf("got %s, %v", got, err)
	}
	if !upstream.wasCalled() {
		t.Error("not called")
	}
	upstream.set(reply{http.StatusOK, "", "{}"})
	if upstream.wasCalled() {
		t.Error("called once and for all")
	}
	untyped, err := http.Get(upstream.URL)
	if err != nil {
		t.Fatal(err)
	}
	untyped.Body.Close()
	if untyped.Header["Content-Type"] != nil {
		t.Errorf("unexpected content type: %v", untyped.Header)
	}
}

func TestTravel(t *testing.T) {
	sandbox := xsaletest.New(t)
	spec := load(t, openapi.Spec())
	if err := travel(t.Context(), sandbox, sandbox.URL(), spec); err != nil {
		t.Error(err)
	}
	spec.Paths.Value("/me").Put = &openapi3.Operation{OperationID: "renameMe"}
	if err := travel(t.Context(), sandbox, sandbox.URL(), spec); err == nil || err.Error() != "not called: renameMe" {
		t.Errorf("operation without a method of the client: got %v", err)
	}
}

func TestTravelRejectsWrongResponses(t *testing.T) {
	sandbox := xsaletest.New(t)
	for name, test := range map[string]struct {
		header, body string
		says         string
	}{
		"empty":     {"", `{}`, "the organizations are []"},
		"violation": {`[{"message":"no"}]`, `{"Organizations":[{"Name":"` + xsaletest.Organization + `"}]}`, `GET /me: Prism reports [{"message":"no"}]`},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				if test.header != "" {
					w.Header().Set("sl-violations", test.header)
				}
				_, _ = io.WriteString(w, test.body)
			}))
			defer server.Close()
			err := travel(t.Context(), sandbox, server.URL, load(t, openapi.Spec()))
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v", err)
			}
		})
	}
}
