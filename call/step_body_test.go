package call

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
)

func TestBodyStepBoundsTheAnswer(t *testing.T) {
	for length, tooLarge := range map[int]bool{0: false, 9: false, 10: false, 11: true, 1000: true} {
		next := doerFunc(func(*http.Request) (*http.Response, error) { return answer(200, strings.Repeat("x", length)), nil })
		response, err := (&bodyStep{next, 10}).Do(newRequest(t, "GET", "/me", ""))
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
	next := doerFunc(func(*http.Request) (*http.Response, error) { return answer(200, "a list of many bytes"), nil })
	request := newRequest(t, "GET", "/acme/orders", "")
	response, err := (&bodyStep{next, 10}).Do(request.WithContext(withCallState(t.Context(), &callState{reading: readByElements})))
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(response.Body); err != nil || len(body) != 20 {
		t.Errorf("read %d bytes, %v", len(body), err)
	}
}
