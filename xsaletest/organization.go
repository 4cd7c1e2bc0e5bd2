package xsaletest

import (
	"net/http"

	"github.com/xsale-go/xsale/gen"
)

// newUser returns the vendor's sample of GET /me with the given organizations.
func newUser(organizations []gen.OrganizationInfo) *gen.Me {
	return &gen.Me{
		ID:            1,
		Name:          "Lorem Ipsum",
		Nickname:      "loremipsum",
		Email:         Username,
		EmailVerified: true,
		Organizations: organizations,
	}
}

func sampleOrganizations() []gen.OrganizationInfo {
	return []gen.OrganizationInfo{{ID: 1, ShortName: "Futuriti", Name: Organization}}
}

func (s *state) getMe(*apiCall) (*response, error) {
	return newResponse(http.StatusOK, s.user), nil
}
