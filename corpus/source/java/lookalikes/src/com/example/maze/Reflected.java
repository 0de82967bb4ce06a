package com.example.maze;

import java.util.function.Function;

class Reflected {
    interface Maker {
        java.security.MessageDigest make(String name) throws Exception;
    }

    static final Maker MAKER = java.security.MessageDigest::getInstance;

    Object made() throws Exception {
        return MAKER.make("MD5");
    }

    Object reflected() throws Exception {
        return Class.forName("java.security.MessageDigest").getMethod("getInstance", String.class).invoke(null, "MD2");
    }
}
