resource "key_pair" "k" {
  public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKl8k1BmsJnB15c18xC8LDLwv5HtKASGbOGujyWntLnO ed25519@example.org"
}
