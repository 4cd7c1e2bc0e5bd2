package main

import (
	"strings"
	"testing"
)

func TestVerdictReportsMissedTargets(t *testing.T) {
	values := series{nameThis: {1053, 1053, 1053}, nameByHand: {1000, 1000, 1000}}
	for _, test := range []struct {
		target target
		missed bool
	}{
		{target{timesOf, nameByHand, 1.05}, true},
		{target{timesOf, nameByHand, 1.06}, false},
		{target{atMost, "", 1052}, true},
		{target{atMost, "", 1053}, false},
	} {
		verdict := test.target.verdict(row{format: number, values: values})
		if strings.Contains(verdict, "MISSED") != test.missed {
			t.Errorf("%+v: got %s, want missed %t", test.target, verdict, test.missed)
		}
	}
}
