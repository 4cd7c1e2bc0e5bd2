package control_test

import (
	"fmt"
	"log"
	"net/http"
	"strings"

	"github.com/xsale-go/xsale/xsaletest"
	"github.com/xsale-go/xsale/xsaletest/control"
)

// A test in another language queues a fault.
func ExampleNew() {
	sandbox, err := xsaletest.Start(xsaletest.WithControl(control.New))
	if err != nil {
		log.Fatal(err)
	}
	defer sandbox.Close()

	response, err := http.Post(sandbox.URL()+"/_sandbox/faults", "application/json",
		strings.NewReader(`{"operation":"createOrder","faults":[{"fault":"cut","at":"beforeResponse","processed":true}]}`))
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	fmt.Println(response.Status, sandbox.Faults())
	// Output:
	// 201 Created map[createOrder:[Cut(BeforeResponse).Processed()]]
}

// A seed in a file is the same for Go and for other languages.
func ExampleParseSeed() {
	seed, err := control.ParseSeed([]byte(`{"Orders":[{"Order":{"Id":7,"Items":[]},"Status":"Nowe"}]}`))
	if err != nil {
		log.Fatal(err)
	}
	sandbox, err := xsaletest.Start(xsaletest.WithSeed(seed))
	if err != nil {
		log.Fatal(err)
	}
	defer sandbox.Close()

	order, status, err := sandbox.Orders("").Get(7)
	fmt.Println(string(order), status, err)
	_, err = control.ParseSeed([]byte(`{"Orders":[{"Order":{"Id":7},"Stauts":"Nowe"}]}`))
	fmt.Println(err)
	// Output:
	// {"Id":7,"Items":[]} Nowe <nil>
	// /Orders/0/Stauts: string, but the spec allows no field of this name
}
