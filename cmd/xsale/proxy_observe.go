package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale/internal/spec/pipeline"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/xsaletest/traffic"
)

// observedBytes bounds the copy of a body that is checked or written to an archive.
const observedBytes = 4 << 20

// observation is what a proxy does with the traffic, apart from passing it on.
type observation struct {
	transport http.RoundTripper
	validator *traffic.Validator // nil without --check
	archiver  *traffic.Archiver  // nil without --har
	spec      string             // name of the spec, for the findings
	sarif     string
}

// observe puts what the flags ask for in front of a transport, which returns no tokens.
func (a *app) observe(command *cobra.Command, f *proxyFlags, transport http.RoundTripper) (o *observation, err error) {
	o = &observation{transport: transport, spec: "openapi/openapi.yaml", sarif: f.sarif}
	var recording []traffic.RecordOption
	checking := []traffic.ValidateOption{traffic.WithBodyLimit(observedBytes), traffic.WithReport(func(finding traffic.Finding) {
		fmt.Fprintf(command.ErrOrStderr(), "finding: %s\n", finding)
	})}
	if f.spec != "" {
		document, err := a.observedSpec(command, f.spec)
		if err != nil {
			return nil, err
		}
		o.spec = f.spec
		recording, checking = append(recording, traffic.WithSpec(document)), append(checking, traffic.WithSpec(document))
	}
	if f.record != "" {
		if o.transport, err = traffic.Record(o.transport, f.record, recording...); err != nil {
			return nil, usageError{fmt.Errorf("--record: %w", err)}
		}
	}
	if f.har != "" {
		if o.archiver, err = traffic.Archive(o.transport, f.har, append(recording, traffic.WithBodyLimit(observedBytes))...); err != nil {
			return nil, usageError{fmt.Errorf("--har: %w", err)}
		}
		o.transport = o.archiver
	}
	if f.check || f.sarif != "" {
		o.validator = traffic.Validate(o.transport, checking...)
		o.transport = o.validator
	}
	if o.sarif != "" { // fails now rather than after the traffic
		if err := o.writeSARIF(); err != nil {
			return nil, usageError{err}
		}
	}
	return o, nil
}

// observedSpec returns a spec in normal form.
func (a *app) observedSpec(command *cobra.Command, from string) ([]byte, error) {
	source, err := a.sourceWith(command, from, nil)
	if err != nil {
		return nil, err
	}
	result, err := runPipeline(command.Context(), source.Data, pipeline.Options{})
	if err != nil {
		return nil, specError(source.Name, err)
	}
	return tree.YAML(result.Document)
}

// finish writes what was found.
func (o *observation) finish(command *cobra.Command) error {
	var failures []error
	if o.archiver != nil {
		failures = append(failures, o.archiver.Close())
	}
	if o.validator != nil {
		failures = append(failures, o.validator.WriteReport(command.ErrOrStderr()))
	}
	if o.sarif != "" {
		failures = append(failures, o.writeSARIF())
	}
	return errors.Join(failures...)
}

func (o *observation) writeSARIF() error {
	data, err := sarif(o.validator.Findings(), o.spec)
	if err == nil {
		err = os.WriteFile(o.sarif, data, 0o644)
	}
	if err != nil {
		return fmt.Errorf("--sarif: %w", err)
	}
	return nil
}
