package agent

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/call"
)

// explain describes an error to an agent: what happened, and what to do next. The server's own words
// are masked.
func (s *Server) explain(err error) string {
	if known, ok := errors.AsType[*problem](err); ok {
		return known.text
	}
	if failed, ok := errors.AsType[*authn.Error](err); ok {
		return explainLogin(failed)
	}
	if failed, ok := errors.AsType[*xsale.Error](err); ok {
		return s.explainCall(failed)
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("no response within %v: narrow the request with filters, or try again later", s.config.Timeout)
	case errors.Is(err, context.Canceled):
		return "the call was canceled"
	case errors.Is(err, call.ErrInvalid):
		return "the request cannot be sent: " + clean(err.Error())
	case errors.Is(err, errDropped), errors.Is(err, errFull), errors.Is(err, errCursor):
		return err.Error()
	}
	s.config.Logger.Warn("a tool failed", "error", withoutTokens(err.Error()))
	return "the call failed on this side: the user finds the reason in the log of the server"
}

func explainLogin(failed *authn.Error) string {
	text := "xSale could not log in: "
	switch {
	case errors.Is(failed, authn.ErrRateLimited):
		text += "too many logins"
	case errors.Is(failed, authn.ErrUnavailable):
		text += "the login service is not available"
	case errors.Is(failed, authn.ErrCredentialsUnavailable):
		return text + "there are no credentials. The user must set up an account"
	case errors.Is(failed, authn.ErrLoginRequired):
		return text + "the user must log in, with 'xsale login'"
	default:
		return text + "the account or its settings need a person. Do not try again; ask the user to run 'xsale doctor'"
	}
	if wait := time.Until(failed.RetryAt).Round(time.Second); !failed.RetryAt.IsZero() && wait > 0 {
		return fmt.Sprintf("%s. Try again in %v, not before", text, wait)
	}
	return text + ". Try again later"
}

func (s *Server) explainCall(failed *xsale.Error) string {
	var text strings.Builder
	name := failed.Operation
	if name == "" {
		name = "the call"
	}
	switch {
	case failed.StatusCode > 0:
		fmt.Fprintf(&text, "%s failed with status %d", name, failed.StatusCode)
	case errors.Is(failed, context.DeadlineExceeded):
		fmt.Fprintf(&text, "%s got no response in time", name)
	case errors.Is(failed, context.Canceled):
		fmt.Fprintf(&text, "%s was canceled", name)
	default:
		fmt.Fprintf(&text, "%s got no response: the connection failed", name)
	}
	if message := s.privacy.prose(failed.Message); message != "" && strings.Trim(message, ".… []") != "" {
		fmt.Fprintf(&text, ": %s", strings.TrimRight(message, "."))
	}
	if failed.Code != "" {
		fmt.Fprintf(&text, " (code %s)", s.privacy.prose(failed.Code))
	}
	for i, field := range failed.Fields {
		if i == maxFields {
			fmt.Fprintf(&text, "; and %d more", len(failed.Fields)-i)
			break
		}
		fmt.Fprintf(&text, "; %s: %s", s.privacy.prose(field.Field), strings.TrimRight(s.privacy.prose(field.Message), "."))
	}
	text.WriteString(". ")
	text.WriteString(advice(failed))
	return clean(text.String())
}

const maxFields = 10

// advice says what an agent does next.
func advice(failed *xsale.Error) string {
	switch {
	case errors.Is(failed, call.ErrMaybeProcessed):
		return "It may have been processed all the same: check that before you call it again, and tell the user"
	case errors.Is(failed, call.ErrNotFound):
		return "Check the ids and the organization: list the objects first"
	case errors.Is(failed, call.ErrBadRequest), errors.Is(failed, call.ErrConflict):
		return "describe_operation shows what fits"
	case errors.Is(failed, call.ErrForbidden):
		return "The account lacks a permission: tell the user"
	case errors.Is(failed, call.ErrUnauthorized):
		return "The tokens were rejected: ask the user to run 'xsale doctor'"
	case errors.Is(failed, call.ErrRateLimited):
		if failed.RetryAfter > 0 {
			return fmt.Sprintf("Too many calls: wait %v before the next one", failed.RetryAfter.Round(time.Second))
		}
		return "Too many calls: wait before the next one"
	case errors.Is(failed, call.ErrTooLarge):
		return "The response is too large: narrow it with filters"
	case errors.Is(failed, call.ErrDecode):
		return "The response does not fit the spec: tell the user"
	}
	return "Try again later"
}
