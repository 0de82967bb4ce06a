/* Classic Diffie-Hellman over the group of 2048 bits of RFC 3526, whose bytes the header brings. */
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/dhm.h>
static const unsigned char p[] = MBEDTLS_DHM_RFC3526_MODP_2048_P_BIN;
static const unsigned char g[] = MBEDTLS_DHM_RFC3526_MODP_2048_G_BIN;
int main(void) {
    mbedtls_ctr_drbg_context random;
    mbedtls_dhm_context dhm;
    mbedtls_mpi prime, generator;
    unsigned char out[256];
    mbedtls_ctr_drbg_init(&random);
    mbedtls_dhm_init(&dhm);
    mbedtls_mpi_init(&prime);
    mbedtls_mpi_init(&generator);
    mbedtls_mpi_read_binary(&prime, p, sizeof p);
    mbedtls_mpi_read_binary(&generator, g, sizeof g);
    mbedtls_dhm_set_group(&dhm, &prime, &generator);
    return mbedtls_dhm_make_public(&dhm, 256, out, sizeof out, mbedtls_ctr_drbg_random, &random);
}
