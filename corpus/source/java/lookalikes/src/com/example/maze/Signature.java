package com.example.maze;

/** A line at the foot of a letter. */
public class Signature {
    private final String text;

    private Signature(String text) {
        this.text = text;
    }

    public static Signature getInstance(String text) {
        return new Signature(text);
    }

    public void initSign(Object pen) {
    }

    @Override
    public String toString() {
        return text;
    }
}
