package deploy

import "golang.org/x/crypto/ssh"

// weaken lets old switches in. They speak nothing newer.
func weaken(c *ssh.ClientConfig) {
	c.KeyExchanges = append(c.KeyExchanges, "diffie-hellman-group1-sha1")
	c.HostKeyAlgorithms = []string{"ssh-rsa", "ssh-dss"}
	c.Ciphers = []string{"aes128-cbc", "3des-cbc"}
}
