package xsaletest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/problem"
	"github.com/xsale-go/xsale/wire/codec"
)

// Seed is the initial data of a sandbox, see [WithSeed].
type Seed struct {
	// Organizations are the organizations of the user. If empty, they are those of
	// [WithOrganizations], or else [Organization] is the only one.
	// Orders and translations belong to the first, the default of [Sandbox.Options] and
	// [Sandbox.Environment]. The others have their own data and start with the statuses only;
	// [Sandbox.Orders] adds orders to them.
	Organizations []xsale.OrganizationInfo

	// Statuses are the statuses of every organization, the first for new orders. If empty, they
	// are the eight of a new account.
	Statuses []xsale.Status

	Orders []SeedOrder

	// Translations are the translations of each article, by article id. An empty slice is an
	// article without translations.
	Translations map[int64][]xsale.Translation

	// Resources are the items of collections of [WithSpec], by path, such as /pets, or /shops/7/items
	// for those of one parent. The beginning of a path may be left out if the rest is unambiguous. The
	// rules of [SeedOrder.Order] apply to the values. An item without an id gets the next free one.
	Resources map[string][]any
}

// SeedOrder is an order of a [Seed] or of [Orders.Add].
type SeedOrder struct {
	// Order is the listed order: JSON as []byte, string or [json.RawMessage], which is kept to
	// the digit, or a value to marshal, such as an [xsale.Order] or [xsale.CreateOrder]. An order
	// without an Id gets the next free one.
	Order any

	// Status is the name of the order's status. If empty, it is that of new orders. Orders do not
	// contain their status, but lists of orders are filtered by it.
	Status string
}

// WithSeed starts the sandbox with this data instead of generated orders and articles; then
// [WithOrders] has no effect. Data that breaks the spec and duplicate ids or names are errors
// that name the JSON pointer into the seed, such as /Orders/0/Order/Items/1. The API reads no
// integrations or parameters, so there is nothing to seed; integration 1 exists.
func WithSeed(seed Seed) Option {
	return func(c *config) {
		c.seed = &seed
	}
}

// maxID bounds seeded ids, so that the ids after them do not overflow.
const maxID = 1 << 62

// seedError is an error at a pointer into the seed, or into an order that is added later.
func seedError(pointer, detail string) error {
	return problem.Field{Pointer: pointer, Detail: detail}
}

// newOrganizations returns the organizations of a seed, or the default one with generated orders.
func newOrganizations(c *config, spec *contract.Document, seed *Seed) (*organizations, error) {
	infos, err := seededOrganizations(c, seed, spec)
	if err != nil {
		return nil, err
	}
	var first *state
	if seed != nil {
		first, err = newSeededState(seed, spec)
	} else {
		first, err = newGeneratedState(c.orders, spec)
	}
	if err != nil {
		return nil, err
	}
	all := &organizations{byName: make(map[string]*state)}
	for i, info := range infos {
		data := first
		if i > 0 {
			data = newState(spec, first.statuses)
		}
		data.organizations = infos
		all.ordered = append(all.ordered, info.Name)
		all.byName[info.Name] = data
	}
	return all, nil
}

