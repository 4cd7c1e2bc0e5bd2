package control_test

import (
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/xsaletest/control"
)

// curlCall matches a curl command of the page.
var curlCall = regexp.MustCompile(`^curl (?:-X (\w+) )?(?:--json '([^']*)' )?"?\$S/([^\s"]*)"?$`)

// Every command and the seed of the page work.
func TestDocumentedCalls(t *testing.T) {
	page, err := os.ReadFile("../../docs/sandbox.md")
	if err != nil {
		t.Fatal(err)
	}
	a := newAPI(t)
	covered := map[string]bool{}
	for line := range strings.Lines(string(page)) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "curl ") {
			continue
		}
		parts := curlCall.FindStringSubmatch(line)
		if parts == nil {
			t.Errorf("cannot read %s", line)
			continue
		}
		method, body, path := parts[1], parts[2], parts[3]
		if method == "" && body != "" {
			method = http.MethodPost
		} else if method == "" {
			method = http.MethodGet
		}
		if reply := a.send(method, path, body); reply.status/100 != 2 {
			t.Errorf("%s: %d %s", line, reply.status, reply.body)
		}
		request, err := http.NewRequest(method, a.sandbox.URL()+"/_sandbox/"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		covered[a.spec.Call(request).OperationID()] = true
	}
	for _, operation := range a.spec.Operations() {
		if !covered[operation.ID] && operation.ID != "getSpec" && operation.ID != "getEnvironment" && operation.ID != "getClock" {
			t.Errorf("%s is not on the page", operation.ID)
		}
	}
	_, seed, _ := strings.Cut(string(page), "```json\n")
	seed, _, _ = strings.Cut(seed, "```")
	parsed, err := control.ParseSeed([]byte(seed))
	if err == nil {
		err = a.sandbox.ReplaceData(parsed)
	}
	if err != nil {
		t.Errorf("the seed: %v", err)
	}
}
