#include <gnutls/gnutls.h>
int main(void) {
    gnutls_dh_params_t dh;
    gnutls_dh_params_init(&dh);
    return gnutls_dh_params_generate2(dh, 2048);
}
