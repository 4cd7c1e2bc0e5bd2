package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/verify"
)

// sender sends calls through a client. The text of a failure contains no data from the response or
// the account.
func sender(client *xsale.Client) func(context.Context, verify.Request) (*verify.Response, *verify.Failure) {
	return func(ctx context.Context, request verify.Request) (*verify.Response, *verify.Failure) {
		path := request.Path
		if len(request.Query) > 0 {
			path += "?" + request.Query.Encode()
		}
		var body any
		if request.Body != nil {
			body = request.Body
		}
		response, err := client.Call(ctx, request.Method, path, body)
		if err == nil {
			return &verify.Response{Status: response.StatusCode, Header: response.Header, Body: response.Body}, nil
		}
		_, login := errors.AsType[*authn.Error](err)
		failure := &verify.Failure{Message: failureText(ctx, err), Err: err, Ends: login || ctx.Err() != nil}
		if call, ok := errors.AsType[*xsale.Error](err); ok && call.StatusCode != 0 && call.StatusCode/100 != 2 {
			return &verify.Response{Status: call.StatusCode, Header: call.Header}, failure
		}
		return nil, failure
	}
}

func failureText(ctx context.Context, err error) string {
	if login, ok := errors.AsType[*authn.Error](err); ok {
		return "the login failed: " + login.Reason.Error()
	}
	call, failedCall := errors.AsType[*xsale.Error](err)
	switch {
	case ctx.Err() != nil:
		return "interrupted"
	case failedCall && call.StatusCode != 0 && call.StatusCode/100 != 2:
		return strings.TrimSpace(fmt.Sprintf("%d %s", call.StatusCode, http.StatusText(call.StatusCode)))
	case errors.Is(err, xsale.ErrTooLarge):
		return "response too large"
	case errors.Is(err, context.DeadlineExceeded):
		return "no response within --timeout"
	case errors.Is(err, xsale.ErrInvalid):
		return "not sent: a value is not a valid path segment"
	case failedCall && call.StatusCode != 0:
		return "response cut off"
	}
	return "no response"
}
