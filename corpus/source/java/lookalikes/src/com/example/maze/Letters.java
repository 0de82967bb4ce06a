package com.example.maze;

import com.example.maze.codec.Cipher;
import com.example.maze.codec.KeyPairGenerator;

/** Nothing in here is cryptography. java.security.MessageDigest.getInstance("MD5") would be. */
class Letters {
    // KeyPairGenerator.getInstance("RSA").initialize(512);
    private static final String DOC = "Cipher.getInstance(\"DES/ECB/PKCS5Padding\")";

    Object close() {
        return Signature.getInstance("SHA1withRSA");
    }

    Object puzzle() {
        return Cipher.getInstance("DES");
    }

    Object twins() {
        return KeyPairGenerator.getInstance("RSA");
    }
}
