package secondopinion

import "context"

// peer is an implementation of OpenAPI that shares no code with this module.
type peer struct {
	name  string
	judge func(ctx context.Context, spec []byte, exchanges []exchange) ([]verdict, error)
}

var (
	prismPeer   = peer{"Prism", judgeByPrism}
	expressPeer = peer{"express-openapi-validator", judgeByExpress}
)
