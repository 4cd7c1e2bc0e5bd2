package xsaleotel

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/trace"
)

// canary returns a part of the recorded spans or metrics that must not be recorded, or "".
func (r *recorder) canary(t *testing.T) string {
	t.Helper()
	var collected metricdata.ResourceMetrics
	if err := r.reader.Collect(t.Context(), &collected); err != nil {
		t.Fatal(err)
	}
	recorded := fmt.Sprintf("%+v", collected)
	for _, span := range r.exporter.GetSpans().Snapshots() {
		attributes, err := json.Marshal(span.Attributes())
		if err != nil {
			t.Fatal(err)
		}
		recorded += fmt.Sprintf("%s %s %+v %+v %+v", span.Name(), attributes, span.Events(), span.Status(), span.Resource())
	}
	for _, canary := range []string{"canary", canaryNIP, "example.pl", "contractors"} {
		if at := strings.Index(strings.ToLower(recorded), canary); at >= 0 {
			return recorded[max(0, at-40):min(len(recorded), at+40)]
		}
	}
	return ""
}

func TestCanaryFindsCanaries(t *testing.T) {
	for name, spoil := range map[string]func(trace.Span){
		"name":      func(span trace.Span) { span.SetName("GET /" + canaryEmail) },
		"attribute": func(span trace.Span) { span.SetAttributes(attribute.String("url.full", "https://x/?nip="+canaryNIP)) },
		"event":     func(span trace.Span) { span.RecordError(fmt.Errorf("rejected: %s", canaryEmail)) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRecorder(t, response{200, `{}`, nil})
				_, span := r.tracers.Tracer("").Start(t.Context(), "call")
				spoil(span)
				span.End()
				if r.canary(t) == "" {
					t.Error("not found")
				}
			})
		})
	}
}
