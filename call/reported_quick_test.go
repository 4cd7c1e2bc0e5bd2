package call

import (
	"strings"
	"testing"
)

// The full search costs about as much as the rest of the call, so common results must not need it.
func TestResultsPassTheQuickTest(t *testing.T) {
	result := `{"Id":1,"Name":"Lorem Ipsum","Email":"lorem@example.com","EmailVerified":true,"Detail":"","Available":3}`
	if mayReportFailure([]byte(result)) {
		t.Error("it was searched for a failure")
	}
	for _, name := range []string{"failed", "isFailed", "IsFailure", "FAILED", "Error", "success", "OK"} {
		if object := strings.Replace(result, "Id", name, 1); !mayReportFailure([]byte(object)) {
			t.Errorf("%s was not found", object)
		}
	}
}
