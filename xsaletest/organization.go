package xsaletest

import (
	"context"
	"net/http"

	"github.com/xsale-go/xsale/internal/sandboxapi"
)

// sampleUser returns the vendor's sample of GET /me.
func sampleUser() sandboxapi.Me {
	return sandboxapi.Me{
		ID:            1,
		Name:          "Lorem Ipsum",
		Nickname:      "loremipsum",
		Email:         Username,
		EmailVerified: true,
		Organizations: []sandboxapi.OrganizationInfo{{ID: 1, ShortName: "Futuriti", Name: Organization}},
	}
}

func (s *state) GetMe(context.Context, sandboxapi.GetMeRequestObject) (sandboxapi.GetMeResponseObject, error) {
	return sandboxapi.GetMe2XXJSONResponse{Body: sampleUser(), StatusCode: http.StatusOK}, nil
}

// requireOrganization lets only calls through that are for the user's organization or for none.
func requireOrganization(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name := r.PathValue("organizationName"); name != "" && name != Organization {
			newProblem(http.StatusNotFound, "There is no such organization.", violation{"organizationName", "is not one that the user works for"}).write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}
