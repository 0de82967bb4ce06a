package tally.ledger;

/** The append-only table. */
interface Store {
    long append(Envelope.Sealed sealed);

    Envelope.Sealed at(long number);
}
