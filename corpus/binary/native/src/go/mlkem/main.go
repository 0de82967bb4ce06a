// Makes a key and encapsulates: ML-KEM-768.
package main

import (
	"crypto/mlkem"
	"fmt"
)

func main() {
	key, err := mlkem.GenerateKey768()
	if err != nil {
		panic(err)
	}
	_, sealed := key.EncapsulationKey().Encapsulate()
	fmt.Println(len(sealed))
}
