package main

import (
	"net/http"
	"os"
	"testing"

	"github.com/xsale-go/xsale/xsaletest"
)

// A web page instead of the JSON of the spec, as from a proxy that wants a login, is not a success.
func TestCalledOperationRespondsWithPage(t *testing.T) {
	sandbox := useSandbox(t)
	inEmptyDir(t)
	page := xsaletest.Status(http.StatusOK, "<html>Log in</html>").WithHeader("Content-Type", "text/html; charset=utf-8").Always()
	sandbox.Fail("listStatuses", page)
	sandbox.Fail("createIntegration", page)
	const want = "the response is text/html, not application/json"
	execute(t, "", "call", "listStatuses").expect(t, exitFailed, want)
	execute(t, "", "call", "listStatuses", "--output-file", "statuses.json").expect(t, exitFailed, want)
	execute(t, "", "call", "createIntegration", "--name", "shop", "--integration-type", "28").expect(t, exitMaybeProcessed, want)
	if files, err := os.ReadDir("."); err != nil || len(files) != 0 {
		t.Errorf("%v, %v", files, err)
	}
}
