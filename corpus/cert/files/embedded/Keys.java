package demo;

class Keys {
    static final String PEM = "-----BEGIN PRIVATE KEY-----\n"
        + "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgFeuvvQfCYVSC54cc\n"
        + "1hQJFVCDomVfpybxHayUoyVq3XahRANCAAR65dJvFPBpPgN+28qxW/G3viP4IV+q\n"
        + "+ER/HfL6QZDrncu44qlTqzzJz9QQF0eRH+JWWnO/WVUJHkg4YOXSRWo/\n"
        + "-----END PRIVATE KEY-----\n";

    static final String ROOT = """
        -----BEGIN CERTIFICATE-----
        MIIBUjCB+qADAgECAgIQATAKBggqhkjOPQQDAjARMQ8wDQYDVQQDDAZlY3Jvb3Qw
        HhcNMjYwMTAxMDAwMDAwWhcNMzUxMjMwMDAwMDAwWjARMQ8wDQYDVQQDDAZlY3Jv
        b3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAT4lGfhGLwCtvQDlwmtn7hVe6FS
        1gbKLLDK0fbAxHUmMMVO7olvg77gwzzFbsX41iDWGKB3+pmj3f4hFvGKZZzPo0Iw
        QDAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIBhjAdBgNVHQ4EFgQUHZAw
        0F1+mEMVLlVHBMC1Hk2esHgwCgYIKoZIzj0EAwIDRwAwRAIgLwYyFp+BFe0zY5wD
        aluokV+z8naJ262tavxLogPDRgMCIAS2i+vuszg0jBS3A6O5sT90HPcJVRxXnniT
        uf/w7Qhp
        -----END CERTIFICATE-----
        """;
}
