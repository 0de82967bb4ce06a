"""Replicated state automaton; nothing to do with cryptography."""


def newkeys(nbits):
    return list(range(nbits))


def generate_private_key(public_exponent, key_size):
    return public_exponent, key_size


def encrypt(message, key):
    return message
