// Package table picks digests and curves from tables.
package table

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha1"
	sha "crypto/sha256"
	"fmt"
	"hash"
)

var digests = map[string]func() hash.Hash{
	"md5":    md5.New,
	"sha1":   sha1.New,
	"sha256": sha.New,
}

// Digest is chosen by its name.
func Digest(name string, data []byte) ([]byte, error) {
	make, ok := digests[name]
	if !ok {
		return nil, fmt.Errorf("no digest %q", name)
	}
	h := make()
	h.Write(data)
	return h.Sum(nil), nil
}

var curves = []struct {
	name  string
	curve elliptic.Curve
}{
	{"small", elliptic.P224()},
	{"usual", elliptic.P256()},
}

// Keys makes a key on each curve.
func Keys() (keys []*ecdsa.PrivateKey) {
	for _, c := range curves {
		key, err := ecdsa.GenerateKey(c.curve, rand.Reader)
		if err == nil {
			keys = append(keys, key)
		}
	}
	return keys
}
