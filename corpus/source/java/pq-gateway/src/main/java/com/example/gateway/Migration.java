package com.example.gateway;

/** How far a link has migrated. */
public enum Migration {
    CLASSIC("EC", "SHA256withECDSA"),
    QUANTUM_SAFE("ML-DSA-65", "ML-DSA-65");

    private final String keys;
    private final String signatures;

    Migration(String keys, String signatures) {
        this.keys = keys;
        this.signatures = signatures;
    }

    public java.security.KeyPair newKeys() throws java.security.GeneralSecurityException {
        return java.security.KeyPairGenerator.getInstance(keys).generateKeyPair();
    }

    public java.security.Signature signer() throws java.security.GeneralSecurityException {
        return java.security.Signature.getInstance(signatures);
    }
}
