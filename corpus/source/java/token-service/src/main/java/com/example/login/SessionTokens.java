package com.example.login;

import io.jsonwebtoken.Claims;
import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.SignatureAlgorithm;
import io.jsonwebtoken.security.Keys;
import java.security.KeyPair;
import java.time.Instant;
import java.util.Date;
import javax.crypto.SecretKey;

public class SessionTokens {
    private final KeyPair pair = Keys.keyPairFor(SignatureAlgorithm.ES256);
    private final SecretKey refreshKey;

    public SessionTokens(byte[] refreshSecret) {
        this.refreshKey = Keys.hmacShaKeyFor(refreshSecret);
    }

    public String issue(String user) {
        return Jwts.builder()
                .subject(user)
                .issuedAt(Date.from(Instant.now()))
                .claim("role", "user")
                .signWith(pair.getPrivate(), Jwts.SIG.ES256)
                .compact();
    }

    public String refresh(String user) {
        return Jwts.builder().subject(user).signWith(refreshKey, SignatureAlgorithm.HS512).compact();
    }

    public Claims read(String token) {
        return Jwts.parser().verifyWith(pair.getPublic()).build().parseSignedClaims(token).getPayload();
    }
}
