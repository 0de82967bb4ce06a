// Command tokend issues access tokens.
package main

import (
	"flag"
	"log"
	"net/http"
	"os"

	"example.com/token-service/internal/keys"
	"example.com/token-service/internal/token"
)

func main() {
	addr := flag.String("addr", ":8443", "address to listen on")
	alg := flag.String("alg", "RS256", "signature algorithm")
	flag.Parse()

	ring, err := keys.Load(os.Getenv("TOKEN_KEY_FILE"))
	if err != nil {
		log.Fatal(err)
	}
	issuer := token.NewIssuer(*alg, ring)
	http.HandleFunc("/token", issuer.ServeHTTP)
	log.Fatal(http.ListenAndServeTLS(*addr, "tls.crt", "tls.key", nil))
}
