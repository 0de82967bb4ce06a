package ca

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
)

// Save writes the key as older tools expect it: encrypted PEM.
func Save(path string, key *rsa.PrivateKey, password []byte) error {
	//lint:ignore SA1019 the old appliances read nothing else
	block, err := x509.EncryptPEMBlock(rand.Reader, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key), password, x509.PEMCipher3DES)
	if err != nil {
		return err
	}
	return os.WriteFile(path, pem.EncodeToMemory(block), 0o600)
}

// Open reads it back.
func Open(path string, password []byte) (*rsa.PrivateKey, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(raw)
	der, err := x509.DecryptPEMBlock(block, password)
	if err != nil {
		return nil, err
	}
	return x509.ParsePKCS1PrivateKey(der)
}
