package demo;

class Keys {
    static final String PEM = "-----BEGIN PRIVATE KEY-----\n"
        + "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgqukr3fqzNiXoSTjB\n"
        + "oPgm4JcZ80dRsdBfHx0qsuNM2/qhRANCAAT3QRy4zwp14OEYhvbrYaTPLvpmtQuy\n"
        + "TSPNTdzArRQIv3TfokOEBIiwx/2vJ8q9HFTYtXQmx/xH50AcKO6wbGeR\n"
        + "-----END PRIVATE KEY-----\n";

    static final String ROOT = """
        -----BEGIN CERTIFICATE-----
        MIIBUjCB+qADAgECAgIQATAKBggqhkjOPQQDAjARMQ8wDQYDVQQDDAZlY3Jvb3Qw
        HhcNMjYwMTAxMDAwMDAwWhcNMzUxMjMwMDAwMDAwWjARMQ8wDQYDVQQDDAZlY3Jv
        b3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATTEKLdRm31g5E+ZGBhgtIf/D1P
        JhCLrdodDhlGnvp4MolQlw28tkQvnPkhLOqud+rIuJLlg4/bQ6NB6awCZgEDo0Iw
        QDAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIBhjAdBgNVHQ4EFgQUATqB
        9Bk28BhDXThhSpWcFZpL/1EwCgYIKoZIzj0EAwIDRwAwRAIgMGssH6hw6eDVTTx1
        Wt2dR+uOTTd4nDPfaOzHnAdAgn8CIF5tPZi97vIW2Ed4xJPb6bKrONuGEp0XDYg0
        e4yuE+4r
        -----END CERTIFICATE-----
        """;
}
