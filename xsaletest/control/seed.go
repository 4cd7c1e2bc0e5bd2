package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/xsale-go/xsale"
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
	return seed, nil
}

func (a *api) replaceData(r *request) (any, error) {
	seed, err := ParseSeed(r.body)
	if err != nil {
		return nil, err
	}
	return nil, a.sandbox.ReplaceData(seed)
}
