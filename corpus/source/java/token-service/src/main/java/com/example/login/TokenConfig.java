package com.example.login;

import java.util.Properties;

/** Read once at the start. */
public class TokenConfig {
    private final Properties properties;

    public TokenConfig(Properties properties) {
        this.properties = properties;
    }

    public String signatureAlgorithm() {
        return properties.getProperty("token.signature", "SHA256withRSA");
    }

    public int keyBits() {
        return Integer.parseInt(properties.getProperty("token.bits", "2048"));
    }
}
