//! Keys in the configuration of WireGuard: wg(8), systemd.netdev(5), and the connections of NetworkManager.

use super::seen::Seen;
use super::{Anchor, parts, spki};
use crate::model::object::Half;
use crate::model::{Facet, Facets, Value, Why};

/// Lines of a section.
const MAX_LINES: usize = 1000;

/// The anchor.
pub(super) struct WireGuard;

impl Anchor for WireGuard {
    fn patterns(&self) -> &'static [&'static [u8]] {
        &[b"[Interface]", b"[Peer]", b"[WireGuard", b"[wireguard"]
    }

    fn read(&self, text: &[u8], at: usize, seen: &mut Seen<'_>) -> Option<usize> {
        let (title, mut next) = parts::line(text, at);
        if !is_title(title) {
            return None;
        }
        let mut any = false;
        if let Some(peer) = title.strip_prefix(b"[wireguard-peer.")
            && let Some(public) = value(peer.strip_suffix(b"]").unwrap_or_default())
        {
            seen.stand(text, at..at + title.len());
            any |= add(public, Half::Public, seen).is_some();
        }
        for _ in 0..MAX_LINES {
            if next >= text.len() {
                break;
            }
            let from = next;
            let (line, after) = parts::line(text, next);
            let trimmed = line.trim_ascii();
            // A section ends where the next begins, also where that is behind something else: so no line is read twice.
            let title = memchr::memrchr(b'[', trimmed).and_then(|at| trimmed.get(at..));
            if trimmed.first() == Some(&b'[') || title.is_some_and(is_title) {
                break;
            }
            next = after;
            let Some(equals) = memchr::memchr(b'=', trimmed) else {
                continue;
            };
            let name = trimmed.get(..equals).unwrap_or_default().trim_ascii();
            let kind = name.to_ascii_lowercase();
            let Some(key) = value(trimmed.get(equals + 1..).unwrap_or_default()) else {
                continue;
            };
            seen.stand(text, from..from + line.len());
            seen.show(name);
            let added = match kind.as_slice() {
                b"privatekey" | b"private-key" => add(key, Half::Private, seen),
                b"publickey" | b"public-key" => add(key, Half::Public, seen),
                b"presharedkey" | b"preshared-key" => {
                    let facets = Facets::from([
                        (
                            Facet::Algorithm,
                            Value::unknown(Why::new("unstated", "preshared key")),
                        ),
                        (
                            Facet::KeyBits,
                            Value::number(256, crate::model::Origin::Literal),
                        ),
                    ]);
                    let place = format!("{}\n{from}", seen.artifact.path);
                    let asset = parts::secret(facets, &place, "WireGuard");
                    seen.add(asset, "object/wireguard");
                    Some(())
                }
                _ => None,
            };
            any |= added.is_some();
        }
        any.then_some(next)
    }
}

/// Whether the title of a section is all that stands in the rest of a line, a comment aside.
fn is_title(text: &[u8]) -> bool {
    let inner = text.strip_prefix(b"[").unwrap_or_default();
    let Some(end) = memchr::memchr(b']', inner) else {
        return false;
    };
    let behind = inner.get(end + 1..).unwrap_or_default().trim_ascii_start();
    matches!(behind.first(), None | Some(b'#' | b';')) && memchr::memchr(b'[', inner).is_none()
}

/// 32 bytes in base64; what stands behind them is a comment.
fn value(text: &[u8]) -> Option<[u8; 32]> {
    let text = text.trim_ascii();
    let end = text
        .iter()
        .position(|byte| matches!(byte, b' ' | b'\t' | b'#'));
    let text = text.get(..end.unwrap_or(text.len()))?;
    (text.len() == 44).then_some(())?;
    data_encoding::BASE64.decode(text).ok()?.try_into().ok()
}

fn add(bytes: [u8; 32], half: Half, seen: &mut Seen<'_>) -> Option<()> {
    let public = if half == Half::Private {
        let secret = x25519_dalek::StaticSecret::from(bytes);
        x25519_dalek::PublicKey::from(&secret).to_bytes()
    } else {
        bytes
    };
    let key = spki::read(&spki::raw("1.3.101.110", &public)?, seen.catalog())?;
    seen.add(key.asset(half, "WireGuard"), "object/wireguard");
    Some(())
}

#[cfg(test)]
mod tests {
    use super::super::parts::tests::{seen, survives};

    #[test]
    fn a_private_key_and_its_peer() {
        assert_eq!(
            seen(
                "e_wg0.conf",
                "[Interface]
PrivateKey = 4GCi4BnncOUT3vOnuc+CSGM3REWUC3gGUuasTgHEnl0=
Address = 10.0.0.1/24

[Peer]
PublicKey = s7T7/12nc/Pdce9t1wg3pCn5iu6RDMcHn0AFjSBzM0U=
PresharedKey = 4GCi4BnncOUT3vOnuc+CSGM3REWUC3gGUuasTgHEnl0=
AllowedIPs = 0.0.0.0/0
"
                .as_bytes()
            ),
            [
                "2: key algorithm=X25519 (private) 542d8ad2a5e8",
                "6: key algorithm=X25519 (public) 542d8ad2a5e8",
                "7: key algorithm=?unstated(preshared key) key_bits=256 (secret) [a secret in plain sight]",
            ]
        );
    }

    #[test]
    fn anything_may_be_damaged() {
        survives("x", &data_encoding::BASE64.decode(b"W0ludGVyZmFjZV0KUHJpdmF0ZUtleSA9IDRHQ2k0Qm5uY09VVDN2T251YytDU0dNM1JFV1VDM2dHVXVhc1RnSEVubDA9CkFkZHJlc3MgPSAxMC4wLjAuMS8yNAoKW1BlZXJdClB1YmxpY0tleSA9IHM3VDcvMTJuYy9QZGNlOXQxd2czcENuNWl1NlJETWNIbjBBRmpTQnpNMFU9ClByZXNoYXJlZEtleSA9IDRHQ2k0Qm5uY09VVDN2T251YytDU0dNM1JFV1VDM2dHVXVhc1RnSEVubDA9CkFsbG93ZWRJUHMgPSAwLjAuMC4wLzAK").expect("base64"));
    }
}
