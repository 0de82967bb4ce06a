package com.example.login;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;

class DocumentSigner {
    private final TokenConfig config;

    DocumentSigner(TokenConfig config) {
        this.config = config;
    }

    KeyPair keys() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(config.keyBits());
        return generator.generateKeyPair();
    }

    byte[] sign(byte[] document, KeyPair keys) throws Exception {
        Signature signature = Signature.getInstance(config.signatureAlgorithm());
        signature.initSign(keys.getPrivate());
        signature.update(document);
        return signature.sign();
    }
}
