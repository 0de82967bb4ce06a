// Package sshutil shows fingerprints.
package sshutil

import "golang.org/x/crypto/ssh"

// Fingerprint is what old clients showed.
func Fingerprint(key ssh.PublicKey) string {
	return ssh.FingerprintLegacyMD5(key)
}
