package com.example.maze;

import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.util.Map;

class Choices {
    private static final Map<String, String> NAMES = Map.of("old", "DSA", "new", "Ed25519");

    /** Ed25519, says the ticket; look again. */
    KeyPairGenerator ed25519() throws Exception {
        return KeyPairGenerator.getInstance("RSA");
    }

    KeyPairGenerator fromTable(String age) throws Exception {
        return KeyPairGenerator.getInstance(NAMES.get(age));
    }

    KeyPairGenerator bySwitch(int level) throws Exception {
        String name = switch (level) {
            case 1 -> "EC";
            case 2 -> {
                String chosen = "Ed" + "448";
                yield chosen;
            }
            default -> throw new IllegalArgumentException("level");
        };
        return KeyPairGenerator.getInstance(name);
    }

    MessageDigest shadowed(String name) throws Exception {
        if (name == null) {
            name = "SHA-512";
            return MessageDigest.getInstance(name);
        }
        return MessageDigest.getInstance(name);
    }

    private MessageDigest digest(String name) throws Exception {
        return MessageDigest.getInstance(name);
    }

    void callers() throws Exception {
        digest("SHA-224");
        digest("SHA-384");
    }

    MessageDigest MessageDigest(String MessageDigest) throws Exception {
        return java.security.MessageDigest.getInstance("SHA3-256");
    }
}
