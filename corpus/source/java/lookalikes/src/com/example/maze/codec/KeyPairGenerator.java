package com.example.maze.codec;

/** Makes pairs of piano keys. */
public class KeyPairGenerator {
    public static KeyPairGenerator getInstance(String tune) {
        return new KeyPairGenerator();
    }
}
