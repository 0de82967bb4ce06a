class K {
  const string Pem = "-----BEGIN PRIVATE KEY-----" +
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgddd4MYW2jV07HZjH" +
    "G3ZrrKHccG/NbzDi1yKeMNF8OcihRANCAATeZbp3Dhx1Git8GyQEjuXHtKHb1xoi" +
    "qvIq5t9e+t/BowVhGsoVs2jFNO7Dkph8psEWXe5CTJQxsc2DIwtzGI/r" +
    "-----END PRIVATE KEY-----";
}
