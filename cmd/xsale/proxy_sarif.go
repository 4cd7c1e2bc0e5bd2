package main

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/xsaletest/traffic"
)

const sarifSchema = "https://json.schemastore.org/sarif-2.1.0.json"

// sarif formats findings as SARIF 2.1.0, which code hosts show next to the spec
// (https://docs.oasis-open.org/sarif/sarif/v2.1.0/).
func sarif(findings []traffic.Finding, spec string) ([]byte, error) {
	type message struct {
		Text string `json:"text"`
	}
	type rule struct {
		ID    string  `json:"id"`
		Short message `json:"shortDescription"`
	}
	type result struct {
		RuleID    string  `json:"ruleId"`
		Level     string  `json:"level"`
		Message   message `json:"message"`
		Count     int     `json:"occurrenceCount"`
		Locations []any   `json:"locations"`
	}
	rules, results := []rule{}, []result{}
	for _, finding := range findings {
		id := strings.ReplaceAll(finding.Kind, " ", "-")
		if !slices.ContainsFunc(rules, func(r rule) bool { return r.ID == id }) {
			rules = append(rules, rule{id, message{"traffic differs from the spec in its " + finding.Kind}})
		}
		level := "note"
		if finding.Severity == "error" {
			level = "error"
		}
		results = append(results, result{id, level, message{finding.String()}, finding.Count, []any{map[string]any{
			"physicalLocation": map[string]any{"artifactLocation": map[string]any{"uri": spec}},
			"logicalLocations": []any{map[string]any{
				"name":               finding.OperationID,
				"fullyQualifiedName": strings.TrimSpace(strings.Join([]string{finding.Method, finding.Path, finding.Direction, finding.Location}, " ")),
			}},
		}}})
	}
	return json.MarshalIndent(map[string]any{
		"$schema": sarifSchema,
		"version": "2.1.0",
		"runs": []any{map[string]any{
			"tool": map[string]any{"driver": map[string]any{
				"name": "xsale", "version": xsale.Version, "informationUri": "https://github.com/xsale-go/xsale", "rules": rules,
			}},
			"results": results,
		}},
	}, "", "  ")
}
