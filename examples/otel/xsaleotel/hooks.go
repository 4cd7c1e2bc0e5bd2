// Package xsaleotel turns the calls of an xSale client into OpenTelemetry spans and metrics.
//
// A call is a client span with an event for each attempt and for each wait before the next one. The
// attributes have low cardinality and contain no personal data: operation, method, path template,
// status and error class, but no path, query value, header, body or error message.
package xsaleotel

import (
	"context"

	"github.com/xsale-go/xsale/call"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
)

const scope = "example.com/xsale-otel/xsaleotel"

// Hooks records the calls of one client. The base URL of the client sets server.address and
// server.port; an empty one means [xsale.DefaultBaseURL].
func Hooks(tracers trace.TracerProvider, meters metric.MeterProvider, baseURL string) (call.Hooks, error) {
	server, err := serverOf(baseURL)
	if err != nil {
		return call.Hooks{}, err
	}
	measures, err := newMeasures(meters.Meter(scope), server)
	if err != nil {
		return call.Hooks{}, err
	}
	spans := &spans{tracers.Tracer(scope), server}
	return call.Hooks{
		CallStart: spans.start,
		AttemptDone: func(ctx context.Context, event call.Event) {
			spans.attempt(ctx, event)
			measures.attempt(ctx, event)
		},
		Retry: func(ctx context.Context, event call.Event) {
			spans.retry(ctx, event)
			measures.retry(ctx, event)
		},
		CallDone: func(ctx context.Context, event call.Event) {
			measures.call(ctx, event) // before the span ends: it may be an exemplar
			spans.end(ctx, event)
		},
	}, nil
}
