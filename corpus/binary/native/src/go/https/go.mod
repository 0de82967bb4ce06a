module example.org/acme/https

go 1.24
