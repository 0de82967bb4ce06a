package com.example.mailer;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

class Relay {
    SSLSocket connect(String host) throws Exception {
        SSLContext context;
        try {
            context = SSLContext.getInstance("TLSv1");
        } catch (java.security.NoSuchAlgorithmException old) {
            context = SSLContext.getInstance("SSLv3");
        }
        context.init(null, null, null);
        SSLSocketFactory sockets = context.getSocketFactory();
        SSLSocket socket = (SSLSocket) sockets.createSocket(host, 465);
        socket.setEnabledCipherSuites(new String[] {"SSL_RSA_WITH_3DES_EDE_CBC_SHA"});
        return socket;
    }
}
