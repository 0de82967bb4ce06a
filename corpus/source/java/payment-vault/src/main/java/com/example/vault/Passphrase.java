package com.example.vault;

import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

class Passphrase {
    private static final int ROUNDS = 600_000;
    private static final int SALT_LENGTH = 16;

    private Passphrase() {
    }

    static SecretKey toKey(char[] phrase) throws Exception {
        byte[] salt = new byte[SALT_LENGTH];
        new java.security.SecureRandom().nextBytes(salt);
        SecretKeyFactory factory = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512");
        byte[] raw = factory.generateSecret(new PBEKeySpec(phrase, salt, ROUNDS, 256)).getEncoded();
        return new SecretKeySpec(raw, 0, 32, "AES");
    }
}
