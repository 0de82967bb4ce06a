package envelope

import (
	"crypto/mlkem"
	"testing"
)

func BenchmarkKeygen(b *testing.B) {
	for range b.N {
		if _, err := mlkem.GenerateKey1024(); err != nil {
			b.Fatal(err)
		}
	}
}
