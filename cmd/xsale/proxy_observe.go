package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale/internal/atomicfile"
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

// checkFiles returns an error if a file cannot be written.
func (f *proxyFlags) checkFiles() error {
	var files []outFile
	if f.secretFile != "" {
		files = append(files, secretFile(f.secretFile))
	}
	if f.sarif != "" {
		files = append(files, sarifFile(f.sarif))
	}
	if f.har != "" {
		files = append(files, harFile("--har", f.har))
	}
	for _, file := range files {
		if _, err := file.check(); err != nil {
			return err
		}
	}
	if info, err := os.Stat(f.record); err == nil && !info.IsDir() {
		return usagef("--record %s: it is not a directory", f.record)
	}
	return nil
}

// sarifFile is a file for findings, which replaces those of another run only.
func sarifFile(path string) outFile {
	return outFile{"--sarif", path, "a SARIF file", func(data []byte) bool {
		return bytes.Contains(data, []byte(`"$schema": "`+sarifSchema))
	}}
}

// harFile is a file for traffic, which replaces that of another run only.
func harFile(flag, path string) outFile {
	return outFile{flag, path, "a HAR file of xsale", func(data []byte) bool {
		return bytes.HasPrefix(data, []byte(`{"log":{"version":"1.2","creator":{"name":"github.com/xsale-go/xsale/`))
	}}
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
		earlier, _ := os.ReadDir(f.record) // Record rejects a directory with anything else
		if o.transport, err = traffic.Record(o.transport, f.record, recording...); err != nil {
			return nil, usagef("--record %s: %s", f.record, strings.TrimPrefix(cause(err).Error(), "traffic: Record: "))
		}
		fmt.Fprintf(command.ErrOrStderr(), "%s the recording in %s\n", wrote(len(earlier) > 0), f.record)
	}
	if f.har != "" {
		exists, err := harFile("--har", f.har).check()
		if err != nil {
			return nil, err
		}
		if o.archiver, err = traffic.Archive(o.transport, f.har, append(recording, traffic.WithBodyLimit(observedBytes))...); err != nil {
			return nil, usagef("--har %s: %s", f.har, strings.TrimPrefix(cause(err).Error(), "traffic: Archive: "))
		}
		fmt.Fprintf(command.ErrOrStderr(), "%s %s\n", wrote(exists), f.har)
		o.transport = o.archiver
	}
	if f.check || f.sarif != "" {
		o.validator = traffic.Validate(o.transport, checking...)
		o.transport = o.validator
	}
	if o.sarif != "" { // fails now rather than after the traffic
		data, err := sarif(nil, o.spec)
		if err != nil {
			return nil, err
		}
		if err := sarifFile(o.sarif).write(command, data, 0o644, ""); err != nil {
			return nil, err
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
		err = atomicfile.Write(o.sarif, data, 0o644)
	}
	if err != nil {
		return fmt.Errorf("--sarif %s: %w", o.sarif, cause(err))
	}
	return nil
}
