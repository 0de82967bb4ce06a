package com.example.maze;

import static javax.crypto.Cipher.DECRYPT_MODE;
import static javax.crypto.Cipher.getInstance;

import java.util.List;
import javax.crypto.Cipher;

class Joined {
    private static final String A = "A";
    private static final String ES = "E" + "S";
    private static final String[] MODES = {"CBC", "CTR"};

    void f(java.security.Key key, boolean stream) throws Exception {
        Cipher one = getInstance(A + ES + "/" + "GCM" + "/NoPadding");
        one.init(DECRYPT_MODE, key);
        String name = String.join("/", A + ES, MODES[0], "PKCS5Padding");
        Cipher two = Cipher.getInstance(name);
        Cipher three = Cipher.getInstance(String.format("%s/%s/NoPadding", "AES", stream ? "CTR" : "CFB"));
        for (String hash : List.of("MD5", "SHA-1", "SHA-256")) {
            java.security.MessageDigest.getInstance(hash);
        }
    }
}
