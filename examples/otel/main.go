// Program otel calls a sandbox of xSale and prints the spans and metrics of the calls with
// OpenTelemetry's exporters. A production program uses other exporters and its own account; the
// hooks stay the same.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/xsaletest"
	"go.opentelemetry.io/otel/exporters/stdout/stdoutmetric"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"example.com/xsale-otel/xsaleotel"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "otel:", err)
		os.Exit(1)
	}
}

// run makes the calls and writes their spans and metrics to out.
func run(ctx context.Context, out io.Writer) (err error) {
	spanExporter, err := stdouttrace.New(stdouttrace.WithWriter(out))
	if err != nil {
		return err
	}
	metricExporter, err := stdoutmetric.New(stdoutmetric.WithWriter(out))
	if err != nil {
		return err
	}
	tracers := sdktrace.NewTracerProvider(sdktrace.WithBatcher(spanExporter))
	meters := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewPeriodicReader(metricExporter)))
	defer func() { // flushes
		err = errors.Join(err, tracers.Shutdown(context.WithoutCancel(ctx)), meters.Shutdown(context.WithoutCancel(ctx)))
	}()

	sandbox, err := xsaletest.Start()
	if err != nil {
		return err
	}
	defer sandbox.Close()
	hooks, err := xsaleotel.Hooks(tracers, meters, sandbox.URL())
	if err != nil {
		return err
	}
	busy := &busyOnce{next: sandbox.HTTPClient().Transport, url: sandbox.URL() + "/me"}
	client, err := xsale.New(append(sandbox.Options(), xsale.WithHooks(hooks), xsale.WithHTTPClient(&http.Client{Transport: busy}))...)
	if err != nil {
		return err
	}
	defer client.Close()

	ctx, span := tracers.Tracer("example.com/xsale-otel").Start(ctx, "import")
	defer span.End()
	return calls(ctx, client)
}

// calls makes a call that is retried, a list, a failing call, and a raw call, which is recorded by
// its method only.
func calls(ctx context.Context, client *xsale.Client) error {
	if _, err := client.Me(ctx); err != nil {
		return err
	}
	shop := client.Organization("")
	if _, err := call.Collect(shop.Orders.List(ctx, xsale.ListOrdersParams{StatusNames: []string{"Nowe"}})); err != nil {
		return err
	}
	if _, err := call.Collect(shop.Articles.ListTranslations(ctx, 1)); !errors.Is(err, xsale.ErrNotFound) {
		return fmt.Errorf("want no article 1, got %w", err)
	}
	_, err := shop.Call(ctx, http.MethodGet, "/statuses", nil)
	return err
}
