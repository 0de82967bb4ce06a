module example.com/pq-gateway

go 1.25

require github.com/cloudflare/circl v1.6.1
