// Makes a key and signs: Ed25519.
package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
)

func main() {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	fmt.Println(len(ed25519.Sign(key, []byte("text"))))
}
