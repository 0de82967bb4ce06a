/* A module without cryptography. */
static const char about[] __attribute__((section(".modinfo"), used)) = "license=GPL\0depends=\0name=acme_plain";
extern int _printk(const char *text, ...);
int init_module(void) { return _printk("acme: verify, sign, rsa\n"); }
void cleanup_module(void) {}
