import os

import asyncssh
import paramiko

from .keys import read_key

MODERN = {
    "kex_algs": ["mlkem768x25519-sha256", "curve25519-sha256"],
    "encryption_algs": ["chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com"],
    "server_host_key_algs": ["ssh-ed25519", "rsa-sha2-512"],
}


def run_sync(host, command):
    with paramiko.SSHClient() as client:
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
        client.connect(host, username=os.environ["FLEET_USER"], pkey=read_key(os.environ["FLEET_KEY"]))
        _, out, _ = client.exec_command(command)
        return out.read().decode()


async def run_async(host, command):
    async with asyncssh.connect(host, known_hosts="known", **MODERN) as connection:
        return (await connection.run(command)).stdout


async def rotate(host):
    key = asyncssh.generate_private_key("ssh-ed25519", comment=f"fleet@{host}")
    old = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
    return key, old
