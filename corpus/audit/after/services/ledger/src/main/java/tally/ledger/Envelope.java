package tally.ledger;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Every record that leaves the ledger is sealed here, and nowhere else.
 *
 * <p>A data key each; the recipient opens with its own.
 */
public final class Envelope {
    private static final String WRAP = "RSA/ECB/OAEPWithSHA-256AndMGF1Padding";
    private static final int DATA_KEY_BITS = 256;

    private Envelope() {}

    public record Sealed(byte[] wrappedKey, byte[] nonce, byte[] body) {}

    public static Sealed seal(byte[] record, PublicKey recipient) throws GeneralSecurityException {
        KeyGenerator generator = KeyGenerator.getInstance("AES");
        generator.init(DATA_KEY_BITS);
        SecretKey dataKey = generator.generateKey();
        byte[] nonce = new byte[12];
        new SecureRandom().nextBytes(nonce);
        Cipher body = Cipher.getInstance("AES/GCM/NoPadding");
        body.init(Cipher.ENCRYPT_MODE, dataKey, new GCMParameterSpec(128, nonce));
        Cipher envelope = Cipher.getInstance(WRAP);
        envelope.init(Cipher.WRAP_MODE, recipient);
        return new Sealed(envelope.wrap(dataKey), nonce, body.doFinal(record));
    }

    public static byte[] open(Sealed sealed, PrivateKey own) throws GeneralSecurityException {
        Cipher envelope = Cipher.getInstance(WRAP);
        envelope.init(Cipher.UNWRAP_MODE, own);
        SecretKey dataKey = (SecretKey) envelope.unwrap(sealed.wrappedKey(), "AES", Cipher.SECRET_KEY);
        Cipher body = Cipher.getInstance("AES/GCM/NoPadding");
        body.init(Cipher.DECRYPT_MODE, dataKey, new GCMParameterSpec(128, sealed.nonce()));
        return body.doFinal(sealed.body());
    }
}
