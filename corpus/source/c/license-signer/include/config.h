#ifndef LICENSE_CONFIG_H
#define LICENSE_CONFIG_H

/* Sizes agreed with the licence server in 2023. */
#define LICENSE_RSA_BITS (1024 * 3)
#define LICENSE_DIGEST "SHA256"
#define LICENSE_KDF_ROUNDS 310000

#endif
