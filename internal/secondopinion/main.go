// Command secondopinion compares what this module and Stoplight's Prism, which shares no code with it, make of the API
// description: the client works against Prism's mock and, through Prism as a proxy that checks everything, against the
// sandbox; and both judge the same requests and answers, good and bad ones. It needs prism in the PATH.
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

	"github.com/xsale-go/xsale/internal/prism"
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
	document, err := openapi3.NewLoader().LoadFromData(openapi.Document())
	if err != nil {
		return err
	}
	if recursive := recursiveAnswers(document); len(recursive) > 0 {
		return fmt.Errorf("Prism does not check the recursive answers of %s", strings.Join(recursive, ", "))
	}
	if err := travelBoth(ctx, document); err != nil {
		return err
	}
	return errors.Join(
		table{"API", openapi.Document(), apiCases(), apiDifferences}.run(ctx),
		table{"trees, a description to try Prism with", treeDescription, treeCases(), treeDifferences}.run(ctx),
	)
}

// travelBoth calls every operation of Prism's mock, and of the sandbox behind Prism.
func travelBoth(ctx context.Context, document *openapi3.T) error {
	sandbox, err := xsaletest.Start()
	if err != nil {
		return err
	}
	defer sandbox.Close()
	mock, err := prism.Mock(ctx, openapi.Document())
	if err != nil {
		return err
	}
	defer mock.Close()
	if err := travel(ctx, sandbox, mock.URL, document); err != nil {
		return fmt.Errorf("the client against Prism's mock: %w", err)
	}
	proxy, err := prism.Proxy(ctx, openapi.Document(), sandbox.URL())
	if err != nil {
		return err
	}
	defer proxy.Close()
	if err := travel(ctx, sandbox, proxy.URL, document); err != nil {
		return fmt.Errorf("the client against the sandbox behind Prism: %w", err)
	}
	fmt.Println("Every operation of the client works against Prism's mock, and against the sandbox behind Prism.")
	return nil
}

// run prints the known differences and fails for others.
func (t table) run(ctx context.Context) error {
	all, err := t.ask(ctx)
	if err != nil {
		return err
	}
	known, wrong := t.compare(all)
	fmt.Printf("\n%s: %d exchanges, of which %d have the same verdict, and %d differ for a known reason:\n\n", t.name, len(all), len(all)-len(known)-len(wrong), len(known))
	writer := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(writer, "exchange\there\tPrism\treason")
	for _, v := range known {
		fmt.Fprintf(writer, "%s\t%s\t%s\t%s\n", v.name, v.own, v.prism, t.differences[v.name].reason)
	}
	writer.Flush()
	if len(wrong) > 0 {
		return errors.New(strings.Join(wrong, "\n"))
	}
	return nil
}
