#include <openssl/ssl.h>
#include <openssl/err.h>
#include "options.h"

#define HYBRID_GROUPS "X25519MLKEM768:X25519:secp256r1"
#define CLASSIC_GROUPS "X25519:secp256r1:secp384r1"

static const char modern_ciphers[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:"
    "ECDHE-RSA-AES128-GCM-SHA256";

SSL_CTX *listener_new(const struct tls_options *o)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

    if (!ctx)
        return NULL;
    SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(ctx, modern_ciphers);
    SSL_CTX_set1_groups_list(ctx, o->pq ? HYBRID_GROUPS : CLASSIC_GROUPS);
    if (SSL_CTX_use_certificate_chain_file(ctx, o->cert_file) != 1)
        goto fail;
    if (SSL_CTX_use_PrivateKey_file(ctx, o->key_file, SSL_FILETYPE_PEM) != 1)
        goto fail;
    return ctx;
fail:
    SSL_CTX_free(ctx);
    return NULL;
}

SSL_CTX *upstream_new(const struct tls_options *o)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

    SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION);
    SSL_CTX_set1_groups_list(ctx, o->groups);
    return ctx;
}

int upstream_connect(SSL_CTX *ctx, int fd)
{
    SSL *ssl = SSL_new(ctx);

    SSL_set_fd(ssl, fd);
    return SSL_connect(ssl);
}

/* For the meters that nobody may touch: TLS 1.0 and RC4 were switched off last year. */
SSL_CTX *legacy_new(void)
{
    SSL_CTX *ctx = SSL_CTX_new(TLSv1_2_server_method());
    SSL_CTX_set_cipher_list(ctx, "AES128-SHA");
    return ctx;
}
