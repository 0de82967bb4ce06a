package tally.ledger;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;

/** Each payment, sealed before anything is kept. */
final class Records {
    private final PublicKey ledger;
    private final Store store;

    Records(PublicKey ledger, Store store) {
        this.ledger = ledger;
        this.store = store;
    }

    long keep(byte[] payment) throws GeneralSecurityException {
        return store.append(Envelope.seal(payment, ledger));
    }

    byte[] read(long number, PrivateKey own) throws GeneralSecurityException {
        return Envelope.open(store.at(number), own);
    }
}
