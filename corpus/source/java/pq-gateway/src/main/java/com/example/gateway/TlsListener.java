package com.example.gateway;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;

class TlsListener {
    private static final String[] GROUPS = {"X25519MLKEM768", "x25519", "secp256r1"};

    SSLServerSocket open(int port) throws Exception {
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(null, null, null);
        SSLServerSocket socket = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(port);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setNamedGroups(GROUPS);
        parameters.setCipherSuites(new String[] {"TLS_AES_256_GCM_SHA384"});
        socket.setSSLParameters(parameters);
        return socket;
    }
}
