package control

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/internal/plaintext"
	"github.com/xsale-go/xsale/internal/problem"
	"github.com/xsale-go/xsale/xsaletest"
)

// ParseSeed reads a seed, as PUT /_sandbox/seed and the flag --seed of xsale sandbox do:
//
//	{"Statuses":[{"Id":1,"Name":"Nowe"}],"Orders":[{"Order":{"Id":7,"Items":[]},"Status":"Nowe"}]}
//
// Unknown fields and wrong types are errors that name the JSON pointer. [xsaletest.WithSeed] checks the
// values.
func ParseSeed(data []byte) (xsaletest.Seed, error) {
	data, err := plaintext.Decode(data)
	if err != nil {
		return xsaletest.Seed{}, err
	}
	if err := checkSyntax(data); err != nil {
		return xsaletest.Seed{}, err
	}
	var wrong []error
	for _, finding := range spec().CheckSchema("Seed", data) {
		wrong = append(wrong, problem.Field{Pointer: finding.Location, Detail: finding.Detail()})
	}
	if wrong != nil {
		return xsaletest.Seed{}, errors.Join(wrong...)
	}
	var file struct {
		Organizations []xsale.OrganizationInfo
		Statuses      []xsale.Status
		Orders        []struct {
			Order  json.RawMessage
			Status string
		}
		Translations map[string][]xsale.Translation
		Resources    map[string][]json.RawMessage
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return xsaletest.Seed{}, err
	}
	seed := xsaletest.Seed{Organizations: file.Organizations, Statuses: file.Statuses}
	for _, order := range file.Orders {
		seed.Orders = append(seed.Orders, xsaletest.SeedOrder{Order: order.Order, Status: order.Status})
	}
	for article, translations := range file.Translations {
		id, err := strconv.ParseInt(article, 10, 64)
		if err != nil || strconv.FormatInt(id, 10) != article {
			return xsaletest.Seed{}, problem.Field{Pointer: "/Translations", Detail: fmt.Sprintf("a name of %d bytes, want the id of an article", len(article))}
		}
		if seed.Translations == nil {
			seed.Translations = make(map[int64][]xsale.Translation)
		}
		seed.Translations[id] = translations
	}
	for path, items := range file.Resources {
		if seed.Resources == nil {
			seed.Resources = make(map[string][]any)
		}
		seed.Resources[path] = make([]any, len(items))
		for i, item := range items {
			seed.Resources[path][i] = item
		}
	}
	return seed, nil
}

// checkSyntax returns where a file is no JSON.
func checkSyntax(data []byte) error {
	var value any
	err := json.Unmarshal(data, &value)
	invalid, ok := errors.AsType[*json.SyntaxError](err)
	if !ok {
		return nil
	}
	before := data[:max(0, min(int(invalid.Offset)-1, len(data)))]
	line, column := bytes.Count(before, []byte("\n"))+1, len(before)-bytes.LastIndexByte(before, '\n')
	return fmt.Errorf("invalid JSON at line %d, column %d", line, column)
}

func (a *api) replaceData(r *request) (any, error) {
	seed, err := ParseSeed(r.body)
	if err != nil {
		return nil, err
	}
	return nil, a.sandbox.ReplaceData(seed)
}
