package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/printable"
	"github.com/xsale-go/xsale/internal/redact"
)

// problem is a response of the gateway itself (RFC 9457).
type problem struct {
	Type           string `json:"type"`
	Title          string `json:"title"`
	Status         int    `json:"status"`
	Detail         string `json:"detail"`
	Kind           string `json:"kind"` // for programs
	Remedy         string `json:"remedy,omitempty"`
	Attempts       int    `json:"attempts"`
	MaybeProcessed bool   `json:"maybeProcessed"`

	retryAfter time.Duration // 0 if nobody knows
}

// maxDetail bounds the detail of a problem, in bytes.
const maxDetail = 4 << 10

func (p *problem) Error() string { return p.Detail }

// refuse is a request that the gateway does not send.
func refuse(status int, kind, detail, remedy string) *problem {
	return &problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Kind: kind, Detail: detail, Remedy: remedy}
}

// failed is a request that got no response of the API.
func failed(err error, delivery call.Delivery) *problem {
	p := cause(err)
	p.Attempts, p.MaybeProcessed = delivery.Attempts, delivery.MaybeProcessed
	if p.MaybeProcessed {
		p.Remedy = "check whether the request was processed before you send it again"
	}
	return p
}

func cause(err error) *problem {
	if login, ok := errors.AsType[*authn.Error](err); ok {
		return loginProblem(login)
	}
	if unrecorded, ok := errors.AsType[*httpx.RecordError](err); ok {
		return refuse(http.StatusInternalServerError, "record", "--record: "+unrecorded.Err.Error(), "start the proxy without --record, or with --har instead")
	}
	detail := err.Error()
	switch {
	case errors.Is(err, call.ErrInvalid):
		return refuse(http.StatusBadRequest, "invalid", detail, "correct the request")
	case errors.Is(err, authn.ErrClosed):
		return refuse(http.StatusServiceUnavailable, "stopping", "the proxy is stopping", "start it again")
	case errors.Is(err, call.ErrProxy):
		return refuse(http.StatusBadGateway, "proxy", detail, "check HTTPS_PROXY in the environment of xsale proxy")
	case httpx.PermanentTLS(err):
		return refuse(http.StatusBadGateway, "certificate", detail, "check the certificates that this machine trusts, and XSALE_BASE_URL")
	case errors.Is(err, context.DeadlineExceeded) && errors.Is(err, call.ErrNotSent):
		return refuse(http.StatusServiceUnavailable, "rate_limit", detail, "call less often, and try again later")
	case errors.Is(err, context.DeadlineExceeded):
		return refuse(http.StatusGatewayTimeout, "timeout", detail, "try again later, or start the proxy with a longer --timeout")
	}
	return refuse(http.StatusBadGateway, "connection", detail, "check the network and XSALE_BASE_URL, and try again later")
}

// loginKinds are the kinds of failed logins that a program may want to tell apart.
var loginKinds = map[authn.Reason]string{
	authn.ErrInvalidCredentials:     "login_credentials",
	authn.ErrInvalidClient:          "login_credentials",
	authn.ErrCredentialsUnavailable: "login_credentials",
	authn.ErrBlocked:                "login_blocked",
	authn.ErrRateLimited:            "login_rate_limited",
	authn.ErrUnavailable:            "login_unavailable",
}

func loginProblem(login *authn.Error) *problem {
	status, remedy := http.StatusBadGateway, "the proxy's account cannot log in: see the output of xsale proxy, and 'xsale token show'"
	switch login.Reason {
	case authn.ErrRateLimited, authn.ErrUnavailable:
		status, remedy = http.StatusServiceUnavailable, "try again later"
	}
	kind, ok := loginKinds[login.Reason]
	if !ok {
		kind = "login_failed"
	}
	p := refuse(status, kind, login.Error(), remedy)
	p.retryAfter = login.RetryAfter
	if !login.RetryAt.IsZero() {
		p.retryAfter = max(p.retryAfter, time.Until(login.RetryAt))
	}
	return p
}

// fail reports to the caller why there is no response.
func (g *Gateway) fail(c *caller, err error) {
	p, ok := errors.AsType[*problem](err)
	if !ok {
		p = refuse(http.StatusInternalServerError, "internal", err.Error(), "")
	}
	g.logger.Debug("xsale proxy: no response of the API", "method", c.request.Method, "kind", p.Kind, "status", p.Status, "attempts", p.Attempts)
	p.Detail = printable.Line(redact.Text(p.Detail, g.secret), maxDetail)
	header := c.w.Header()
	header.Set("Content-Type", "application/problem+json")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	header[errorHeader] = []string{p.Kind}
	if p.retryAfter > 0 {
		header.Set("Retry-After", strconv.Itoa(int(math.Ceil(p.retryAfter.Seconds()))))
	}
	setDelivery(header, call.Delivery{Attempts: p.Attempts, MaybeProcessed: p.MaybeProcessed})
	c.begin(p.Status)
	json.NewEncoder(c.w).Encode(p)
}
