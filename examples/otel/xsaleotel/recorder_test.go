package xsaleotel

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

// recorder is a client with the recorded spans and metrics of its calls. Its server is a function,
// so that it works under synctest. Each response takes a second.
type recorder struct {
	client    *xsale.Client
	tracers   *sdktrace.TracerProvider
	exporter  *tracetest.InMemoryExporter
	reader    *sdkmetric.ManualReader
	responses []response // one for each request; the last one repeats
	login     response
	sent      int
}

type response struct {
	status int
	body   string
	header http.Header
}

func newRecorder(t *testing.T, responses ...response) *recorder {
	t.Helper()
	r := &recorder{
		exporter:  tracetest.NewInMemoryExporter(),
		reader:    sdkmetric.NewManualReader(),
		responses: responses,
		login:     response{status: 200, body: `{"access_token":"canary-access","id_token":"canary-id","expires_in":86400,"token_type":"Bearer"}`},
	}
	r.tracers = sdktrace.NewTracerProvider(sdktrace.WithSyncer(r.exporter))
	hooks, err := Hooks(r.tracers, sdkmetric.NewMeterProvider(sdkmetric.WithReader(r.reader)), "")
	if err != nil {
		t.Fatal(err)
	}
	r.client, err = xsale.New(
		xsale.WithCredentials(authn.Credentials{
			ClientID: "canary-client", ClientSecret: authn.NewSecret("canary-secret"),
			Username: "canary@example.pl", Password: authn.NewSecret("canary-password"),
		}),
		xsale.WithHTTPClient(&http.Client{Transport: r}), xsale.WithHooks(hooks), xsale.WithOnDemandLogin(), xsale.WithOrganization("canary-shop"),
	)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.client.Close() })
	return r
}

// RoundTrip responds, and starts a span as a user's transport might.
func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	given := r.login
	if request.URL.Path != "/oauth/token" {
		_, span := r.tracers.Tracer("").Start(request.Context(), "of the user")
		defer span.End()
		time.Sleep(time.Second)
		given = r.responses[min(r.sent, len(r.responses)-1)]
		r.sent++
	}
	if given.status == 0 {
		return nil, fmt.Errorf("canary: %w", io.ErrUnexpectedEOF)
	}
	header := http.Header{"Content-Type": {"application/json"}, "X-Canary": {"canary"}}
	for name, values := range given.header {
		header[name] = values
	}
	return &http.Response{
		StatusCode: given.status, Header: header, Body: io.NopCloser(strings.NewReader(given.body)), ContentLength: int64(len(given.body)), Request: request,
	}, nil
}

// spans formats the spans of the calls as an indented tree, with a line for each event.
func (r *recorder) spans(t *testing.T) string {
	t.Helper()
	all := r.exporter.GetSpans()
	var lines []string
	var write func(parent trace.SpanID, indent string)
	write = func(parent trace.SpanID, indent string) {
		for _, span := range all {
			if span.Parent.SpanID() != parent {
				continue
			}
			line := indent + span.Name
			if span.SpanKind == trace.SpanKindClient {
				line += " " + span.SpanKind.String() + formatAttributes(t, span.Attributes, true) + " " + span.Status.Code.String()
			}
			if span.Status.Description != "" {
				t.Errorf("the status of %s: unexpected description %q", span.Name, span.Status.Description)
			}
			lines = append(lines, line)
			for _, event := range span.Events {
				lines = append(lines, indent+"- "+event.Name+formatAttributes(t, event.Attributes, false))
			}
			write(span.SpanContext.SpanID(), indent+"  ")
		}
	}
	write(trace.SpanID{}, "")
	return strings.Join(lines, "\n")
}

// metrics formats each series as a line with the number of measurements and, for durations, their
// sum.
func (r *recorder) metrics(t *testing.T) string {
	t.Helper()
	var collected metricdata.ResourceMetrics
	if err := r.reader.Collect(context.Background(), &collected); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, scope := range collected.ScopeMetrics {
		for _, metric := range scope.Metrics {
			switch data := metric.Data.(type) {
			case metricdata.Histogram[float64]:
				for _, point := range data.DataPoints {
					lines = append(lines, fmt.Sprintf("%s%s: %d in %v%s", metric.Name, formatAttributes(t, point.Attributes.ToSlice(), true), point.Count, point.Sum, metric.Unit))
				}
			case metricdata.Sum[int64]:
				for _, point := range data.DataPoints {
					lines = append(lines, fmt.Sprintf("%s%s: %d", metric.Name, formatAttributes(t, point.Attributes.ToSlice(), true), point.Value))
				}
			default:
				t.Errorf("%s is a %T", metric.Name, data)
			}
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// formatAttributes sorts attributes by name. It leaves out those of the server, after checking
// them.
func formatAttributes(t *testing.T, attributes []attribute.KeyValue, hasServer bool) string {
	t.Helper()
	var parts []string
	server := ""
	for _, each := range attributes {
		if strings.HasPrefix(string(each.Key), "server.") {
			server += each.Value.String() + " "
			continue
		}
		parts = append(parts, " "+string(each.Key)+"="+each.Value.String())
	}
	if hasServer && server != "api.xsale.ai 443 " {
		t.Errorf("the server is %q", server)
	}
	slices.Sort(parts)
	return strings.Join(parts, "")
}
