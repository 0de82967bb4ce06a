// Package rsa is about regional sales areas. It has nothing to do with crypto/rsa.
package rsa

// Area is one of them.
type Area struct{ Size int }

// GenerateKey makes the label of an area: rsa.GenerateKey(rand.Reader, 2048) it is not.
func GenerateKey(name string, size int) *Area { return &Area{Size: size} }

// SignPKCS1v15 puts up a sign.
func SignPKCS1v15(a *Area) string { return "RSASSA-PKCS1-v1_5" }
