package control

import (
	"slices"

	"github.com/xsale-go/xsale/internal/problem"
	"github.com/xsale-go/xsale/xsaletest"
)

type logins struct {
	Logins        int      `json:"logins"`
	UserLogins    int      `json:"userLogins"`
	TokenRequests int      `json:"tokenRequests"`
	Blocked       []string `json:"blocked"`
}

func (a *api) getLogins(*request) (any, error) {
	blocked := append([]string{}, a.sandbox.BlockedUsers()...) // never null
	return logins{a.sandbox.Logins(), a.sandbox.UserLogins(), a.sandbox.TokenRequests(), blocked}, nil
}

func (a *api) issueTokens(*request) (any, error) { return a.sandbox.IssueTokens() }

func (a *api) revokeTokens(*request) (any, error) {
	a.sandbox.RevokeTokens()
	return nil, nil
}

func (a *api) expireIDTokens(*request) (any, error) {
	a.sandbox.ExpireIDTokens()
	return nil, nil
}

func (a *api) unblockUser(r *request) (any, error) {
	var user struct{ Username string }
	if err := r.decode(&user); err != nil {
		return nil, err
	}
	if user.Username != xsaletest.Username && !slices.Contains(a.sandbox.BlockedUsers(), user.Username) {
		return nil, problem.Field{Pointer: "/username", Detail: "want " + xsaletest.Username + ", or another blocked user"}
	}
	a.sandbox.Unblock(user.Username)
	return nil, nil
}
