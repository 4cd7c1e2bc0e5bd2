package xsaletest

import (
	"net/http"

	"github.com/xsale-go/xsale/gen"
)

func sampleOrganizations() []gen.OrganizationInfo {
	return []gen.OrganizationInfo{{ID: 1, ShortName: "Futuriti", Name: Organization}}
}

func (s *state) getMe(c *apiCall) (*response, error) {
	return newResponse(http.StatusOK, &gen.Me{
		ID:            c.user.id,
		Name:          c.user.name,
		Nickname:      c.user.nickname,
		Email:         c.user.email,
		EmailVerified: true,
		Organizations: s.organizations,
	}), nil
}
