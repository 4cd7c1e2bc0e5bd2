package xsaletest_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/xsaletest"
)

// A lost response: the integration was created, but the client cannot know.
func ExampleSandbox_Fail() {
	sandbox, err := xsaletest.Start() // in a test: sandbox := xsaletest.New(t)
	if err != nil {
		log.Fatal(err)
	}
	defer sandbox.Close()
	client, err := xsale.New(sandbox.Options()...)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	if err := sandbox.Fail("createIntegration", xsaletest.Cut(xsaletest.BeforeResponse).Processed()); err != nil {
		log.Fatal(err)
	}
	_, err = client.Organization("").Integrations.Create(context.Background(), xsale.CreateIntegration{Name: "domenasklepu.pl", IntegrationType: 28})
	fmt.Println(errors.Is(err, xsale.ErrMaybeProcessed))

	for _, request := range sandbox.Requests("createIntegration") {
		sent, err := xsaletest.Decode[xsale.CreateIntegration](request)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(request.Number, request.Fault, sent.Name)
	}
	// Output:
	// true
	// 1 Cut(BeforeResponse).Processed() domenasklepu.pl
}

// Three failures in a row, then success.
func ExampleFault_Times() {
	sandbox, err := xsaletest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer sandbox.Close()
	fmt.Println(sandbox.Fail("listOrders", xsaletest.Status(503).Times(3)))
	fmt.Println(sandbox.Fail("listOrder", xsaletest.RetryAfter(2*time.Second)))
	// Output:
	// <nil>
	// xsaletest: Fail("listOrder"): no such operation: want one of createIntegration, createOrder, createParameter, getMe, listOrders, listStatuses, listTranslations, setTranslation, AnyOperation or Login
}

func ExampleWithSeed() {
	sandbox, err := xsaletest.Start(xsaletest.WithSeed(xsaletest.Seed{
		Orders: []xsaletest.SeedOrder{
			{Order: `{"Id":7,"TotalGross":149.90,"Items":[]}`, Status: "Nowe"},
			{Order: `{"Id":8,"Items":[]}`, Status: "Wysłane"},
		},
	}))
	if err != nil {
		log.Fatal(err)
	}
	defer sandbox.Close()
	client, err := xsale.New(sandbox.Options()...)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	for order, err := range client.Organization("").Orders.List(context.Background(), xsale.ListOrdersParams{StatusNames: []string{"Nowe"}}) {
		if err != nil {
			log.Fatal(err)
		}
		total, _ := order.Get("TotalGross")
		fmt.Println(order.ID, string(total))
	}

	_, err = xsaletest.Start(xsaletest.WithSeed(xsaletest.Seed{Orders: []xsaletest.SeedOrder{{Order: `{"Id":"seven"}`}}}))
	fmt.Println(err)
	// Output:
	// 7 149.90
	// xsaletest: WithSeed: /Orders/0/Id: string, want integer of the format int64
}
