package com.example.mailer;

import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

class DkimSigner {
    private final PrivateKey key;

    DkimSigner(String base64) throws Exception {
        byte[] der = Base64.getDecoder().decode(base64);
        key = KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der));
    }

    byte[] sign(byte[] headers) throws Exception {
        Signature signature = Signature.getInstance("SHA1withRSA");
        signature.initSign(key);
        signature.update(headers);
        return signature.sign();
    }
}
