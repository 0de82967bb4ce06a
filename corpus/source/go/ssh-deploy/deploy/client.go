// Package deploy copies releases to machines.
package deploy

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

var modern = []string{"curve25519-sha256", "ecdh-sha2-nistp256"}

// Device says how a machine is reached.
type Device struct {
	Host   string
	Legacy bool
}

// Dial connects to a machine.
func Dial(d Device, keyFile string) (*ssh.Client, error) {
	pem, err := os.ReadFile(keyFile)
	if err != nil {
		return nil, err
	}
	signer, err := ssh.ParsePrivateKey(pem)
	if err != nil {
		return nil, err
	}
	hosts, err := knownhosts.New(os.ExpandEnv("$HOME/.ssh/known_hosts"))
	if err != nil {
		return nil, err
	}
	config := &ssh.ClientConfig{
		User:              "deploy",
		Auth:              []ssh.AuthMethod{ssh.PublicKeys(signer)},
		HostKeyCallback:   hosts,
		HostKeyAlgorithms: []string{ssh.KeyAlgoED25519, ssh.KeyAlgoRSASHA256},
		Timeout:           10 * time.Second,
		Config:            ssh.Config{KeyExchanges: modern},
	}
	if d.Legacy {
		weaken(config)
	}
	return ssh.Dial("tcp", fmt.Sprintf("%s:%d", d.Host, 22), config)
}
