package tally.identity;

import com.auth0.jwt.JWT;
import com.auth0.jwt.algorithms.Algorithm;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;

/** Tokens of staff and merchants; each lives for fifteen minutes. */
public final class Tokens {
    private static final Duration LIFE = Duration.ofMinutes(15);
    private final Algorithm algorithm;

    public Tokens(RSAPublicKey shown, RSAPrivateKey own) {
        this.algorithm = Algorithm.RSA256(shown, own);
    }

    public String issue(String merchant) {
        return JWT.create().withSubject(merchant).withExpiresAt(Instant.now().plus(LIFE)).sign(algorithm);
    }
}
