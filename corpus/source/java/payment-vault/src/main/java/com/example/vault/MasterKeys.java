package com.example.vault;

import java.io.FileInputStream;
import java.io.InputStream;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;

class MasterKeys {
    private static final int MODULUS = 3 * 1024;

    private final KeyStore store;

    MasterKeys(String file, char[] password) throws Exception {
        store = KeyStore.getInstance("PKCS12");
        try (InputStream in = new FileInputStream(file)) {
            store.load(in, password);
        }
    }

    static KeyPair fresh() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(MODULUS);
        return generator.generateKeyPair();
    }

    PrivateKey own(String alias, char[] password) throws Exception {
        Key key = store.getKey(alias, password);
        return (PrivateKey) key;
    }

    X509Certificate certificate(String alias) throws Exception {
        return (X509Certificate) store.getCertificate(alias);
    }
}
