// Package token makes and checks access tokens.
package token

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"example.com/token-service/internal/keys"
)

// The algorithms that callers may ask for.
var methods = map[string]jwt.SigningMethod{
	"RS256": jwt.SigningMethodRS256,
	"PS256": jwt.SigningMethodPS256,
	"ES256": jwt.SigningMethodES256,
}

// Issuer makes tokens.
type Issuer struct {
	method jwt.SigningMethod
	ring   *keys.Ring
}

// NewIssuer takes the name of an algorithm; an unknown one means ES256.
func NewIssuer(name string, ring *keys.Ring) *Issuer {
	method, ok := methods[name]
	if !ok {
		method = jwt.SigningMethodES256
	}
	return &Issuer{method: method, ring: ring}
}

// ServeHTTP issues a token.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	claims := jwt.RegisteredClaims{
		Subject:   r.FormValue("sub"),
		ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Hour)),
	}
	token := jwt.NewWithClaims(i.method, claims)
	token.Header["kid"] = i.ring.ID()
	signed, err := token.SignedString(i.ring.Current)
	if err != nil {
		http.Error(w, "cannot sign", http.StatusInternalServerError)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]string{"token": signed})
}
