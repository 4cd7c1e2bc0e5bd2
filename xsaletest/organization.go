package xsaletest

import (
	"context"
	"net/http"

	"github.com/xsale-go/xsale/xsaletest/internal/sandboxapi"
)

// newUser returns the vendor's sample of GET /me with the given organizations.
func newUser(organizations []sandboxapi.OrganizationInfo) *sandboxapi.Me {
	return &sandboxapi.Me{
		ID:            1,
		Name:          "Lorem Ipsum",
		Nickname:      "loremipsum",
		Email:         Username,
		EmailVerified: true,
		Organizations: organizations,
	}
}

func sampleOrganizations() []sandboxapi.OrganizationInfo {
	return []sandboxapi.OrganizationInfo{{ID: 1, ShortName: "Futuriti", Name: Organization}}
}

func (s *state) GetMe(context.Context, sandboxapi.GetMeRequestObject) (sandboxapi.GetMeResponseObject, error) {
	return sandboxapi.GetMe2XXJSONResponse{Body: *s.user, StatusCode: http.StatusOK}, nil
}
