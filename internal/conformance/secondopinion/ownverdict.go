package main

import (
	"context"
	"net/http"
	"slices"

	"github.com/xsale-go/xsale/internal/contract"
)

// ownVerdict is that of this module's checks, with the first fault that they find. Notices are no
// refusal: a description lists what it knows, not all there is.
func ownVerdict(ctx context.Context, document *contract.Document, e exchange) (verdict, *contract.Finding, error) {
	request, err := e.request(ctx, "http://localhost")
	if err != nil {
		return "", nil, err
	}
	header := http.Header{}
	if e.answer.contentType != "" {
		header.Set("Content-Type", e.answer.contentType)
	}
	call := document.Call(request)
	if fault := firstFault(call.CheckRequest([]byte(e.body))); fault != nil {
		return requestRefused, fault, nil
	}
	if fault := firstFault(call.CheckResponse(e.answer.status, header, []byte(e.answer.body))); fault != nil {
		return answerRefused, fault, nil
	}
	return passes, nil, nil
}

func firstFault(findings []contract.Finding) *contract.Finding {
	i := slices.IndexFunc(findings, func(f contract.Finding) bool { return f.Severity == contract.Error })
	if i < 0 {
		return nil
	}
	return &findings[i]
}
