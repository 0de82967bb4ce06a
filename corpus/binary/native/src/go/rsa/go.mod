module example.org/acme/rsa

go 1.24
