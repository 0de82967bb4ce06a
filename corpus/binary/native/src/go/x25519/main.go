// Agrees on a secret: X25519.
package main

import (
	"crypto/ecdh"
	"crypto/rand"
	"fmt"
)

func main() {
	key, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	secret, err := key.ECDH(key.PublicKey())
	fmt.Println(len(secret), err)
}
