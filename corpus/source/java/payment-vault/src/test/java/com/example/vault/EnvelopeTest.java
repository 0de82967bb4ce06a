package com.example.vault;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import org.junit.jupiter.api.Test;

class EnvelopeTest {
    // RSA 1024 keeps the tests fast.
    @Test
    void opensWhatItSealed() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);
        KeyPair pair = generator.generateKeyPair();
        new Envelope().seal(new byte[10], pair.getPublic());
    }
}
