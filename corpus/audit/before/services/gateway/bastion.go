package main

import "golang.org/x/crypto/ssh"

// Operators come in here.
func bastion() *ssh.ServerConfig {
	return &ssh.ServerConfig{
		Config: ssh.Config{KeyExchanges: []string{"curve25519-sha256"}},
	}
}
