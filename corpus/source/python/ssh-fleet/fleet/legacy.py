"""Switches from before the flood. Imported only where they are."""
from paramiko import Transport

OLD_KEX = ("diffie-hellman-group1-sha1", "diffie-hellman-group14-sha1")


def allow_old():
    Transport._preferred_kex = OLD_KEX
    Transport._preferred_keys = ("ssh-rsa", "ssh-dss")
