package main

import (
	"crypto/ecdh"
	"crypto/rand"
)

// A card terminal sends its share, and gets ours.
func agree(theirs *ecdh.PublicKey) (ours, secret []byte, err error) {
	own, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	secret, err = own.ECDH(theirs)
	return own.PublicKey().Bytes(), secret, err
}
