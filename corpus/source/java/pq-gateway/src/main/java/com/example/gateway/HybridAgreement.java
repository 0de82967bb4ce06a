package com.example.gateway;

import java.security.*;
import java.security.spec.*;
import javax.crypto.*;

/** Both secrets go into the derivation: either alone keeps the link safe. */
class HybridAgreement {
    private final KeyPair classic;
    private final KeyPair lattice;

    HybridAgreement() throws GeneralSecurityException {
        KeyPairGenerator x = KeyPairGenerator.getInstance("XDH");
        x.initialize(NamedParameterSpec.X25519);
        classic = x.generateKeyPair();
        lattice = KeyPairGenerator.getInstance("ML-KEM-768").generateKeyPair();
    }

    byte[] agree(PublicKey peer) throws GeneralSecurityException {
        KeyAgreement agreement = KeyAgreement.getInstance("XDH");
        agreement.init(classic.getPrivate());
        agreement.doPhase(peer, true);
        return agreement.generateSecret();
    }

    KEM.Encapsulated encapsulate(PublicKey peer) throws GeneralSecurityException {
        return KEM.getInstance("ML-KEM").newEncapsulator(peer).encapsulate();
    }

    SecretKey decapsulate(byte[] message) throws GeneralSecurityException {
        KEM kem = KEM.getInstance("ML-KEM");
        return kem.newDecapsulator(lattice.getPrivate()).decapsulate(message);
    }

    SecretKey derive(byte[] classicSecret, byte[] latticeSecret) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA384");
        mac.init(new javax.crypto.spec.SecretKeySpec(new byte[48], "HmacSHA384"));
        mac.update(classicSecret);
        return new javax.crypto.spec.SecretKeySpec(mac.doFinal(latticeSecret), 0, 32, "AES");
    }
}
