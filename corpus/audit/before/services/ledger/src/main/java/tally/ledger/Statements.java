package tally.ledger;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;

/** Each statement, sealed before anything is kept. */
final class Statements {
    private final PublicKey ledger;
    private final Store store;

    Statements(PublicKey ledger, Store store) {
        this.ledger = ledger;
        this.store = store;
    }

    long keep(byte[] statement) throws GeneralSecurityException {
        return store.append(Envelope.seal(statement, ledger));
    }

    byte[] read(long number, PrivateKey own) throws GeneralSecurityException {
        return Envelope.open(store.at(number), own);
    }
}
