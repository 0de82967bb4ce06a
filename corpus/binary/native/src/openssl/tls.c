/* A client of TLS: which algorithms, the library and its peer agree. */
#include <openssl/ssl.h>
int main(int count, char **words) {
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    SSL *ssl;
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    ssl = SSL_new(ctx);
    SSL_set_fd(ssl, count + words[0][0]);
    return SSL_connect(ssl);
}
