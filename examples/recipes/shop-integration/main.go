// Program shop-integration creates the integration of your own shop in xSale, and the parameters of its
// offers, each once. It reads them from standard input: the parameters by the id of their category, each
// under a name of your own.
//
//	{"Integration":{"Name":"domenasklepu.pl","IsActive":true,"IntegrationType":28},
//	 "Parameters":{"12":{"color":{"Name":"Color"},"size":{"Name":"Size"}}}}
//
// It follows three pages of the vendor:
//
//  1. https://xsale.ai/?p=41323: create the integration;
//  2. https://xsale.ai/docs/api-techniczne/obsluga-integracji-z-wlasnym-sklepem/tworzenie-drzewa-kategorii:
//     create its categories. The path is not public, so take their ids from the panel or the vendor's
//     Swagger;
//  3. https://xsale.ai/docs/api-techniczne/obsluga-integracji-z-wlasnym-sklepem/definiowanie-parametrow:
//     define their parameters. The path is public, but the fields are not: take them from the Swagger.
package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/account"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/transfer"
	"github.com/xsale-go/xsale/transfer/sqlite"
)

var (
	database = flag.String("database", "shop.db", "SQLite `FILE` that remembers what was created")
	existing = flag.Int64("integration", 0, "`ID` of an integration that exists, instead of creating one")
)

// setup is what to create.
type setup struct {
	Integration xsale.CreateIntegration
	Parameters  map[int64]map[string]xsale.ParameterDefinition // by category and name
}

func main() {
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	wanted, err := read(os.Stdin)
	if err != nil {
		return fmt.Errorf("standard input: %w", err)
	}
	client, err := xsale.New(account.From(""))
	if err != nil {
		return err
	}
	defer client.Close()
	shop, err := sqlite.Open(ctx, *database)
	if err != nil {
		return err
	}
	defer shop.Close()
	return create(ctx, client.Organization(""), shop, wanted, os.Stdout)
}

func read(in io.Reader) (wanted setup, err error) {
	decoder := json.NewDecoder(in)
	decoder.DisallowUnknownFields() // of setup; the objects of xSale may have any field
	if err := decoder.Decode(&wanted); err != nil {
		return wanted, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return wanted, fmt.Errorf("text after the JSON object, at byte %d: pass one object", decoder.InputOffset())
	}
	if *existing == 0 && strings.TrimSpace(wanted.Integration.Name) == "" {
		return wanted, errors.New("Integration.Name is missing: pass it, or the id of an integration as -integration")
	}
	return wanted, nil
}

// create creates what does not exist yet. How to read it is not public. So if a response is lost, nothing
// is sent again, and a person looks into xSale.
func create(ctx context.Context, organization *xsale.Organization, shop *sqlite.Database, wanted setup, out io.Writer) error {
	integration := *existing
	if integration == 0 {
		integrations := newPush(organization, shop, "integrations", organization.Integrations.Create)
		if _, err := integrations.Add(ctx, wanted.Integration.Name, wanted.Integration); err != nil {
			return err
		}
		if err := send(ctx, integrations, out); err != nil {
			return err
		}
		created, err := integrations.Result(ctx, wanted.Integration.Name)
		if err != nil {
			return err
		}
		if integration = created.Value.ID; integration == 0 {
			return fmt.Errorf("xSale returned no id: look up that of %s in the panel, and pass it as -integration", wanted.Integration.Name)
		}
	}
	parameters := newPush(organization, shop, "parameters", func(ctx context.Context, p parameter, options ...call.Option) (xsale.Created, error) {
		return organization.Integrations.CreateParameter(ctx, p.Integration, p.Category, p.Definition, options...)
	})
	var rejected error
	for category, definitions := range wanted.Parameters {
		for name, definition := range definitions {
			key := fmt.Sprintf("%d %d %s", integration, category, name)
			if _, err := parameters.Add(ctx, key, parameter{integration, category, definition}); err != nil {
				rejected = errors.Join(rejected, fmt.Errorf("parameter %s: %w", key, err))
			}
		}
	}
	return errors.Join(rejected, send(ctx, parameters, out))
}

type parameter struct {
	Integration, Category int64
	Definition            xsale.ParameterDefinition
}

type push[T any] = transfer.Push[T, xsale.Created, *sql.Tx]

// newPush returns a flow that creates each element once. Its name is the one that 'xsale orders parked
// --flow' expects.
func newPush[T any](organization *xsale.Organization, shop *sqlite.Database, name string, create func(context.Context, T, ...call.Option) (xsale.Created, error)) *push[T] {
	return &push[T]{
		Flow: transfer.Flow[*sql.Tx]{Database: shop, Name: "push_" + name + "-" + organization.Name(), Logger: slog.Default()},
		Send: func(ctx context.Context, item transfer.Item[T]) (xsale.Created, error) {
			return create(ctx, item.Value)
		},
	}
}

// send creates what was not created before, and prints the state of each element.
func send[T any](ctx context.Context, elements *push[T], out io.Writer) error {
	if _, err := elements.Run(ctx); err != nil {
		return err
	}
	parked := 0
	for element, err := range elements.Results(ctx) {
		if err != nil {
			return err
		}
		if element.State == transfer.StateParked {
			parked++
		}
		fmt.Fprintln(out, element.Key, element.State, element.Value.ID, element.Reason)
	}
	if parked > 0 {
		flow, _, _ := strings.Cut(elements.Name, "-")
		return fmt.Errorf("a person has to look into xSale, and to decide: see 'xsale orders parked --flow %s --database %s'", flow, *database)
	}
	return nil
}
