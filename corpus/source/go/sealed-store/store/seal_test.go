package store

import (
	"bytes"
	"crypto/sha1"
	"testing"
)

func TestRoundTrip(t *testing.T) {
	s, err := Open([]byte("correct horse"), []byte("salt"), WithIterations(1), WithStream())
	if err != nil {
		t.Fatal(err)
	}
	sealed, _ := s.Seal([]byte("hello"))
	opened, _ := s.Unseal(sealed)
	if !bytes.Equal(opened, []byte("hello")) {
		t.Fatal(sha1.Sum(opened))
	}
}
