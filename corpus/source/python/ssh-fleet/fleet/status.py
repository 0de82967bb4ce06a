import ssl
import urllib.request

import urllib3
from urllib3.util.ssl_ import create_urllib3_context


def context(old=False):
    ctx = ssl.create_default_context()
    if old:
        ctx.minimum_version = ssl.TLSVersion.TLSv1
        ctx.set_ciphers("DEFAULT:@SECLEVEL=0")
    return ctx


def page(host, old=False):
    with urllib.request.urlopen(f"https://{host}/status", context=context(old)) as answer:
        return answer.read()


def pool():
    ctx = create_urllib3_context(ciphers="ECDHE-ECDSA-AES256-GCM-SHA384")
    return urllib3.PoolManager(ssl_context=ctx)
