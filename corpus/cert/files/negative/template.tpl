-----BEGIN PRIVATE KEY-----
<base64>
-----END PRIVATE KEY-----