// newSeededState returns the data of the first organization of a seed.
func newSeededState(seed *Seed, spec *contract.Document) (*state, error) {
	statuses, err := seededStatuses(seed, spec)
	if err != nil {
		return nil, err
	}
	s := newState(spec, statuses)
	for i, seeded := range seed.Orders {
		if _, err := s.addSeededOrder(fmt.Sprintf("/Orders/%d", i), seeded); err != nil {
			return nil, err
		}
	}
	for _, article := range slices.Sorted(maps.Keys(seed.Translations)) {
		if err := s.addSeededArticle(article, seed.Translations[article]); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// seededOrganizations returns the organizations of a seed, or else those of the options.
func seededOrganizations(c *config, seed *Seed, spec *contract.Document) ([]gen.OrganizationInfo, error) {
	organizations, option := c.organizations, "WithOrganizations: "
	if seed != nil && len(seed.Organizations) > 0 {
		organizations, option = seed.Organizations, ""
	}
	if len(organizations) == 0 {
		return sampleOrganizations(), nil
	}
	checked, err := checkSeeded("/Organizations", "organization", organizations, spec, func(o gen.OrganizationInfo) (int64, string) { return o.ID, o.Name })
	if err != nil {
		return nil, fmt.Errorf("%s%w", option, err)
	}
	return checked, nil
}

func seededStatuses(seed *Seed, spec *contract.Document) ([]gen.Status, error) {
	if len(seed.Statuses) == 0 {
		return defaultStatuses(), nil
	}
	for i, status := range seed.Statuses {
		if status.ID <= 0 || status.ID > maxID {
			return nil, seedError(fmt.Sprintf("/Statuses/%d/Id", i), "must be a positive integer, at most 2^62")
		}
	}
	return checkSeeded("/Statuses", "status", seed.Statuses, spec, func(s gen.Status) (int64, string) { return s.ID, s.Name })
}

// reservedNames cannot be the first segment of a path of the API.
var reservedNames = []string{"_sandbox", ".", ".."}

// checkSeeded returns a copy of values that fit the spec and have unique ids and names.
func checkSeeded[T any](list, noun string, values []T, spec *contract.Document, key func(T) (int64, string)) ([]T, error) {
	schema := reflect.TypeFor[T]().Name()
	ids, names := make(map[int64]bool), make(map[string]bool)
	for i, value := range values {
		pointer := fmt.Sprintf("%s/%d", list, i)
		if _, err := seededJSON(pointer, schema, value, spec); err != nil {
			return nil, err
		}
		id, name := key(value)
		switch {
		case ids[id]:
			return nil, seedError(pointer+"/Id", "is already used by another "+noun)
		case name == "":
			return nil, seedError(pointer+"/Name", "is empty")
		case noun == "organization" && (slices.Contains(reservedNames, name) || strings.ContainsFunc(name, unicode.IsControl)):
			return nil, seedError(pointer+"/Name", "cannot begin a path of the API")
		case names[name]:
			return nil, seedError(pointer+"/Name", "is already used by another "+noun)
		}
		ids[id], names[name] = true, true
	}
	return slices.Clone(values), nil
}

// addSeededOrder adds an order and returns its id.
func (s *state) addSeededOrder(pointer string, seeded SeedOrder) (id int64, err error) {
	status := s.statuses[0].ID
	if seeded.Status != "" {
		if status, err = s.statusID(seeded.Status); err != nil {
			return 0, seedError(pointer+"/Status", err.Error())
		}
	}
	pointer += "/Order"
	body, err := seededJSON(pointer, "Order", seeded.Order, s.spec)
	if err != nil {
		return 0, err
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, body); err != nil {
		return 0, seedError(pointer, err.Error())
	}
	body = compact.Bytes()
	var fields gen.ParameterDefinition // has no known fields, so it keeps all
	if err := codec.Unmarshal(body, &fields); err != nil {
		return 0, seedError(pointer, err.Error())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if value, found := fields.Get("Id"); found {
		if err := json.Unmarshal(value, &id); err != nil || id <= 0 || id > maxID {
			return 0, seedError(pointer+"/Id", "must be a positive integer, at most 2^62")
		}
		if _, used := s.byID[id]; used {
			return 0, seedError(pointer+"/Id", "is already used by another order")
		}
	} else {
		id = s.lastOrder + 1
		if err := setField(&fields.UnknownFields, "Id", strconv.FormatInt(id, 10)); err != nil {
			return 0, seedError(pointer, err.Error())
		}
		if body, err = json.Marshal(fields); err != nil {
			return 0, seedError(pointer, err.Error())
		}
	}
	s.store(order{id, status, body})
	return id, nil
}

func (s *state) addSeededArticle(article int64, seeded []xsale.Translation) error {
	pointer := fmt.Sprintf("/Translations/%d", article)
	if article <= 0 {
		return seedError(pointer, "the article id must be positive")
	}
	languages := make(map[int64]bool)
	for i, translation := range seeded {
		here := fmt.Sprintf("%s/%d", pointer, i)
		if _, err := seededJSON(here, "Translation", translation, s.spec); err != nil {
			return err
		}
		if languages[translation.LanguageID] {
			return seedError(here+"/LanguageId", "is already used by another translation of the article")
		}
		languages[translation.LanguageID] = true
	}
	s.translations[article] = append([]gen.Translation{}, seeded...) // never nil
	return nil
}

// seededJSON returns a value as JSON that fits a schema of the spec.
func seededJSON(pointer, schema string, value any, spec *contract.Document) (json.RawMessage, error) {
	body, err := asJSON(value)
	if err != nil {
		return nil, seedError(pointer, err.Error())
	}
	var problems []error
	for _, finding := range contract.Errors(spec.CheckSchema(schema, body)) {
		problems = append(problems, seedError(pointer+finding.Location, finding.Detail()))
	}
	return body, errors.Join(problems...)
}

// asJSON returns JSON that is given as such, or the JSON of a value.
func asJSON(value any) (json.RawMessage, error) {
	switch value := value.(type) {
	case []byte:
		return slices.Clone(value), nil
	case json.RawMessage:
		return slices.Clone(value), nil
	case string:
		return json.RawMessage(value), nil
	}
	return json.Marshal(value)
}
