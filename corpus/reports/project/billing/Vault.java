package depot.billing;

import java.security.Key;
import java.security.PublicKey;
import javax.crypto.Cipher;

final class Vault {
    static byte[] seal(PublicKey archive, Key invoiceKey) throws Exception {
        Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPWithSHA-256AndMGF1Padding");
        cipher.init(Cipher.WRAP_MODE, archive);
        return cipher.wrap(invoiceKey);
    }
}
