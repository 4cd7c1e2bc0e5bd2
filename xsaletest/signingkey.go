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

// signingKey signs tokens with RS256. It is generated on first use, which takes longer than the rest
// of a start.
type signingKey struct {
	private func() *rsa.PrivateKey
}

// All sandboxes of a process share processKey; their tokens still differ in the issuer. secondKey
// replaces it for ChangedSigningKey.
var processKey, secondKey = newSigningKey(), newSigningKey()

func newSigningKey() *signingKey {
	return &signingKey{sync.OnceValue(func() *rsa.PrivateKey {
		private, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(fmt.Sprintf("xsaletest: generate the signing key: %v", err)) // the length is valid, and crypto/rand never fails
		}
		return private
	})}
}

// id is the kid in tokens and in the key set.
func (k *signingKey) id() string {
	digest := sha256.Sum256(x509.MarshalPKCS1PublicKey(&k.private().PublicKey))
	return base64.RawURLEncoding.EncodeToString(digest[:])
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
		ID:        k.id(),
		Modulus:   base64.RawURLEncoding.EncodeToString(k.private().N.Bytes()),
		Exponent:  base64.RawURLEncoding.EncodeToString(big.NewInt(int64(k.private().E)).Bytes()),
	}}}
}
