package codegen

import (
	"fmt"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// An enum with a value that cannot be a constant of its type becomes the plain type.
func TestEnumsWithoutConstants(t *testing.T) {
	for schemas, want := range map[string]string{
		`"A":{"type":"string","enum":["x","a\tb"]}`:                                                               "type A = string",
		`"A":{"type":"string","enum":["x","a\"b"],"x-enum-varnames":["X","Y"]}`:                                   "type A = string",
		`"A":{"allOf":[{"$ref":"#/components/schemas/B"},{"type":"integer"}]},"B":{"type":"string","enum":["b"]}`: "type A = int64",
		`"A":{"type":"string","enum":["x","y"]}`:                                                                  "AY A = \"y\"",
		`"A":{"type":"integer","format":"int32","enum":[3000000000]}`:                                             "type A = int32",
		`"A":{"type":"integer","format":"uint8","enum":[-1,300]}`:                                                 "AN300 A = 300",
		`"A":{"type":"integer","format":"int32","enum":[-1]}`:                                                     "AMinus1 A = -1",
	} {
		code := strings.Join(strings.Fields(codeOf(t, `"schemas":{`+schemas+`}`, "")), " ")
		if !strings.Contains(code, want) {
			t.Errorf("%s: %q is missing in\n%s", schemas, want, code)
		}
	}
}

// Constants are named so that no suffix reads as part of the value.
func TestConstantNames(t *testing.T) {
	long := strings.Repeat("very long ", 20)
	for values, want := range map[string]string{
		"Etc/GMT+1|Etc/GMT-1": "EtcGMTPlus1 EtcGMTMinus1",
		"Etc/GMT+1":           "EtcGMT1",
		"new|New|NEW":         "NewLower New NEW",
		"a-b|a_b|a b|AB":      "ADashB AUnderscoreB ASpaceB AB",
		"1|1.5|15|-1|1-5":     "N1 N1_5 N15 Minus1 N1Minus5",
		"1.0|2.0|10":          "N1_0 N2_0 N10",
		"ISO-8859-1|UTF-8":    "ISO8859_1 UTF8",
		"<|<=|>|*|C|C++|C#":   "Less LessEqual Greater Star C CPlusPlus CHash",
		"日本|中国|é|e":           "U65E5U672C U4E2DU56FD ELower E",
		"iD|ID":               "ID_ ID",
		long + "a|" + long:    "VeryLongVeryLongVeryLongVeryLongVeryLongVeryLongVeryLongVery VeryLongVeryLongVeryLongVeryLongVeryLongVeryLongVeryLongVery_",
	} {
		document := tree.Object{"paths": tree.Object{}, "components": tree.Object{"schemas": tree.Object{"S": tree.Object{"type": "string"}}}}
		schema := tree.ObjectAt(tree.Schemas(document), "S")
		for value := range strings.SplitSeq(values, "|") {
			schema["enum"] = append(tree.ListAt(schema, "enum"), value)
		}
		if _, _, err := prepare(document, (*Lock)(nil).clone(), &tree.Report{}); err != nil {
			t.Fatal(err)
		}
		got := strings.Trim(fmt.Sprint(tree.ObjectAt(tree.Schemas(document), "S")["x-enum-varnames"]), "[]")
		if got != want {
			t.Errorf("%s: got %s, want %s", values, got, want)
		}
	}
}

// Each repaired constant is in the report, under its whole name.
func TestReportNamesConstants(t *testing.T) {
	_, renamed := generateWith(t, nil, `"Zone":`+enum("Etc/GMT+1 Etc/GMT-1 UTC"), "")
	var got []string
	for _, change := range renamed {
		got = append(got, fmt.Sprint(change.Pointer, " ", change.Before, " ", change.After))
	}
	want := "/components/schemas/Zone/enum/0 Etc/GMT+1 ZoneEtcGMTPlus1, /components/schemas/Zone/enum/1 Etc/GMT-1 ZoneEtcGMTMinus1"
	if strings.Join(got, ", ") != want {
		t.Errorf("got %s, want %s", strings.Join(got, ", "), want)
	}
}
