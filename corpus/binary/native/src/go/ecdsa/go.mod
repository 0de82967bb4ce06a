module example.org/acme/ecdsa

go 1.24
