package com.example.wallet;

import java.security.SecureRandom;
import org.bouncycastle.crypto.agreement.X25519Agreement;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.X25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.X25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;

class Device {
    private final Ed25519PrivateKeyParameters identity;
    private final X25519PrivateKeyParameters session = new X25519PrivateKeyParameters(new SecureRandom());

    Device(byte[] seed) {
        identity = new Ed25519PrivateKeyParameters(seed, 0);
    }

    byte[] attest(byte[] message) {
        Ed25519Signer signer = new Ed25519Signer();
        signer.init(true, identity);
        signer.update(message, 0, message.length);
        return signer.generateSignature();
    }

    byte[] pair(byte[] peer) {
        X25519Agreement agreement = new X25519Agreement();
        agreement.init(session);
        byte[] secret = new byte[agreement.getAgreementSize()];
        agreement.calculateAgreement(new X25519PublicKeyParameters(peer, 0), secret, 0);
        return secret;
    }
}
