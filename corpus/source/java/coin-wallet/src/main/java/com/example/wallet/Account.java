package com.example.wallet;

import java.math.BigInteger;
import java.security.SecureRandom;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.digests.RIPEMD160Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.generators.ECKeyPairGenerator;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECKeyGenerationParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;

public class Account {
    private static final String CURVE = "secp256k1";

    public static AsymmetricCipherKeyPair create() {
        var x9 = CustomNamedCurves.getByName(CURVE);
        var domain = new ECDomainParameters(x9.getCurve(), x9.getG(), x9.getN(), x9.getH());
        var generator = new ECKeyPairGenerator();
        generator.init(new ECKeyGenerationParameters(domain, new SecureRandom()));
        return generator.generateKeyPair();
    }

    public BigInteger[] sign(AsymmetricCipherKeyPair pair, byte[] hash) {
        ECDSASigner signer = new ECDSASigner();
        signer.init(true, (ECPrivateKeyParameters) pair.getPrivate());
        return signer.generateSignature(hash);
    }

    public byte[] address(byte[] publicKey) {
        SHA256Digest sha = new SHA256Digest();
        sha.update(publicKey, 0, publicKey.length);
        byte[] first = new byte[32];
        sha.doFinal(first, 0);
        RIPEMD160Digest ripemd = new RIPEMD160Digest();
        ripemd.update(first, 0, first.length);
        byte[] out = new byte[20];
        ripemd.doFinal(out, 0);
        return out;
    }
}
