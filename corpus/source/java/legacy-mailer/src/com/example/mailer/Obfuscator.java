package com.example.mailer;

import java.security.*;
import java.util.Base64;
import javax.crypto.*;
import javax.crypto.spec.*;

public class Obfuscator {
    private static final byte[] KEY = "8bytekey".getBytes();
    private String transformation = "DES/CBC/PKCS5Padding";

    public void setTransformation(String transformation) {
        this.transformation = transformation;
    }

    public String hide(String text) throws Exception {
        SecretKeyFactory factory = SecretKeyFactory.getInstance("DES");
        SecretKey key = factory.generateSecret(new DESKeySpec(KEY));
        Cipher cipher = Cipher.getInstance("DES");
        cipher.init(Cipher.ENCRYPT_MODE, key);
        return Base64.getEncoder().encodeToString(cipher.doFinal(text.getBytes()));
    }

    public byte[] hideWithIv(byte[] text, Key key, byte[] iv) throws Exception {
        Cipher cipher = Cipher.getInstance(transformation);
        cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(iv));
        return cipher.doFinal(text);
    }

    public String fingerprint(byte[] mail, boolean strong) throws Exception {
        String name = "MD5";
        if (strong) {
            name = "SHA-1";
        }
        MessageDigest digest = MessageDigest.getInstance(name);
        return new java.math.BigInteger(1, digest.digest(mail)).toString(16);
    }
}
