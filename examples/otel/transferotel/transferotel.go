// Package transferotel turns the steps of a transfer into OpenTelemetry spans and a metric.
//
// A step, such as handling an order, is a span. The calls that it makes are the spans below it, with
// the hooks of package xsaleotel. Error messages and the elements themselves are not recorded.
package transferotel

import (
	"context"
	"time"

	"github.com/xsale-go/xsale/transfer"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

const scope = "example.com/xsale-otel/transferotel"

// Attributes without a name in the semantic conventions. The key may contain personal data if keys
// do; it is on spans only.
const (
	keyFlow    = attribute.Key("xsale.flow")
	keyStep    = attribute.Key("xsale.step")
	keyKey     = attribute.Key("xsale.key")
	keyAttempt = attribute.Key("xsale.attempt")
)

// bounds reach beyond the default timeout of a step, one minute, because a list has none.
var bounds = []float64{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600}

// Hooks records the steps of flows.
func Hooks(tracers trace.TracerProvider, meters metric.MeterProvider) (transfer.Hooks, error) {
	tracer := tracers.Tracer(scope)
	durations, err := meters.Meter(scope).Float64Histogram("xsale.transfer.step.duration", metric.WithUnit("s"),
		metric.WithDescription("Duration of the steps of transfers, such as handling an order."), metric.WithExplicitBucketBoundaries(bounds...))
	if err != nil {
		return transfer.Hooks{}, err
	}
	return transfer.Hooks{Step: func(ctx context.Context, step transfer.Step) (context.Context, func(error)) {
		start := time.Now()
		attributes := []attribute.KeyValue{keyFlow.String(step.Flow), keyStep.String(step.Name)}
		ctx, span := tracer.Start(ctx, step.Flow+" "+step.Name, trace.WithAttributes(attributes...))
		if step.Key != "" {
			span.SetAttributes(keyKey.String(step.Key), keyAttempt.Int(step.Attempt))
		}
		return ctx, func(err error) {
			if err != nil {
				failure := semconv.ErrorType(err)
				attributes = append(attributes, failure)
				span.SetAttributes(failure)
				span.SetStatus(codes.Error, "") // without the message, which may quote a server
			}
			durations.Record(ctx, time.Since(start).Seconds(), metric.WithAttributes(attributes...))
			span.End()
		}
	}}, nil
}
