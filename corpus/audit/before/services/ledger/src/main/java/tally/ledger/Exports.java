package tally.ledger;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;

/** Each export, sealed before anything is kept. */
final class Exports {
    private final PublicKey ledger;
    private final Store store;

    Exports(PublicKey ledger, Store store) {
        this.ledger = ledger;
        this.store = store;
    }

    long keep(byte[] export) throws GeneralSecurityException {
        return store.append(Envelope.seal(export, ledger));
    }

    byte[] read(long number, PrivateKey own) throws GeneralSecurityException {
        return Envelope.open(store.at(number), own);
    }
}
