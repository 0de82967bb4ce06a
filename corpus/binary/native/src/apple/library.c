/* Uses OpenSSL from a dynamic library; what it exports is its own. */
extern int RSA_verify(int type, const unsigned char *m, unsigned m_len, const unsigned char *sig, unsigned siglen, void *rsa);
int acme_check(void *key, const unsigned char *digest, const unsigned char *from, unsigned length) { return RSA_verify(672, digest, 32, from, length, key); }
