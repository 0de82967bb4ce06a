package tally.ledger;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;

/** Each dispute, sealed before anything is kept. */
final class Disputes {
    private final PublicKey ledger;
    private final Store store;

    Disputes(PublicKey ledger, Store store) {
        this.ledger = ledger;
        this.store = store;
    }

    long keep(byte[] dispute) throws GeneralSecurityException {
        return store.append(Envelope.seal(dispute, ledger));
    }

    byte[] read(long number, PrivateKey own) throws GeneralSecurityException {
        return Envelope.open(store.at(number), own);
    }
}
