package sample

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/xsale-go/xsale/call"
)

// label is a file of 5 MiB, which the spec does not describe.
var label = bytes.Repeat([]byte("label"), 1<<20)

type printer struct{ Unimplemented }

func (printer) GetLabel(context.Context, GetLabelRequestObject) (GetLabelResponseObject, error) {
	return GetLabel200AnyResponse{Body: bytes.NewReader(label), ContentType: "application/pdf"}, nil
}

func (printer) PrintLabel(context.Context, PrintLabelRequestObject) (PrintLabelResponseObject, error) {
	return printed{}, nil
}

// printed is a response that the spec does not describe.
type printed struct{}

func (printed) VisitPrintLabelResponse(w http.ResponseWriter) error {
	_, err := w.Write(label)
	return err
}

func TestResponsesWithoutADescribedBody(t *testing.T) {
	var accepted string
	fake := NewFake(printer{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		accepted = request.Header.Get("Accept")
		fake.ServeHTTP(w, request)
	}))
	defer server.Close()
	client, err := NewWithDoer(server.URL, server.Client())
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.GetLabel(t.Context(), 7)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || !bytes.Equal(body, label) || response.Header.Get("Content-Type") != "application/pdf" || accepted != "*/*" {
		t.Errorf("got %d bytes of %v for %q, %v", len(body), response.Header, accepted, err)
	}
	var captured *call.Response
	if err := client.PrintLabel(t.Context(), 7, call.Capture(&captured)); err != nil || !bytes.Equal(captured.Body, label) {
		t.Errorf("captured %+v, %v", captured, err)
	}
}
