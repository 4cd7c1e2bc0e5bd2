package control

import (
	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/internal/environ"
)

type status struct {
	Version       string          `json:"version"`
	URL           string          `json:"url"`
	TokenURL      string          `json:"tokenUrl"`
	Spec          specInfo        `json:"spec"`
	Organizations []string        `json:"organizations"`
	Operations    []operationInfo `json:"operations"`
	Clock         clock           `json:"clock"`
	Logins        int             `json:"logins"`
	TokenRequests int             `json:"tokenRequests"`
	Requests      int             `json:"requests"`
}

type specInfo struct {
	Title   string `json:"title"`
	Version string `json:"version"`
}

type operationInfo struct {
	ID       string `json:"id"`
	Method   string `json:"method"`
	Path     string `json:"path"`
	Stateful bool   `json:"stateful"`
	Reason   string `json:"reason"`
}

func (a *api) getStatus(*request) (any, error) {
	title, version := a.sandbox.SpecInfo()
	operations := []operationInfo{}
	for _, o := range a.sandbox.Operations() {
		operations = append(operations, operationInfo(o))
	}
	return status{
		Version: xsale.Version, URL: a.sandbox.URL(), TokenURL: a.sandbox.TokenURL(), Spec: specInfo{title, version},
		Organizations: a.sandbox.Organizations(), Operations: operations, Clock: newClock(a.sandbox),
		Logins: a.sandbox.Logins(), TokenRequests: a.sandbox.TokenRequests(), Requests: a.sandbox.Calls(),
	}, nil
}

func (a *api) getEnvironment(r *request) (any, error) {
	variables := a.sandbox.Environment()
	if r.URL.Query().Get("format") == "dotenv" {
		return environ.Dotenv(variables), nil
	}
	return environ.Map(variables), nil
}

func (a *api) reset(*request) (any, error) { return nil, a.sandbox.Reset() }
