package demo;

import java.util.Map;

/** Names of algorithms and look-alikes of APIs: nothing of it is cryptography. */
public class Quiet {
    static final Map<String, Integer> KNOWN = Map.of("RSA", 2048, "SHA256withECDSA", 256);

    static class Cipher {
        static Cipher getInstance(String name) {
            return new Cipher();
        }

        void init(int mode, String key) {}
    }

    interface KeyPairGenerator {
        void initialize(int bits);
    }

    void look(KeyPairGenerator generator) {
        Cipher.getInstance("DES/ECB/NoPadding").init(1, "RSA");
        generator.initialize(512);
        Class<?> named = java.security.KeyPairGenerator.class;
        System.out.println("KeyPairGenerator.getInstance(\"RSA\")" + named);
    }
}
