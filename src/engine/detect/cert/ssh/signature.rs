//! Signatures that `ssh-keygen -Y sign` and git make (OpenSSH PROTOCOL.sshsig).

use std::sync::Arc;

use super::super::pem::Block;
use super::super::seen::Seen;
use super::{Wire, public, shown_fingerprint, signature_facets};
use crate::model::object::{Half, Signature};
use crate::model::{Asset, AssetKind, Facet, Object, Operation, Origin, Value};

/// Reads a block of the label `SSH SIGNATURE`.
pub(in crate::detect::cert) fn read(block: &Block<'_>, seen: &mut Seen<'_>) -> bool {
    parse(&block.bytes, seen).is_some()
}

fn parse(bytes: &[u8], seen: &mut Seen<'_>) -> Option<()> {
    let catalog = seen.catalog();
    let mut wire = Wire(bytes.strip_prefix(b"SSHSIG")?);
    wire.u32()?;
    let blob = wire.string()?;
    let _namespace = wire.string()?;
    let _reserved = wire.string()?;
    let digest = wire.text()?;
    let mut signature = Wire(wire.string()?);
    let mut facets = signature_facets(signature.text()?, catalog);
    // The message is hashed before it is signed; where the algorithm has no digest of its own, that is the one.
    if let Some(digest) = catalog.digest(digest) {
        facets.get_or_insert_with(Facet::Digest, || Value::name(&digest.name, Origin::Literal));
    }
    let own = seen.add(
        Asset {
            facets,
            operations: [Operation::Verify].into(),
            object: Some(Arc::new(Object::Signature(Signature {
                form: "SSHSIG",
                signer: Some(shown_fingerprint(blob)),
            }))),
            ..Asset::new(AssetKind::Signature)
        },
        "object/openssh",
    );
    if let Some((_, key)) = public(blob, catalog) {
        let key = seen.add(key.asset(Half::Public, "OpenSSH"), "object/openssh");
        seen.uses(own, key);
    }
    Some(())
}
