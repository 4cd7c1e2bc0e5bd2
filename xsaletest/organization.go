package xsaletest

import (
	"context"
	"net/http"

	"github.com/xsale-go/xsale/xsaletest/internal/sandboxapi"
)

// newUser returns the vendor's sample of GET /me, who works for the given organizations.
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

// requireOrganization lets only calls through that are for an organization or for none.
func requireOrganization(organization string) sandboxapi.MiddlewareFunc {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if name := r.PathValue("organizationName"); name != "" && name != organization {
				newProblem(http.StatusNotFound, "There is no such organization.", violation{"organizationName", "is not one that the user works for"}).write(w)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}
