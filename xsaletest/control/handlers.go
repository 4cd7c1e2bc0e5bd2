package control

import "github.com/xsale-go/xsale/internal/mock/override"

func (a *api) addHandler(r *request) (any, error) {
	var added struct {
		Pattern string
		override.Response
	}
	if err := r.decode(&added); err != nil {
		return nil, err
	}
	serve, err := added.Handler()
	if err != nil {
		return nil, err
	}
	return nil, a.sandbox.HandleFunc(added.Pattern, serve)
}

func (a *api) clearHandlers(*request) (any, error) {
	a.sandbox.ClearHandlers()
	return nil, nil
}
