module example.com/internal-ca

go 1.21
