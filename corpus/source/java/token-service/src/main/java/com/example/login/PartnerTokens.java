package com.example.login;

import com.auth0.jwt.JWT;
import com.auth0.jwt.algorithms.Algorithm;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;

public class PartnerTokens {
    private final Algorithm algorithm;

    public PartnerTokens(RSAPublicKey pub, RSAPrivateKey key) {
        this.algorithm = Algorithm.RSA256(pub, key);
    }

    public String issue(String partner) {
        return JWT.create().withIssuer("example.com").withSubject(partner).sign(algorithm);
    }

    public void check(String token) {
        JWT.require(algorithm).withIssuer("example.com").build().verify(token);
    }
}
