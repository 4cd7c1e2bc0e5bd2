// Command secondopinion compares this module with Stoplight's Prism, which shares no code with
// it. The client calls Prism's mock and, with Prism as a checking proxy, the sandbox. Then both
// check the same valid and invalid requests and responses. It needs prism in the PATH.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/signal"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/internal/conformance/prism"
	"github.com/xsale-go/xsale/openapi"
	"github.com/xsale-go/xsale/xsaletest"
)

// timeout bounds the whole run, which takes some seconds.
const timeout = 5 * time.Minute

func main() {
	log.SetFlags(0)
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	spec, err := openapi3.NewLoader().LoadFromData(openapi.Spec())
	if err != nil {
		return err
	}
	if err := travelBoth(ctx, spec); err != nil {
		return err
	}
	api := table{"API", openapi.Spec(), apiCases(), apiDifferences}
	trees := table{"Trees, a spec to test Prism", treeSpec, treeCases(), treeDifferences}
	all, apiErr := api.run(ctx)
	if unseen := blindSpots(spec, all); apiErr == nil && len(unseen) > 0 {
		apiErr = fmt.Errorf("Prism rejected no value in the %s", strings.Join(unseen, ", "))
	}
	_, treesErr := trees.run(ctx)
	return errors.Join(apiErr, treesErr)
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
	fmt.Println("Every operation of the client works against Prism's mock, and against the sandbox behind Prism.")
	return nil
}

// run prints the known differences and fails for others.
func (t table) run(ctx context.Context) ([]verdicts, error) {
	all, err := t.ask(ctx)
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
	fmt.Printf("\n%s: %d exchanges, %d with the same verdict, %d with a known difference:\n\n", t.name, len(all), equal, len(known))
	writer := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(writer, "exchange\there\tPrism\treason")
	for _, v := range known {
		fmt.Fprintf(writer, "%s\t%s\t%s\t%s\n", v.name, v.own, v.prism, t.differences[v.name].reason)
	}
	writer.Flush()
	if len(wrong) > 0 {
		return all, errors.New(strings.Join(wrong, "\n"))
	}
	return all, nil
}
