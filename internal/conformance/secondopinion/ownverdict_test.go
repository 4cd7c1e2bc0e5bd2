package secondopinion

import (
	"context"
	"net/http"
	"slices"

	"github.com/xsale-go/xsale/internal/contract"
)

// ownVerdict returns the verdict of this module's checks, and their first error. Notices do not
// count: a spec lists what is known, not all there is.
func ownVerdict(ctx context.Context, document *contract.Document, e exchange) (verdict, *contract.Finding, error) {
	request, err := e.request(ctx, "http://localhost")
	if err != nil {
		return "", nil, err
	}
	header := http.Header{}
	if e.reply.contentType != "" {
		header.Set("Content-Type", e.reply.contentType)
	}
	call := document.Call(request)
	if finding := firstError(call.CheckRequest([]byte(e.body))); finding != nil {
		return requestRejected, finding, nil
	}
	if finding := firstError(call.CheckResponse(e.reply.status, header, []byte(e.reply.body))); finding != nil {
		return responseRejected, finding, nil
	}
	return passes, nil, nil
}

func firstError(findings []contract.Finding) *contract.Finding {
	i := slices.IndexFunc(findings, func(f contract.Finding) bool { return f.Severity == contract.Error })
	if i < 0 {
		return nil
	}
	return &findings[i]
}
