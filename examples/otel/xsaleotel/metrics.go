package xsaleotel

import (
	"context"
	"errors"

	"github.com/xsale-go/xsale/call"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/semconv/v1.43.0/httpconv"
)

// callBounds end at the default timeout of a call, five minutes.
var callBounds = []float64{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300}

type measures struct {
	server   server
	requests httpconv.ClientRequestDuration
	calls    metric.Float64Histogram
	attempts metric.Int64Counter
	retries  metric.Int64Counter
}

func newMeasures(meter metric.Meter, server server) (*measures, error) {
	requests, err := httpconv.NewClientRequestDuration(meter)
	calls, callsErr := meter.Float64Histogram("xsale.client.call.duration", metric.WithUnit("s"),
		metric.WithDescription("Duration of calls, including logins, attempts and waits."), metric.WithExplicitBucketBoundaries(callBounds...))
	attempts, attemptsErr := meter.Int64Counter("xsale.client.attempts", metric.WithUnit("{attempt}"),
		metric.WithDescription("Requests sent."))
	retries, retriesErr := meter.Int64Counter("xsale.client.retries", metric.WithUnit("{retry}"),
		metric.WithDescription("Waits before another attempt, by the failure of the previous one."))
	return &measures{server, requests, calls, attempts, retries}, errors.Join(err, callsErr, attemptsErr, retriesErr)
}

func (m *measures) attempt(ctx context.Context, event call.Event) {
	attributes := m.attributes(event)
	m.requests.Inst().Record(ctx, event.Duration.Seconds(), attributes)
	m.attempts.Add(ctx, 1, attributes)
}

func (m *measures) retry(ctx context.Context, event call.Event) {
	m.retries.Add(ctx, 1, m.attributes(event))
}

func (m *measures) call(ctx context.Context, event call.Event) {
	m.calls.Record(ctx, event.Duration.Seconds(), m.attributes(event))
}

func (m *measures) attributes(event call.Event) metric.MeasurementOption {
	return metric.WithAttributes(append(callAttributes(m.server, event), outcomeAttributes(event)...)...)
}
