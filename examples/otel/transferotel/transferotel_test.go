package transferotel

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xsale-go/xsale/transfer"
	"github.com/xsale-go/xsale/transfer/sqlite"
	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

// Each step is a span and a measurement, failed ones too, and what it does is below its span.
func TestStepsAreRecorded(t *testing.T) {
	database, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "orders.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer database.Close()
	exporter, reader := tracetest.NewInMemoryExporter(), sdkmetric.NewManualReader()
	hooks, err := Hooks(sdktrace.NewTracerProvider(sdktrace.WithSyncer(exporter)), sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)))
	if err != nil {
		t.Fatal(err)
	}
	var handled trace.SpanContext
	pull := transfer.Pull[int, *sql.Tx]{
		Flow: transfer.Flow[*sql.Tx]{Database: database, Name: "orders", Hooks: hooks, Backoff: func(int) time.Duration { return time.Millisecond }},
		List: func(context.Context) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) { yield(7, nil) }
		},
		Key: func(order int) string { return fmt.Sprint(order) },
		Handle: func(ctx context.Context, item transfer.Item[int]) error {
			handled = trace.SpanContextFromContext(ctx)
			if item.Attempt == 1 {
				return errors.New("canary")
			}
			return nil
		},
		HandOver: func(context.Context, transfer.Item[int], transfer.Outcome) error { return nil },
	}
	if summary, err := pull.Run(t.Context()); err != nil || summary.Done != 1 {
		t.Fatal(summary, err)
	}
	var spans []string
	within := false
	for _, span := range exporter.GetSpans() {
		spans = append(spans, span.Name+format(span.Attributes)+" "+span.Status.Code.String()+span.Status.Description)
		within = within || span.SpanContext.Equal(handled)
	}
	want := []string{
		"orders list xsale.flow=orders xsale.step=list Unset",
		"orders handle xsale.flow=orders xsale.step=handle xsale.key=7 xsale.attempt=1 error.type=*errors.errorString Error",
		"orders handle xsale.flow=orders xsale.step=handle xsale.key=7 xsale.attempt=2 Unset",
		"orders hand-over xsale.flow=orders xsale.step=hand-over xsale.key=7 xsale.attempt=1 Unset",
	}
	if !slices.Equal(spans, want) || !within {
		t.Errorf("got\n%s\nwant\n%s\nthe context of the handler has a span: %v", strings.Join(spans, "\n"), strings.Join(want, "\n"), within)
	}
	measured := measurements(t, reader)
	want = []string{
		"xsale.flow=orders xsale.step=hand-over: 1", "xsale.flow=orders xsale.step=handle: 1", "xsale.flow=orders xsale.step=list: 1",
		"error.type=*errors.errorString xsale.flow=orders xsale.step=handle: 1",
	}
	if slices.Sort(want); !slices.Equal(measured, want) {
		t.Errorf("measured %q, want %q", measured, want)
	}
}

// measurements returns how often each combination of attributes was measured.
func measurements(t *testing.T, reader sdkmetric.Reader) (lines []string) {
	t.Helper()
	var collected metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &collected); err != nil {
		t.Fatal(err)
	}
	for _, point := range collected.ScopeMetrics[0].Metrics[0].Data.(metricdata.Histogram[float64]).DataPoints {
		lines = append(lines, strings.TrimSpace(format(point.Attributes.ToSlice()))+fmt.Sprintf(": %d", point.Count))
	}
	slices.Sort(lines)
	return lines
}

func format(attributes []attribute.KeyValue) (line string) {
	for _, each := range attributes {
		line += " " + string(each.Key) + "=" + each.Value.String()
	}
	return line
}
