resource "key_pair" "k" {
  public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIN14coJnuO8FL4kKTdp5OfQka9GsZ7iILjxmi+zuSjDq ed25519@example.org"
}
