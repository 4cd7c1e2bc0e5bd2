package main

import (
	"context"
	"net/http"
	"slices"

	"github.com/xsale-go/xsale/internal/contract"
)

// ownVerdict is that of this module's checks. Notices are no refusal: a description lists what it knows, not all there is.
func ownVerdict(ctx context.Context, document *contract.Document, e exchange) (verdict, error) {
	request, err := e.request(ctx, "http://localhost")
	if err != nil {
		return "", err
	}
	header := http.Header{}
	if e.answer.contentType != "" {
		header.Set("Content-Type", e.answer.contentType)
	}
	switch {
	case hasFault(document.CheckRequest(request, []byte(e.body))):
		return requestRefused, nil
	case hasFault(document.CheckResponse(request, e.answer.status, header, []byte(e.answer.body))):
		return answerRefused, nil
	}
	return passes, nil
}

func hasFault(findings []contract.Finding) bool {
	return slices.ContainsFunc(findings, func(f contract.Finding) bool { return f.Severity == contract.Fault })
}
