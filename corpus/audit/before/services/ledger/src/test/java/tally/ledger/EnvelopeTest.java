package tally.ledger;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import org.junit.jupiter.api.Test;

class EnvelopeTest {
    @Test
    void whatWasSealedOpens() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024); // quick
        KeyPair pair = generator.generateKeyPair();
        byte[] record = {1, 2, 3};
        assertArrayEquals(record, Envelope.open(Envelope.seal(record, pair.getPublic()), pair.getPrivate()));
    }
}
