package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/transfer"
	"github.com/xsale-go/xsale/transfer/sqlite"
	"github.com/xsale-go/xsale/xsaletest"
)

// A second run sends nothing, not even the parameter whose response was lost: a person decides about
// that one.
func TestEachIsCreatedOnce(t *testing.T) {
	sandbox := xsaletest.New(t)
	sandbox.Fail("createParameter", xsaletest.Cut(xsaletest.BeforeResponse).Processed())
	shop, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "shop.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer shop.Close()
	for range 2 {
		wanted, err := read(strings.NewReader(`{"Integration":{"Name":"domenasklepu.pl","IsActive":true,"IntegrationType":28},
			"Parameters":{"12":{"color":{"Name":"Color"},"size":{"Name":"Size"}}}}`))
		if err != nil {
			t.Fatal(err)
		}
		var report strings.Builder
		err = create(t.Context(), sandbox.Client(t).Organization(""), shop, wanted, &report)
		if err == nil || !strings.Contains(err.Error(), "--flow push_parameters ") {
			t.Error(err)
		}
		if got := report.String(); strings.Count(got, " done ") != 2 || strings.Count(got, " parked ") != 1 {
			t.Errorf("got %s", got)
		}
	}
	integrations, parameters := sandbox.Requests("createIntegration"), sandbox.Requests("createParameter")
	if len(integrations) != 1 || len(parameters) != 2 {
		t.Errorf("%d integrations and %d parameters were sent, want 1 and 2", len(integrations), len(parameters))
	}
}

// An integration of the panel gets parameters, too, with all fields of their definitions.
func TestExistingIntegration(t *testing.T) {
	sandbox := xsaletest.New(t)
	shop, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "shop.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer shop.Close()
	organization := sandbox.Client(t).Organization("")
	panel, err := organization.Integrations.Create(t.Context(), xsale.CreateIntegration{Name: "made in the panel", IntegrationType: xsale.IntegrationTypeOwnShop})
	if err != nil {
		t.Fatal(err)
	}
	*existing = panel.ID
	defer func() { *existing = 0 }()
	wanted, err := read(strings.NewReader(`{"Parameters":{"12":{"size":{"Name":"Size","Values":["S",1.50]}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	if err := create(t.Context(), organization, shop, wanted, io.Discard); err != nil {
		t.Fatal(err)
	}
	sent := sandbox.Requests("createParameter")
	if len(sent) != 1 || !strings.HasSuffix(sent[0].Path, fmt.Sprintf("/integrations/%d/categories/12/parameters", panel.ID)) || string(sent[0].Body) != `{"Name":"Size","Values":["S",1.50]}` {
		t.Errorf("sent %+v", sent)
	}

	wanted, err = read(strings.NewReader(`{"Parameters":{"12":{"size":{"Name":"Height"},"weight":{"Name":"Weight"}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	var report strings.Builder
	err = create(t.Context(), organization, shop, wanted, &report)
	if !errors.Is(err, transfer.ErrConflict) || !strings.Contains(err.Error(), " 12 size: ") || !strings.Contains(report.String(), " 12 weight done ") {
		t.Errorf("after a change: %v, %s", err, report.String())
	}
}

func TestMisspelledSetup(t *testing.T) {
	const integration = `{"Integration":{"Name":"x","IntegrationType":28}`
	if _, err := read(strings.NewReader(integration + "}\n")); err != nil {
		t.Error(err)
	}
	for input, want := range map[string]string{
		integration + `,"Parameter":{}}`:        `"Parameter"`,
		integration + `,"Parameters":{"a":{}}}`: "number a",
		`{`:                                     "EOF",
		``:                                      "EOF",
		`null`:                                  "Integration.Name is missing",
		`{"Integration":{"Nme":"x","IntegrationType":28}}`:  "Integration.Name is missing",
		`{"Integration":{"Name":" ","IntegrationType":28}}`: "Integration.Name is missing",
		integration + `} {"Parameters":{}}`:                 "text after the JSON object",
		integration + `}}`:                                  "text after the JSON object",
	} {
		if wanted, err := read(strings.NewReader(input)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %+v, %v", input, wanted, err)
		}
	}
}
