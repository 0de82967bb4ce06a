package demo;

class Keys {
    static final String PEM = "-----BEGIN PRIVATE KEY-----\n"
        + "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgE2lLSu4nAkjvWt+u\n"
        + "2u5KaT49A+tfEtsvn/KILQ0Q4n6hRANCAAROhVHQK3wE4t7CS5X2PQfU4I9bQWSE\n"
        + "WaTBeYXa1JlUL168WOhuf3hWFx3LQr9Eo+Je6ojlZ0EzZK/BQk9XPUES\n"
        + "-----END PRIVATE KEY-----\n";

    static final String ROOT = """
        -----BEGIN CERTIFICATE-----
        MIIBUjCB+qADAgECAgIQATAKBggqhkjOPQQDAjARMQ8wDQYDVQQDDAZlY3Jvb3Qw
        HhcNMjYwMTAxMDAwMDAwWhcNMzUxMjMwMDAwMDAwWjARMQ8wDQYDVQQDDAZlY3Jv
        b3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQTQU0xI7t/2hitjKe8odKv4zs8
        v5NnGC201RqHnKwrmTUNT4ZwaxFujFamaW5CanHQoqCljBUd3k5bvgBUTdwPo0Iw
        QDAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIBhjAdBgNVHQ4EFgQUbDLe
        bZQGiiF+3qZBAqNq2EaDz9gwCgYIKoZIzj0EAwIDRwAwRAIgQsIJpZ0ttn1LVEY2
        FWvvLNe4b7glp9Vh3+QXmh0cJdkCIGr/gWjpJlvX/7DbN9lKQti6IEi4uJEF5irH
        qqiThGTt
        -----END CERTIFICATE-----
        """;
}
