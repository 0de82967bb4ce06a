package com.example.vault;

/** What the vault uses. Change with the security team only. */
final class CryptoSettings {
    static final String DATA_CIPHER = "AES/GCM/NoPadding";
    static final int DATA_KEY_BITS = 256;
    static final int TAG_BITS = 128;
    static final String WRAP = "RSA/ECB/OAEPWithSHA-256AndMGF1Padding";

    private CryptoSettings() {
    }
}
