// Makes a key and signs: ECDSA over P-384.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha512"
	"fmt"
)

func main() {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		panic(err)
	}
	digest := sha512.Sum384([]byte("text"))
	signature, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
	fmt.Println(len(signature), err)
}
