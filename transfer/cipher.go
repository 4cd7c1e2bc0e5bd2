package transfer

import (
	"crypto/aes"
	"crypto/cipher"
)

func newCipher(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// The first byte of stored data is its format.
const (
	plain  = 0
	sealed = 1
)

// seal encodes data for the database. Encrypted data is bound to its entry, so nobody can move it to
// another one.
func (s *settings[Tx]) seal(key string, data []byte) []byte {
	if data == nil {
		return nil
	}
	if len(s.ciphers) == 0 {
		return append([]byte{plain}, data...)
	}
	return s.ciphers[0].Seal([]byte{sealed}, nil, data, s.location(key))
}

// open decodes data that seal has encoded.
func (s *settings[Tx]) open(key string, stored []byte) ([]byte, error) {
	switch {
	case len(stored) == 0:
		return nil, nil
	case stored[0] == plain:
		return stored[1:], nil
	}
	for _, aead := range s.ciphers {
		if data, err := aead.Open(nil, nil, stored[1:], s.location(key)); err == nil {
			return data, nil
		}
	}
	return nil, ErrEncrypted
}

func (s *settings[Tx]) location(key string) []byte { return []byte(s.Name + "\x00" + key) }
