package tally.ledger;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;

/** Each refund, sealed before anything is kept. */
final class Refunds {
    private final PublicKey ledger;
    private final Store store;

    Refunds(PublicKey ledger, Store store) {
        this.ledger = ledger;
        this.store = store;
    }

    long keep(byte[] refund) throws GeneralSecurityException {
        return store.append(Envelope.seal(refund, ledger));
    }

    byte[] read(long number, PrivateKey own) throws GeneralSecurityException {
        return Envelope.open(store.at(number), own);
    }
}
