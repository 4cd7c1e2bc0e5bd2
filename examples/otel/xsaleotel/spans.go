package xsaleotel

import (
	"context"

	"github.com/xsale-go/xsale/call"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

const (
	eventAttempt = "xsale.attempt"
	eventRetry   = "xsale.retry"
)

type spans struct {
	tracer trace.Tracer
	server server
}

// spanKey separates the span of a call from spans that other hooks start in its context.
type spanKey struct{}

func spanOf(ctx context.Context) trace.Span {
	if span, ok := ctx.Value(spanKey{}).(trace.Span); ok {
		return span
	}
	return noop.Span{} // another hook replaced the context
}

func (s *spans) start(ctx context.Context, event call.Event) context.Context {
	ctx, span := s.tracer.Start(ctx, spanName(event),
		trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(callAttributes(s.server, event)...))
	return context.WithValue(ctx, spanKey{}, span)
}

func (s *spans) attempt(ctx context.Context, event call.Event) {
	attributes := append(outcomeAttributes(event), keyDuration.Float64(event.Duration.Seconds()))
	if event.Attempt > 1 {
		attributes = append(attributes, semconv.HTTPRequestResendCount(event.Attempt-1))
	}
	spanOf(ctx).AddEvent(eventAttempt, trace.WithAttributes(attributes...))
}

func (s *spans) retry(ctx context.Context, event call.Event) {
	attributes := append(outcomeAttributes(event), keyWait.Float64(event.RetryWait.Seconds()), semconv.HTTPRequestResendCount(event.Attempt-1))
	spanOf(ctx).AddEvent(eventRetry, trace.WithAttributes(attributes...))
}

// end does not record the error itself, because it may contain data from the server.
func (s *spans) end(ctx context.Context, event call.Event) {
	span := spanOf(ctx)
	span.SetAttributes(outcomeAttributes(event)...)
	if event.Attempt > 1 {
		span.SetAttributes(semconv.HTTPRequestResendCount(event.Attempt - 1))
	}
	if event.Class != "" {
		span.SetStatus(codes.Error, "")
	}
	span.End()
}
