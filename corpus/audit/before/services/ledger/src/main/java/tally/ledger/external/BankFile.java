package tally.ledger.external;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;

/** The file that the old bank still reads. */
public final class BankFile {
    private BankFile() {}

    public static byte[] seal(byte[] text, SecretKey shared, byte[] iv) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("DESede/CBC/PKCS5Padding");
        cipher.init(Cipher.ENCRYPT_MODE, shared, new IvParameterSpec(iv));
        return cipher.doFinal(text);
    }
}
