class K {
  const string Pem = "-----BEGIN PRIVATE KEY-----" +
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgqukr3fqzNiXoSTjB" +
    "oPgm4JcZ80dRsdBfHx0qsuNM2/qhRANCAAT3QRy4zwp14OEYhvbrYaTPLvpmtQuy" +
    "TSPNTdzArRQIv3TfokOEBIiwx/2vJ8q9HFTYtXQmx/xH50AcKO6wbGeR" +
    "-----END PRIVATE KEY-----";
}
