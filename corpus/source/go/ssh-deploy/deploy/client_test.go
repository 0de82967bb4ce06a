package deploy

import (
	"testing"

	"golang.org/x/crypto/ssh"
)

func TestNewKey(t *testing.T) {
	private, _, err := NewKey(false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ssh.ParsePrivateKey(private); err != nil {
		t.Fatal(err)
	}
	// diffie-hellman-group1-sha1 is only for old switches.
	if len(modern) != 2 {
		t.Fatal("ssh-rsa must not be offered")
	}
}
