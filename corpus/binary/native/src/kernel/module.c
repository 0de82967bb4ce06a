/* What a module of Linux looks like to who reads it: a relocatable file with the sections .modinfo and .gnu.linkonce.this_module. It calls the kernel's public key ciphers. */
static const char about[] __attribute__((section(".modinfo"), used)) =
    "license=GPL\0depends=rsa_generic\0name=acme_verify\0vermagic=6.1.0 SMP mod_unload";
static struct { char before[24], name[56], behind[816]; } this_module __attribute__((section(".gnu.linkonce.this_module"), used)) = {"", "acme_verify", ""};
extern void *crypto_alloc_akcipher(const char *name, unsigned type, unsigned mask);
extern void crypto_destroy_tfm(void *mem, void *tfm);
int init_module(void) {
    void *tfm = crypto_alloc_akcipher("pkcs1pad(rsa,sha256)", 0, 0);
    crypto_destroy_tfm(tfm, tfm);
    return 0;
}
void cleanup_module(void) {}
