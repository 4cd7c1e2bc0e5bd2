package main

import (
	"context"
	"net/http"
	"strings"

	"github.com/xsale-go/xsale/xsaletest"
)

const (
	jsonType     = "application/json"
	organization = "/" + xsaletest.Organization
)

// exchange is a request and the answer to it. Those that the functions below return are good; a
// test case changes one thing.
type exchange struct {
	method, path string
	header       map[string]string
	body         string
	answer       answer
}

type answer struct {
	status      int
	contentType string // none where it is empty
	body        string
}

func getMe() exchange {
	return newExchange(http.MethodGet, "/me", "", answer{http.StatusOK, jsonType,
		`{"Id":1,"Name":"Lorem Ipsum","EmailVerified":true,"Organizations":[{"Id":1,"ShortName":"Futuriti"}]}`})
}

func listOrders(query string) exchange {
	return newExchange(http.MethodGet, organization+"/orders"+query, "", answer{http.StatusOK, jsonType,
		`[{"Id":301,"Items":[{"OrderItemArticles":[{"Any":1}]}]},{"Id":302,"Items":[]}]`})
}

func createOrder(body string) exchange {
	return newExchange(http.MethodPost, organization+"/orders", body, answer{http.StatusCreated, jsonType, `{"Id":303}`})
}

func listStatuses() exchange {
	return newExchange(http.MethodGet, organization+"/statuses", "", answer{http.StatusOK, jsonType, `[{"Id":1,"Name":"Nowe"}]`})
}

func createIntegration(body string) exchange {
	return newExchange(http.MethodPost, organization+"/integrations", body, answer{http.StatusCreated, jsonType, `{"Id":28}`})
}

func createParameter(path, body string) exchange {
	return newExchange(http.MethodPost, organization+path, body, answer{http.StatusCreated, jsonType, `{"Id":5}`})
}

func listTranslations(path string) exchange {
	return newExchange(http.MethodGet, organization+path, "", answer{http.StatusOK, jsonType,
		`[{"LanguageId":2,"Name":"Oak desk","Description":null}]`})
}

func setTranslation(body string) exchange {
	return newExchange(http.MethodPut, organization+"/articles/16519/translations", body, answer{status: http.StatusNoContent})
}

func newExchange(method, path, body string, answer answer) exchange {
	header := map[string]string{"Authorization": "Bearer access", "X-Id-Token": "id"}
	if body != "" {
		header["Content-Type"] = jsonType
	}
	return exchange{method, path, header, body, answer}
}

// with sets a header; an empty value leaves it out.
func (e exchange) with(name, value string) exchange {
	e.header[name] = value
	return e
}

func (e exchange) answering(status int, contentType, body string) exchange {
	e.answer = answer{status, contentType, body}
	return e
}

func (e exchange) request(ctx context.Context, baseURL string) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, e.method, baseURL+e.path, strings.NewReader(e.body))
	if err != nil {
		return nil, err
	}
	for name, value := range e.header {
		if value != "" {
			request.Header.Set(name, value)
		}
	}
	return request, nil
}
