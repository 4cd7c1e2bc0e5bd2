package xsaletest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"math/big"
	"sync"
)

// signingKey signs tokens with RS256.
type signingKey struct {
	private *rsa.PrivateKey
	id      string // kid in tokens and in the key set
}

// processKey generates the key on first use. That takes noticeable time, so all sandboxes of a
// process share it; their tokens still differ in the issuer.
var processKey = sync.OnceValues(newSigningKey)

// secondKey replaces processKey for ChangedSigningKey.
var secondKey = sync.OnceValues(newSigningKey)

func newSigningKey() (*signingKey, error) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("generate the signing key: %w", err)
	}
	digest := sha256.Sum256(x509.MarshalPKCS1PublicKey(&private.PublicKey))
	return &signingKey{private, base64.RawURLEncoding.EncodeToString(digest[:])}, nil
}

// keySet is a JSON Web Key Set (RFC 7517).
type keySet struct {
	Keys []publicKey `json:"keys"`
}

type publicKey struct {
	Type      string `json:"kty"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
	ID        string `json:"kid"`
	Modulus   string `json:"n"`
	Exponent  string `json:"e"`
}

// set returns the published key set.
func (k *signingKey) set() keySet {
	return keySet{[]publicKey{{
		Type:      "RSA",
		Use:       "sig",
		Algorithm: "RS256",
		ID:        k.id,
		Modulus:   base64.RawURLEncoding.EncodeToString(k.private.N.Bytes()),
		Exponent:  base64.RawURLEncoding.EncodeToString(big.NewInt(int64(k.private.E)).Bytes()),
	}}}
}
