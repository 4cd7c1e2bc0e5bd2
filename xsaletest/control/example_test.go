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
