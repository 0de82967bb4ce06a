package demo;

import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.List;
import java.util.function.Supplier;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/** One way to use cryptography a method; what must be found stands behind the line. */
public class Keys {
    private static final int BITS = 1024 * 2;
    private static final String CURVE = System.lineSeparator().isEmpty() ? "secp256r1" : "secp384r1";

    private final String signing;

    public Keys() {
        this("SHA512withRSA");
    }

    private Keys(String signing) {
        this.signing = signing;
    }

    KeyPair throughAConstant() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA"); //~ key RSA key_bits=2048 op=keygen
        generator.initialize(BITS);
        return generator.generateKeyPair();
    }

    byte[] throughAField(byte[] text) throws Exception {
        Signature signature = Signature.getInstance(signing); //~ algorithm RSASSA-PKCS1@caller digest=SHA-512@caller key_bits=2048 op=sign padding=PKCS1v15@caller
        signature.initSign(throughAConstant().getPrivate());
        signature.update(text);
        return signature.sign();
    }

    void eitherCurve() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC"); //~ key EC curve=P-256|P-384 op=keygen
        generator.initialize(new ECGenParameterSpec(CURVE));
        generator.generateKeyPair();
    }

    byte[] putTogether(boolean authenticated, SecretKey key, byte[] text) throws Exception {
        String transformation = "AES/" + (authenticated ? "GCM" : "CBC") + "/NoPadding";
        Cipher cipher = Cipher.getInstance(transformation); //~ algorithm AES mode=CBC|GCM op=encrypt padding=none
        cipher.init(Cipher.ENCRYPT_MODE, key);
        return cipher.doFinal(text);
    }

    byte[] eitherWay(boolean back, SecretKey key, byte[] text) throws Exception {
        Cipher cipher = Cipher.getInstance("ChaCha20-Poly1305"); //~ algorithm ChaCha20-Poly1305 op=encrypt+decrypt
        cipher.init(back ? Cipher.DECRYPT_MODE : Cipher.ENCRYPT_MODE, key);
        try {
            return cipher.doFinal(text);
        } finally {
            MessageDigest.getInstance("SHA-256").digest(text); //~ algorithm SHA-256 op=digest
        }
    }

    void again(int times) throws Exception {
        String name = "DSA";
        for (int i = 0; i < times; i++) {
            KeyPairGenerator.getInstance(name); //~ key DSA|RSA op=keygen
            name = "RSA";
        }
    }

    void each() throws Exception {
        for (String name : List.of("X25519", "X448")) {
            KeyAgreement.getInstance(name); //~ algorithm X25519|X448 op=agree
        }
    }

    void handedOn(String owner) throws Exception {
        generate("DES", owner);
        generate("AES", owner);
    }

    private void generate(String name, String owner) throws Exception {
        KeyGenerator.getInstance(name); //~ key 3DES@caller|AES@caller|DES@caller op=keygen
    }

    Supplier<SecretKey> inALambda() {
        String name = "DESede";
        return () -> {
            try {
                generate(name, "");
                return KeyGenerator.getInstance("IDEA").generateKey(); //~ key IDEA op=keygen
            } catch (Exception e) {
                return null;
            }
        };
    }

    void protocols(SSLEngine engine) throws Exception {
        SSLContext.getInstance("TLSv1.2"); //~ protocol TLS1.2 op=handshake
        engine.setEnabledProtocols(new String[] {"TLSv1.2", "TLSv1.3"}); //~ protocol TLS max_version=TLS1.3 min_version=TLS1.2
    }

    void imported(byte[] bytes) throws Exception {
        new SecretKeySpec("correct horse battery staple".getBytes(), "Blowfish"); //~ key Blowfish key_bits=224 op=import
        KeyFactory.getInstance("Ed25519"); //~ key Ed25519 op=import
        RSAKeyGenParameterSpec spec = new RSAKeyGenParameterSpec(3072, RSAKeyGenParameterSpec.F4);
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA"); //~ key RSA key_bits=3072 op=keygen
        generator.initialize(spec);
    }

    void notHere(String algorithm, int bits) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm); //~ key algorithm=?parameter(algorithm) key_bits=?parameter(bits) op=keygen
        generator.initialize(bits);
    }

    enum Curve {
        SMALL("secp256r1"),
        LARGE("secp521r1");

        private final String name;

        Curve(String name) {
            this.name = name;
        }

        void generate() throws Exception {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC"); //~ key EC curve=P-256@caller|P-521@caller op=keygen
            generator.initialize(new ECGenParameterSpec(name));
        }
    }
}
