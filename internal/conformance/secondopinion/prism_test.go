// Package secondopinion compares this module with Stoplight's Prism, which shares no code with it.
// The client calls Prism's mock and, with Prism as a checking proxy, the sandbox. Then both check
// the same valid and invalid requests and responses.
package secondopinion

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/internal/conformance/prism"
	"github.com/xsale-go/xsale/openapi"
	"github.com/xsale-go/xsale/xsaletest"
)

func TestPrism(t *testing.T) {
	if _, err := exec.LookPath("prism"); err != nil {
		t.Skip("needs prism on the PATH: run make second-opinion, which fetches it with npm")
	}
	ctx := t.Context()
	spec := load(t, openapi.Spec())
	if err := travelBoth(ctx, spec); err != nil {
		t.Fatal(err)
	}
	api, trees := tables[0], tables[1]
	all, err := api.run(t)
	if err != nil {
		t.Error(err)
	} else if unseen := blindSpots(spec, all); len(unseen) > 0 {
		t.Errorf("Prism rejected no value in the %s", strings.Join(unseen, ", "))
	}
	if _, err := trees.run(t); err != nil {
		t.Error(err)
	}
}

// travelBoth calls every operation of Prism's mock, and of the sandbox behind Prism.
func travelBoth(ctx context.Context, spec *openapi3.T) error {
	sandbox, err := xsaletest.Start()
	if err != nil {
		return err
	}
	defer sandbox.Close()
	mock, err := prism.Mock(ctx, openapi.Spec())
	if err != nil {
		return err
	}
	defer mock.Close()
	if err := travel(ctx, sandbox, mock.URL, spec); err != nil {
		return fmt.Errorf("the client against Prism's mock: %w", err)
	}
	proxy, err := prism.Proxy(ctx, openapi.Spec(), sandbox.URL())
	if err != nil {
		return err
	}
	defer proxy.Close()
	if err := travel(ctx, sandbox, proxy.URL, spec); err != nil {
		return fmt.Errorf("the client against the sandbox behind Prism: %w", err)
	}
	return nil
}

// run logs the known differences and fails for others.
func (t table) run(test *testing.T) ([]verdicts, error) {
	all, err := t.ask(test.Context())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.name, err)
	}
	known, wrong := t.compare(all)
	equal := 0
	for _, v := range all {
		if v.own == v.prism {
			equal++
		}
	}
	var report strings.Builder
	writer := tabwriter.NewWriter(&report, 0, 0, 2, ' ', 0)
	fmt.Fprintln(writer, "exchange\there\tPrism\treason")
	for _, v := range known {
		fmt.Fprintf(writer, "%s\t%s\t%s\t%s\n", v.name, v.own, v.prism, t.differences[v.name].reason)
	}
	writer.Flush()
	test.Logf("%s: %d exchanges, %d with the same verdict, %d with a known difference:\n%s", t.name, len(all), equal, len(known), &report)
	if len(wrong) > 0 {
		return all, errors.New(strings.Join(wrong, "\n"))
	}
	return all, nil
}
