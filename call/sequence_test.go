package call_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/conformance/stub"
)

func TestSequencesOfJSONValues(t *testing.T) {
	const lines, records, array = "{\"id\":1}\n{\"id\":2}\n", "\x1e{\"id\":1}\n\x1e{\"id\":2}\n", `[{"id":1},{"id":2}]`
	for _, test := range []struct{ accept, contentType, body, want string }{
		{"application/jsonl", "application/jsonl", lines, "1 2"},
		{"application/jsonl", "application/x-ndjson; charset=utf-8", lines, "1 2"},
		{"application/json", "application/x-jsonlines", lines, "1 2"},
		{"application/json-seq", "application/json-seq", records, "1 2"},
		{"application/geo+json-seq", "application/geo+json-seq", records, "1 2"},
		{"application/jsonl", "", lines, "1 2"},
		{"application/jsonl", "text/plain", lines, "1 2"},
		{"application/jsonl", "application/json", array, "1 2"},
		{"application/json", "application/json", array, "1 2"},
		{"application/jsonl", "application/jsonl", "", ""},
		{"application/jsonl", "application/jsonl", "{\"id\":1}\n{\"id\":\"x\"}\n{\"id\":3}", "1 ! 3"},
		{"application/jsonl", "application/jsonl", "{\"id\":1}\n{\"id\":", "1 !"},
		{"application/jsonl", "application/jsonl", "<html>", "!"},
		{"application/json", "application/json", lines, "!"},
	} {
		forEachDoer(t, always(200, test.body, "Content-Type", test.contentType), func(t *testing.T, doer call.Doer) {
			operation := getThing
			operation.Accept = test.accept
			var got []string
			for thing, err := range call.Stream[numbered](t.Context(), operation, nil, through(doer, "GET")) {
				if err != nil {
					got = append(got, "!")
					continue
				}
				got = append(got, fmt.Sprint(thing.ID))
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("%s as %s: got %v, want %s", test.contentType, test.accept, got, test.want)
			}
		})
	}
}

// An element is yielded before the next one arrives.
func TestSequencesAreYieldedAsTheyCome(t *testing.T) {
	reader, writer := io.Pipe()
	client := newTestClient(t, func(*http.Request) (*http.Response, error) {
		response := stub.Response(200, "", "Content-Type", "application/jsonl")
		response.Body = reader
		return response, nil
	})
	next := make(chan int)
	go func() {
		for id := range next {
			fmt.Fprintf(writer, "{\"id\":%d}\n", id)
		}
		writer.Close()
	}()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	next <- 1
	want := 1
	for thing, err := range call.Stream[numbered](ctx, getThing, nil, through(client.Doer(), "GET")) {
		if err != nil || thing.ID != want {
			t.Fatal(thing, err)
		}
		if want++; want == 4 {
			close(next)
			continue
		}
		next <- want
	}
	if want != 4 {
		t.Errorf("the sequence ended before %d", want)
	}
}
