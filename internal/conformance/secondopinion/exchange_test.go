package secondopinion

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

// exchange is a request and its response. The functions below return valid exchanges; a test case
// changes one thing.
type exchange struct {
	method, path string
	header       map[string]string
	body         string
	reply        reply
}

type reply struct {
	status      int
	contentType string // may be empty
	body        string
}

func getMe() exchange {
	return newExchange(http.MethodGet, "/me", "", reply{http.StatusOK, jsonType,
		`{"Id":1,"Name":"Lorem Ipsum","EmailVerified":true,"Organizations":[{"Id":1,"ShortName":"Futuriti"}]}`})
}

func listOrders(query string) exchange {
	return newExchange(http.MethodGet, organization+"/orders"+query, "", reply{http.StatusOK, jsonType,
		`[{"Id":301,"Items":[{"OrderItemArticles":[{"Any":1}]}]},{"Id":302,"Items":[]}]`})
}

func createOrder(body string) exchange {
	return newExchange(http.MethodPost, organization+"/orders", body, reply{http.StatusCreated, jsonType, `{"Id":303}`})
}

func listStatuses() exchange {
	return newExchange(http.MethodGet, organization+"/statuses", "", reply{http.StatusOK, jsonType, `[{"Id":1,"Name":"Nowe"}]`})
}

func createIntegration(body string) exchange {
	return newExchange(http.MethodPost, organization+"/integrations", body, reply{http.StatusCreated, jsonType, `{"Id":28}`})
}

func createParameter(path, body string) exchange {
	return newExchange(http.MethodPost, organization+path, body, reply{http.StatusCreated, jsonType, `{"Id":5}`})
}

func listTranslations(path string) exchange {
	return newExchange(http.MethodGet, organization+path, "", reply{http.StatusOK, jsonType,
		`[{"LanguageId":2,"Name":"Oak desk","Description":null}]`})
}

func setTranslation(body string) exchange {
	return newExchange(http.MethodPut, organization+"/articles/16519/translations", body, reply{status: http.StatusNoContent})
}

func newExchange(method, path, body string, reply reply) exchange {
	header := map[string]string{"Authorization": "Bearer access", "X-Id-Token": "id"}
	if body != "" {
		header["Content-Type"] = jsonType
	}
	return exchange{method, path, header, body, reply}
}

// with sets a header. An empty value removes it.
func (e exchange) with(name, value string) exchange {
	e.header[name] = value
	return e
}

func (e exchange) replying(status int, contentType, body string) exchange {
	e.reply = reply{status, contentType, body}
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
