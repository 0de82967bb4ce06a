package deploy

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"

	"golang.org/x/crypto/ssh"
)

// NewKey makes a deployment key and its public line.
func NewKey(legacy bool) (private []byte, public []byte, err error) {
	var key crypto.Signer
	if legacy {
		key, err = rsa.GenerateKey(rand.Reader, 1024)
	} else {
		_, key, err = ed25519.GenerateKey(rand.Reader)
	}
	if err != nil {
		return nil, nil, err
	}
	block, err := ssh.MarshalPrivateKey(key, "deploy")
	if err != nil {
		return nil, nil, err
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		return nil, nil, err
	}
	return pem.EncodeToMemory(block), ssh.MarshalAuthorizedKey(signer.PublicKey()), nil
}

// Certify signs a host's certificate for a day.
func Certify(cert *ssh.Certificate, authority ssh.Signer) error {
	return cert.SignCert(rand.Reader, authority)
}
