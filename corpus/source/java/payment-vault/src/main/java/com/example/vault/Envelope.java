package com.example.vault;

import java.nio.ByteBuffer;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/** Seals a record with a key of its own, and that key with the master's public key. */
final class Envelope {
    private static final SecureRandom RANDOM = new SecureRandom();

    byte[] seal(byte[] record, PublicKey master) throws Exception {
        KeyGenerator generator = KeyGenerator.getInstance("AES");
        generator.init(CryptoSettings.DATA_KEY_BITS);
        SecretKey key = generator.generateKey();
        byte[] iv = new byte[12];
        RANDOM.nextBytes(iv);
        Cipher cipher = Cipher.getInstance(CryptoSettings.DATA_CIPHER);
        cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(CryptoSettings.TAG_BITS, iv));
        byte[] sealed = cipher.doFinal(record);
        Cipher wrapper = Cipher.getInstance(CryptoSettings.WRAP);
        wrapper.init(Cipher.WRAP_MODE, master);
        byte[] wrapped = wrapper.wrap(key);
        return ByteBuffer.allocate(4 + wrapped.length + iv.length + sealed.length)
                .putInt(wrapped.length).put(wrapped).put(iv).put(sealed).array();
    }

    byte[] open(byte[] wrapped, byte[] iv, byte[] sealed, PrivateKey master) throws Exception {
        Cipher unwrapper = Cipher.getInstance("RSA/ECB/OAEPWithSHA-256AndMGF1Padding");
        unwrapper.init(Cipher.UNWRAP_MODE, master);
        SecretKey key = (SecretKey) unwrapper.unwrap(wrapped, "AES", Cipher.SECRET_KEY);
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(128, iv));
        return cipher.doFinal(sealed);
    }
}
