package demo;

class Keys {
    static final String PEM = "-----BEGIN PRIVATE KEY-----\n"
        + "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgddd4MYW2jV07HZjH\n"
        + "G3ZrrKHccG/NbzDi1yKeMNF8OcihRANCAATeZbp3Dhx1Git8GyQEjuXHtKHb1xoi\n"
        + "qvIq5t9e+t/BowVhGsoVs2jFNO7Dkph8psEWXe5CTJQxsc2DIwtzGI/r\n"
        + "-----END PRIVATE KEY-----\n";

    static final String ROOT = """
        -----BEGIN CERTIFICATE-----
        MIIBUzCB+qADAgECAgIQATAKBggqhkjOPQQDAjARMQ8wDQYDVQQDDAZlY3Jvb3Qw
        HhcNMjYwMTAxMDAwMDAwWhcNMzUxMjMwMDAwMDAwWjARMQ8wDQYDVQQDDAZlY3Jv
        b3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAT+5FpSX/zFngDy9H3O78Lt43Fk
        P/umeawl1pEyU6A7MBX7+vtSxMskj+FJtiNnBPg26jpPpcpQWRBq4QkVI7smo0Iw
        QDAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIBhjAdBgNVHQ4EFgQUnU0G
        g0Wo39VAY5ItElSEkfLkFPQwCgYIKoZIzj0EAwIDSAAwRQIhAOLHMBM/H8ShAfug
        nfDWFbIyB6nhZHma0ciBNrJhtUBmAiAhKbt1X62ezCY7s+iBaHa2djD9yg4yjxqK
        fCDPXp2+Ig==
        -----END CERTIFICATE-----
        """;
}
