/* A module without cryptography. */
static const char about[] __attribute__((section(".modinfo"), used)) = "license=GPL\0depends=\0name=acme_plain";
static struct { char before[24], name[56], behind[816]; } this_module __attribute__((section(".gnu.linkonce.this_module"), used)) = {"", "acme_plain", ""};
extern int _printk(const char *text, ...);
int init_module(void) { return _printk("acme: verify, sign, rsa\n"); }
void cleanup_module(void) {}
