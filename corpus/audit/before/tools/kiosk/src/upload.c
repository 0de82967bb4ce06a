/* A kiosk hands over the day's receipts. */
#include <openssl/ssl.h>

SSL_CTX *uplink(void)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    /* The hybrid is a second choice: the first flight has a share for P-256. */
    if (ctx == NULL || SSL_CTX_set1_groups_list(ctx, "P-256:X25519MLKEM768") != 1)
        return NULL;
    return ctx;
}
