package call

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/xsale-go/xsale/internal/conformance/stub"
)

func TestBodyStepBoundsTheAnswer(t *testing.T) {
	for length, tooLarge := range map[int]bool{0: false, 9: false, 10: false, 11: true, 1000: true} {
		next := stub.DoerFunc(func(*http.Request) (*http.Response, error) {
			return stub.Response(200, strings.Repeat("x", length)), nil
		})
		response, err := (&bodyStep{next: next, maxBytes: 10}).Do(stub.Request(t, "GET", "/me", ""))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(iotest.OneByteReader(response.Body))
		if errors.Is(err, ErrTooLarge) != tooLarge || err == nil && len(body) != length || len(body) > 10 {
			t.Errorf("%d bytes: read %d, %v", length, len(body), err)
		}
	}
}

func TestBodyStepLeavesListsAlone(t *testing.T) {
	next := stub.DoerFunc(func(*http.Request) (*http.Response, error) { return stub.Response(200, "a list of many bytes"), nil })
	request := stub.Request(t, "GET", "/acme/orders", "")
	response, err := (&bodyStep{next: next, maxBytes: 10}).Do(request.WithContext(withState(t.Context(), &state{facts: facts{reading: readByElements}})))
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(response.Body); err != nil || len(body) != 20 {
		t.Errorf("read %d bytes, %v", len(body), err)
	}
}
