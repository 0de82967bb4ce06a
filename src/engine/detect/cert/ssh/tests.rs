//! Keys made by ssh-keygen and puttygen; fingerprints by `openssl pkey -pubin -outform DER | sha256sum`, the rest by `ssh-keygen -L`.

use super::super::parts::tests::{seen, survives};

#[test]
fn private_keys_open_and_locked() {
    assert_eq!(
        seen(
            "ed",
            "-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACBUGIoRdtunDgZ648JGNbSirYazIPxJcASTEMvu1iWKywAAAJgYbYK3GG2C
twAAAAtzc2gtZWQyNTUxOQAAACBUGIoRdtunDgZ648JGNbSirYazIPxJcASTEMvu1iWKyw
AAAECpbQYlkxVEnR0tCcapwgnq1gMOgqGQyzkKMWE8g/M5dFQYihF226cOBnrjwkY1tKKt
hrMg/ElwBJMQy+7WJYrLAAAAEWFsaWNlQGV4YW1wbGUub3JnAQIDBA==
-----END OPENSSH PRIVATE KEY-----
"
            .as_bytes()
        ),
        [r#"1: key algorithm=Ed25519 (private) "alice@example.org" 8774c6bd8fdc"#,]
    );
    assert_eq!(
        seen(
            "edenc",
            "-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABCEX8C5bT
veOoqaXlTD5ZIpAAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIAbBCbdf5gnOQGTP
0ZmtR9hXfr2yxS2NmraysHShrkaYAAAAkFBfMwfP1nSLb5Uvdqt2iBbrD+IMX7CieR0LRF
5iRxbjESGUe8Js1Esjh664rMh80/8xPx35yuIxbhvw1N6C2sERSsrwW4Mh4xCAEWFh/Lna
EKusz4aLu5yA4BOpSEiTwxc5ttvNeJ2NrS12EmY/1g8mDklYZxd5HMkJEfdLXVQpOkUVD6
2jQ9SD5stx+HuyaQ==
-----END OPENSSH PRIVATE KEY-----
"
            .as_bytes()
        ),
        [
            "1: algorithm algorithm=bcrypt-pbkdf salt_bits=128 iterations=16",
            "1: algorithm algorithm=AES mode=CTR key_bits=256",
            "1: key algorithm=Ed25519 (private, encrypted) 897ab490f3e8 uses 2",
        ]
    );
    assert_eq!(
        seen(
            "ec",
            "-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAaAAAABNlY2RzYS
1zaGEyLW5pc3RwMjU2AAAACG5pc3RwMjU2AAAAQQR6KJExq66RL0zJbDSKE/PyHGnkle2H
sTzK7s4Epm6E6amaiFvjP1m2tf5Y3gvKJGLvQWkXVosTy7Zj3J7majTNAAAAoJ94JtyfeC
bcAAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBHookTGrrpEvTMls
NIoT8/IcaeSV7YexPMruzgSmboTpqZqIW+M/Wba1/ljeC8okYu9BaRdWixPLtmPcnuZqNM
0AAAAgbhPKBbwPRX74aS2fgdojhVaVcpl3FBvI/TXR6mFfnbkAAAACZWMBAgMEBQY=
-----END OPENSSH PRIVATE KEY-----
"
            .as_bytes()
        ),
        [r#"1: key algorithm=EC curve=P-256 (private) "ec" 76a8ef781608"#,]
    );
}

#[test]
fn certificates_of_users_and_hosts() {
    assert_eq!(
        seen("ec-cert.pub", "ecdsa-sha2-nistp256-cert-v01@openssh.com AAAAKGVjZHNhLXNoYTItbmlzdHAyNTYtY2VydC12MDFAb3BlbnNzaC5jb20AAAAg5edd4KSQtUTGaT/pkHHBwjbTgAOpvjszyZXbwBu6hncAAAAIbmlzdHAyNTYAAABBBHookTGrrpEvTMlsNIoT8/IcaeSV7YexPMruzgSmboTpqZqIW+M/Wba1/ljeC8okYu9BaRdWixPLtmPcnuZqNM0AAAAAAAAAQgAAAAEAAAAIYWxpY2UtaWQAAAAQAAAABWFsaWNlAAAAA2JvYgAAAABlkgCAAAAAAHhh+AAAAAAAAAAAggAAABVwZXJtaXQtWDExLWZvcndhcmRpbmcAAAAAAAAAF3Blcm1pdC1hZ2VudC1mb3J3YXJkaW5nAAAAAAAAABZwZXJtaXQtcG9ydC1mb3J3YXJkaW5nAAAAAAAAAApwZXJtaXQtcHR5AAAAAAAAAA5wZXJtaXQtdXNlci1yYwAAAAAAAAAAAAAAMwAAAAtzc2gtZWQyNTUxOQAAACBUGIoRdtunDgZ648JGNbSirYazIPxJcASTEMvu1iWKywAAAFMAAAALc3NoLWVkMjU1MTkAAABAy5kBawGzIYNywqk+BNrqCDvo0Te4dfeJczL2SxFiRYt0C7E9GluAFYUeRbXUqroQ5JVGJdO+k3R7OrgvVJU5AA== ec
".as_bytes()),
        [
            r#"1: certificate algorithm=Ed25519 42 of alice-id by SHA256:Ej9UG2YDPCzxGXtbh+Zqx3k31SxeAuDa+icfAROGzEQ Some(1704067200)..Some(2019686400) ["SSH user"] ["principal:alice", "principal:bob"] 76a8ef781608 uses 1"#,
            r#"1: key algorithm=EC curve=P-256 (public) "ec" 76a8ef781608"#,
            "1: key algorithm=Ed25519 (public) 8774c6bd8fdc",
        ]
    );
    assert_eq!(
        seen("ed-cert.pub", "ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIOrkpN+0mhllrbfc6Iv73Qml4Nj6HNiWrRSmVM9w5dFNAAAAIFQYihF226cOBnrjwkY1tKKthrMg/ElwBJMQy+7WJYrLAAAAAAAAAAAAAAACAAAAB2hvc3QtaWQAAAAUAAAAEGhvc3QuZXhhbXBsZS5vcmcAAAAAAAAAAP//////////AAAAAAAAAAAAAAAAAAAAlwAAAAdzc2gtcnNhAAAAAwEAAQAAAIEAt/pAaaKSXSql9sAAVxOxNBLsK+S3H3ZHe52EXD2NzeZJIKMyXPZV3Ynb57Tdp6ZJFxCbl/m5clb7j63pJqcRogBECa18syOKc76WazmnG+7rAw6KlTXvDfTmVnX0J5oN3yDQYcI+kwhcSBmyaBMGmR9yRWk1LjtSCb+tZhhO9yUAAACUAAAADHJzYS1zaGEyLTUxMgAAAIALnqjpJLTSWyh6r5ZK41eHG5yvLgscERjaGHKH+B1X4g6Gh9vZYRJzWl2ZeAp1dM4hl7Qcwh5comIlleef+mvgh+UYV+oSV528e0mNjjmrz/OvGOvaucAtSdzWvkewkWbtvI6Nnt+nlFfR6MiFNM6GAZmOmyPkqGeZ+Vs9sMoOLQ== alice@example.org
".as_bytes()),
        [
            r#"1: certificate algorithm=RSASSA-PKCS1 digest=SHA-512 padding=PKCS1v15 0 of host-id by SHA256:lq91Mu74gV9KJkTWIFniHMgsSVVxRyagujRtYnEGyn8 None..Some(9223372036854775807) ["SSH host"] ["principal:host.example.org"] 8774c6bd8fdc uses 1"#,
            r#"1: key algorithm=Ed25519 (public) "alice@example.org" 8774c6bd8fdc"#,
            "1: key algorithm=RSA key_bits=1024 (public) cac3d0e74e0b",
        ]
    );
}

#[test]
fn lines_with_options() {
    assert_eq!(
        seen("e_authorized_keys", r#"# c
no-pty,command="/bin/x y" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFQYihF226cOBnrjwkY1tKKthrMg/ElwBJMQy+7WJYrL alice@example.org
ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC3+kBpopJdKqX2wABXE7E0Euwr5Lcfdkd7nYRcPY3N5kkgozJc9lXdidvntN2npkkXEJuX+blyVvuPrekmpxGiAEQJrXyzI4pzvpZrOacb7usDDoqVNe8N9OZWdfQnmg3fINBhwj6TCFxIGbJoEwaZH3JFaTUuO1IJv61mGE73JQ== bob
from="10.0.0.0/8",cert-authority ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBHookTGrrpEvTMlsNIoT8/IcaeSV7YexPMruzgSmboTpqZqIW+M/Wba1/ljeC8okYu9BaRdWixPLtmPcnuZqNM0= ec
"#.as_bytes()),
        [
            r#"2: key algorithm=Ed25519 (public) "alice@example.org" 8774c6bd8fdc"#,
            r#"3: key algorithm=RSA key_bits=1024 (public) "bob" cac3d0e74e0b"#,
            r#"4: key algorithm=EC curve=P-256 (public) "ec" 76a8ef781608"#,
        ]
    );
}

#[test]
fn hosts_in_plain_sight_and_hashed() {
    assert_eq!(
        seen("known_hosts", "|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFQYihF226cOBnrjwkY1tKKthrMg/ElwBJMQy+7WJYrL
example.org,10.0.0.1 ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC3+kBpopJdKqX2wABXE7E0Euwr5Lcfdkd7nYRcPY3N5kkgozJc9lXdidvntN2npkkXEJuX+blyVvuPrekmpxGiAEQJrXyzI4pzvpZrOacb7usDDoqVNe8N9OZWdfQnmg3fINBhwj6TCFxIGbJoEwaZH3JFaTUuO1IJv61mGE73JQ==
@cert-authority *.example.org ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBHookTGrrpEvTMlsNIoT8/IcaeSV7YexPMruzgSmboTpqZqIW+M/Wba1/ljeC8okYu9BaRdWixPLtmPcnuZqNM0=
@revoked bad ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFQYihF226cOBnrjwkY1tKKthrMg/ElwBJMQy+7WJYrL c
plainhost ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBHookTGrrpEvTMlsNIoT8/IcaeSV7YexPMruzgSmboTpqZqIW+M/Wba1/ljeC8okYu9BaRdWixPLtmPcnuZqNM0=
".as_bytes()),
        [
            "1: key algorithm=Ed25519 (public) 8774c6bd8fdc",
            r#"2: key algorithm=RSA key_bits=1024 (public) "10.0.0.1" "example.org" cac3d0e74e0b"#,
            r#"3: key algorithm=EC curve=P-256 (public) "*.example.org" 76a8ef781608"#,
            r#"4: key algorithm=Ed25519 (public) "bad" "c" 8774c6bd8fdc"#,
            r#"5: key algorithm=EC curve=P-256 (public) "plainhost" 76a8ef781608"#,
        ]
    );
}

#[test]
fn in_a_cloud_init() {
    assert_eq!(
        seen("e_ci.yaml", r#"#cloud-config
ssh_authorized_keys:
  - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFQYihF226cOBnrjwkY1tKKthrMg/ElwBJMQy+7WJYrL alice@example.org
ssh_keys:
  x: "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC3+kBpopJdKqX2wABXE7E0Euwr5Lcfdkd7nYRcPY3N5kkgozJc9lXdidvntN2npkkXEJuX+blyVvuPrekmpxGiAEQJrXyzI4pzvpZrOacb7usDDoqVNe8N9OZWdfQnmg3fINBhwj6TCFxIGbJoEwaZH3JFaTUuO1IJv61mGE73JQ== bob"
"#.as_bytes()),
        [
            r#"3: key algorithm=Ed25519 (public) "alice@example.org" 8774c6bd8fdc"#,
            r#"5: key algorithm=RSA key_bits=1024 (public) "bob" cac3d0e74e0b"#,
        ]
    );
}

#[test]
fn blocks_of_rfc_4716_and_of_ssh_com() {
    assert_eq!(
        seen(
            "rfc4716",
            r#"---- BEGIN SSH2 PUBLIC KEY ----
Comment: "256-bit ED25519, converted by root@vm from OpenSSH"
AAAAC3NzaC1lZDI1NTE5AAAAIFQYihF226cOBnrjwkY1tKKthrMg/ElwBJMQy+7WJYrL
---- END SSH2 PUBLIC KEY ----
"#
            .as_bytes()
        ),
        [
            r#"1: key algorithm=Ed25519 (public) "256-bit ED25519, converted by root@vm from OpenSSH" 8774c6bd8fdc"#,
        ]
    );
    assert_eq!(
        seen(
            "rsa.sshcom",
            r#"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----
Comment: "bob"
P2/56wAAAi4AAAA3aWYtbW9kbntzaWdue3JzYS1wa2NzMS1zaGExfSxlbmNyeXB0e3JzYS
1wa2NzMXYyLW9hZXB9fQAAAARub25lAAAB3wAAAdsAAAARAQABAAAD/A4Aof5oPTOSF2ec
XWpDOW15Mzh0A+wFGJOz/Wr31F8jc9VkFmU06nweDfqorWYhJdb3kKAUhaTKMgNRfTlP5e
uJVXvks12t3aVNTuw7kowZmLALFxWTLCBD3MfH5nU03gcBQBUkq8TxFjPGWAhV+i3CBIwh
3z1GsxVZI5LaNHcBAAAEALf6QGmikl0qpfbAAFcTsTQS7Cvktx92R3udhFw9jc3mSSCjMl
z2Vd2J2+e03aemSRcQm5f5uXJW+4+t6SanEaIARAmtfLMjinO+lms5pxvu6wMOipU17w30
5lZ19CeaDd8g0GHCPpMIXEgZsmgTBpkfckVpNS47Ugm/rWYYTvclAAAB/iYE7lT2GoAAK0
VDn3dSkHVPFgZYJN0RU16dYifOQHUy2ODp6J2+gYljki1z96G6+geHMdVH+8zSwoy4YBP2
+iwAAAIAwnALqDOacX1J+4XdllKHYQj01KLbDO+ys24BOpwbwFgIEOH6pZ8ul/sG8aaBdb
Ods13jzbwf8ZW+FL/PZwFhlQAAAgDyOl7OgqldGEqpmMndsjXoK+B1EwKDPS2ubUPzyYQv
xGwkTVSYxyLoHAbTRT7Jic8RoexC0ZSnvbrsx5wk6vtR
---- END SSH2 ENCRYPTED PRIVATE KEY ----
"#
            .as_bytes()
        ),
        [r#"1: key algorithm=RSA key_bits=1024 (private) "bob" cac3d0e74e0b"#,]
    );
    assert_eq!(
        seen(
            "rsaenc.sshcom",
            r#"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----
Comment: "bob"
P2/56wAAAjMAAAA3aWYtbW9kbntzaWdue3JzYS1wa2NzMS1zaGExfSxlbmNyeXB0e3JzYS
1wa2NzMXYyLW9hZXB9fQAAAAgzZGVzLWNiYwAAAeCaWI3fNhZSk1Y5exnDF5nr1qd8CoRZ
ufA4Y7uuHMCJsZhImuVUSXG5myOGrcEE8e11bsiaaqPflz77ndSXVhnjw8XfnZJKmaDzEN
X8An2zt/T5wSnb6hMb6Vpe3tAZs3i6bpyEy87rEfJIMhukZ3vZ2MNOVz1h6f/6LgFJQ1r5
IRkcwrjk9pTYpNu0cNYuv9KWUaQWXspHqdfck/k9IiRlGrkg+LEQ4NDMKnDMpNi1tRXtJs
g4Xeb+aeTAk+TrsbhkIDPLc2hJj21+r4VGLTaUW4p7wI6TjizpU9wYqYr8S2xC/GNU87f7
yFeOUm0LXByGcGjH87zvpDDw4VmDBAhv9oY19MF3U54+HCiJ9EYrssdhUZ4DNmrBT5O8KJ
cYlwt/OzvrDL3x9Fu/8MkxMgM5RPgCan2wOx287XpVTXk7mBI8NTuGE20NTgL/dCQKqBgG
QAsYSMQp4uk3BmMEu/WGFoY3weqw4rimefyge4UZiwfn27vMpApefe3zP+pgb0dDk4+gWq
8O1eoT9uHwdCXKCQVEMsqbquI4C/MgX6HfI0HqsCqd/PKQvGcaObDgTlLD+dU+2yzaPhj9
Zw+XtK7hnEEhciYRtO76/oARlzFVRHUsM0W43HrECp3G0vL9n3Y=
---- END SSH2 ENCRYPTED PRIVATE KEY ----
"#
            .as_bytes()
        ),
        [
            r#"1: key algorithm=RSA (private, encrypted) "bob" [public half is encrypted too] uses 2"#,
            "1: algorithm algorithm=MD5",
            "1: algorithm algorithm=3DES mode=CBC",
            "skip encrypted: line 1: the key and its public half",
        ]
    );
}

#[test]
fn signatures() {
    assert_eq!(
        seen(
            "msg.sig",
            "-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgVBiKEXbbpw4GeuPCRjW0oq2Gsy
D8SXAEkxDL7tYlissAAAAEZmlsZQAAAAAAAAAGc2hhNTEyAAAAUwAAAAtzc2gtZWQyNTUx
OQAAAEBwNBNStkgMUaLKKMj2xS4IeOxi7/2uDrp4T5Dz7thHfTYv6bIEghDaO7TiwwT330
IIOoZNw6rQiXKiE/PR0+cE
-----END SSH SIGNATURE-----
"
            .as_bytes()
        ),
        [
            "1: signature algorithm=Ed25519 digest=SHA-512 SSHSIG by SHA256:Ej9UG2YDPCzxGXtbh+Zqx3k31SxeAuDa+icfAROGzEQ uses 1",
            "1: key algorithm=Ed25519 (public) 8774c6bd8fdc",
        ]
    );
}

#[test]
fn what_a_shell_does_next_is_no_comment() {
    for (behind, label) in [
        ("alice@example.org", "\"alice@example.org\" "),
        ("alice at home", "\"alice at home\" "),
        ("alice | DB_PASSWORD=hunter2 run", "\"alice\" "),
        ("alice && curl -u me:hunter2", "\"alice\" "),
        ("TOKEN=hunter2 run", ""),
        ("--password hunter2", ""),
    ] {
        let line = format!(
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFQYihF226cOBnrjwkY1tKKthrMg/ElwBJMQy+7WJYrL {behind}\n"
        );
        assert_eq!(
            seen("x", line.as_bytes()),
            [format!(
                "1: key algorithm=Ed25519 (public) {label}8774c6bd8fdc"
            )]
        );
    }
}

#[test]
fn anything_may_be_damaged() {
    survives("x", &data_encoding::BASE64.decode(b"LS0tLS1CRUdJTiBPUEVOU1NIIFBSSVZBVEUgS0VZLS0tLS0KYjNCbGJuTnphQzFyWlhrdGRqRUFBQUFBQkc1dmJtVUFBQUFFYm05dVpRQUFBQUFBQUFBQkFBQUFhQUFBQUJObFkyUnpZUwoxemFHRXlMVzVwYzNSd01qVTJBQUFBQ0c1cGMzUndNalUyQUFBQVFRUjZLSkV4cTY2UkwwekpiRFNLRS9QeUhHbmtsZTJICnNUeks3czRFcG02RTZhbWFpRnZqUDFtMnRmNVkzZ3ZLSkdMdlFXa1hWb3NUeTdaajNKN21halROQUFBQW9KOTRKdHlmZUMKYmNBQUFBRTJWalpITmhMWE5vWVRJdGJtbHpkSEF5TlRZQUFBQUlibWx6ZEhBeU5UWUFBQUJCQkhvb2tUR3JycEV2VE1scwpOSW9UOC9JY2FlU1Y3WWV4UE1ydXpnU21ib1RwcVpxSVcrTS9XYmExL2xqZUM4b2tZdTlCYVJkV2l4UEx0bVBjbnVacU5NCjBBQUFBZ2JoUEtCYndQUlg3NGFTMmZnZG9qaFZhVmNwbDNGQnZJL1RYUjZtRmZuYmtBQUFBQ1pXTUJBZ01FQlFZPQotLS0tLUVORCBPUEVOU1NIIFBSSVZBVEUgS0VZLS0tLS0K").expect("base64"));
    survives("x", &data_encoding::BASE64.decode(b"LS0tLS1CRUdJTiBPUEVOU1NIIFBSSVZBVEUgS0VZLS0tLS0KYjNCbGJuTnphQzFyWlhrdGRqRUFBQUFBQ21GbGN6STFOaTFqZEhJQUFBQUdZbU55ZVhCMEFBQUFHQUFBQUJDRVg4QzViVAp2ZU9vcWFYbFRENVpJcEFBQUFFQUFBQUFFQUFBQXpBQUFBQzNOemFDMWxaREkxTlRFNUFBQUFJQWJCQ2JkZjVnbk9RR1RQCjBabXRSOWhYZnIyeXhTMk5tcmF5c0hTaHJrYVlBQUFBa0ZCZk13ZlAxblNMYjVVdmRxdDJpQmJyRCtJTVg3Q2llUjBMUkYKNWlSeGJqRVNHVWU4SnMxRXNqaDY2NHJNaDgwLzh4UHgzNXl1SXhiaHZ3MU42QzJzRVJTc3J3VzRNaDR4Q0FFV0ZoL0xuYQpFS3VzejRhTHU1eUE0Qk9wU0VpVHd4YzV0dHZOZUoyTnJTMTJFbVkvMWc4bURrbFlaeGQ1SE1rSkVmZExYVlFwT2tVVkQ2CjJqUTlTRDVzdHgrSHV5YVE9PQotLS0tLUVORCBPUEVOU1NIIFBSSVZBVEUgS0VZLS0tLS0K").expect("base64"));
    survives("x", &data_encoding::BASE64.decode(b"ZWNkc2Etc2hhMi1uaXN0cDI1Ni1jZXJ0LXYwMUBvcGVuc3NoLmNvbSBBQUFBS0dWalpITmhMWE5vWVRJdGJtbHpkSEF5TlRZdFkyVnlkQzEyTURGQWIzQmxibk56YUM1amIyMEFBQUFnNWVkZDRLU1F0VVRHYVQvcGtISEJ3amJUZ0FPcHZqc3p5Wlhid0J1NmhuY0FBQUFJYm1semRIQXlOVFlBQUFCQkJIb29rVEdycnBFdlRNbHNOSW9UOC9JY2FlU1Y3WWV4UE1ydXpnU21ib1RwcVpxSVcrTS9XYmExL2xqZUM4b2tZdTlCYVJkV2l4UEx0bVBjbnVacU5NMEFBQUFBQUFBQVFnQUFBQUVBQUFBSVlXeHBZMlV0YVdRQUFBQVFBQUFBQldGc2FXTmxBQUFBQTJKdllnQUFBQUJsa2dDQUFBQUFBSGhoK0FBQUFBQUFBQUFBZ2dBQUFCVndaWEp0YVhRdFdERXhMV1p2Y25kaGNtUnBibWNBQUFBQUFBQUFGM0JsY20xcGRDMWhaMlZ1ZEMxbWIzSjNZWEprYVc1bkFBQUFBQUFBQUJad1pYSnRhWFF0Y0c5eWRDMW1iM0ozWVhKa2FXNW5BQUFBQUFBQUFBcHdaWEp0YVhRdGNIUjVBQUFBQUFBQUFBNXdaWEp0YVhRdGRYTmxjaTF5WXdBQUFBQUFBQUFBQUFBQU13QUFBQXR6YzJndFpXUXlOVFV4T1FBQUFDQlVHSW9SZHR1bkRnWjY0OEpHTmJTaXJZYXpJUHhKY0FTVEVNdnUxaVdLeXdBQUFGTUFBQUFMYzNOb0xXVmtNalUxTVRrQUFBQkF5NWtCYXdHeklZTnl3cWsrQk5ycUNEdm8wVGU0ZGZlSmN6TDJTeEZpUll0MEM3RTlHbHVBRllVZVJiWFVxcm9RNUpWR0pkTytrM1I3T3JndlZKVTVBQT09IGVjCg==").expect("base64"));
    survives("x", &data_encoding::BASE64.decode(b"LS0tLSBCRUdJTiBTU0gyIEVOQ1JZUFRFRCBQUklWQVRFIEtFWSAtLS0tCkNvbW1lbnQ6ICJib2IiClAyLzU2d0FBQWpNQUFBQTNhV1l0Ylc5a2JudHphV2R1ZTNKellTMXdhMk56TVMxemFHRXhmU3hsYm1OeWVYQjBlM0p6WVMKMXdhMk56TVhZeUxXOWhaWEI5ZlFBQUFBZ3paR1Z6TFdOaVl3QUFBZUNhV0kzZk5oWlNrMVk1ZXhuREY1bnIxcWQ4Q29SWgp1ZkE0WTd1dUhNQ0pzWmhJbXVWVVNYRzVteU9HcmNFRThlMTFic2lhYXFQZmx6NzduZFNYVmhuanc4WGZuWkpLbWFEekVOClg4QW4yenQvVDV3U25iNmhNYjZWcGUzdEFaczNpNmJweUV5ODdyRWZKSU1odWtaM3ZaMk1OT1Z6MWg2Zi82TGdGSlExcjUKSVJrY3dyams5cFRZcE51MGNOWXV2OUtXVWFRV1hzcEhxZGZjay9rOUlpUmxHcmtnK0xFUTRORE1LbkRNcE5pMXRSWHRKcwpnNFhlYithZVRBaytUcnNiaGtJRFBMYzJoSmoyMStyNFZHTFRhVVc0cDd3STZUaml6cFU5d1lxWXI4UzJ4Qy9HTlU4N2Y3CnlGZU9VbTBMWEJ5R2NHakg4N3p2cEREdzRWbURCQWh2OW9ZMTlNRjNVNTQrSENpSjlFWXJzc2RoVVo0RE5tckJUNU84S0oKY1lsd3QvT3p2ckRMM3g5RnUvOE1reE1nTTVSUGdDYW4yd094Mjg3WHBWVFhrN21CSThOVHVHRTIwTlRnTC9kQ1FLcUJnRwpRQXNZU01RcDR1azNCbU1FdS9XR0ZvWTN3ZXF3NHJpbWVmeWdlNFVaaXdmbjI3dk1wQXBlZmUzelArcGdiMGREazQrZ1dxCjhPMWVvVDl1SHdkQ1hLQ1FWRU1zcWJxdUk0Qy9NZ1g2SGZJMEhxc0NxZC9QS1F2R2NhT2JEZ1RsTEQrZFUrMnl6YVBoajkKWncrWHRLN2huRUVoY2lZUnRPNzYvb0FSbHpGVlJIVXNNMFc0M0hyRUNwM0cwdkw5bjNZPQotLS0tIEVORCBTU0gyIEVOQ1JZUFRFRCBQUklWQVRFIEtFWSAtLS0tCg==").expect("base64"));
}
