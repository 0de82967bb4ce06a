package com.example.login;

import org.junit.jupiter.api.Test;

class SessionTokensTest {
    @Test
    void readsWhatItIssued() {
        SessionTokens tokens = new SessionTokens("0123456789abcdef0123456789abcdef".getBytes());
        tokens.read(tokens.issue("user"));
    }
}
