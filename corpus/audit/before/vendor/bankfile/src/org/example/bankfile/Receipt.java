package org.example.bankfile;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;

/** From the bank's own kit, as it came. */
public final class Receipt {
    public static byte[] sign(byte[] text, PrivateKey key) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA1withRSA");
        signature.initSign(key);
        signature.update(text);
        return signature.sign();
    }
}
