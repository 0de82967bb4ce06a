//! Trying passwords on what is encrypted: those that the user gave, then those that everybody knows.

use super::der::{Node, tag};
use super::pbe::open::{self, Failure, Mac, Password};
use super::seen::Seen;
use crate::model::SkipReason;
use crate::model::object::Opened;

/// A password that fits, and how well known it is.
#[derive(Clone, Copy)]
pub(super) struct Fitting<'p> {
    pub(super) password: Password<'p>,
    pub(super) opened: Opened,
}

/// The passwords to try, the likeliest first.
pub(super) struct Candidates<'p> {
    list: Vec<Fitting<'p>>,
    /// Why none fits, where that is known beforehand.
    closed: Option<Failure>,
}

impl<'p> Candidates<'p> {
    /// Every password.
    pub(super) fn all(seen: &Seen<'p>) -> Self {
        Self {
            list: all(seen),
            closed: None,
        }
    }

    /// One fits, and is tried first from here on.
    pub(super) fn prefer(&mut self, fitting: Fitting<'p>) {
        self.list.insert(0, fitting)
    }

    /// None fits, so that none is tried any more.
    pub(super) fn close(&mut self, failure: Failure) {
        self.closed = Some(failure)
    }
}

fn all<'p>(seen: &Seen<'p>) -> Vec<Fitting<'p>> {
    let mut all = Vec::new();
    for (text, common) in seen.passwords().iter() {
        let opened = if common {
            Opened::CommonPassword
        } else {
            Opened::GivenPassword
        };
        let password = Password::Text(text);
        all.push(Fitting { password, opened });
        if text.is_empty() {
            let password = Password::None;
            all.push(Fitting { password, opened })
        }
    }
    all
}

/// The first password that something is right with; else why none is.
pub(super) fn first<'p, T>(
    candidates: &Candidates<'p>,
    mut attempt: impl FnMut(Password<'p>) -> Result<T, Failure>,
) -> Result<(Fitting<'p>, T), Failure> {
    if let Some(failure) = candidates.closed {
        return Err(failure);
    }
    for fitting in &candidates.list {
        match attempt(fitting.password) {
            Ok(value) => return Ok((*fitting, value)),
            Err(Failure::Wrong) => {}
            Err(failure) => return Err(failure),
        }
    }
    Err(Failure::Wrong)
}

/// The password that the MAC is right with.
pub(super) fn of_mac<'p>(
    mac: &Mac<'_>,
    content: &[u8],
    candidates: &Candidates<'p>,
    seen: &mut Seen<'_>,
) -> Result<Fitting<'p>, Failure> {
    first(candidates, |password| {
        open::pkcs12_mac_fits(mac, content, password, &mut seen.work)
    })
    .map(|(fitting, ())| fitting)
}

/// The plaintext, which is one element of ASN.1, and the password that it came with.
pub(super) fn decrypt<'p>(
    identifier: &Node<'_>,
    ciphertext: &[u8],
    candidates: &Candidates<'p>,
    seen: &mut Seen<'_>,
) -> Result<(Fitting<'p>, Vec<u8>), Failure> {
    first(candidates, |password| {
        let plain = open::decrypt(identifier, ciphertext, password, &mut seen.work)?;
        match Node::first(&plain) {
            Some((node, [])) if node.is(tag::SEQUENCE) => Ok(plain),
            _ => Err(Failure::Wrong),
        }
    })
}

/// Says why something stayed closed.
pub(super) fn tell(failure: Failure, what: &str, seen: &mut Seen<'_>) {
    match failure {
        Failure::Wrong => seen.skip(SkipReason::Encrypted, format!("{what}: no password fits")),
        Failure::WorkLimit => seen.skip(
            SkipReason::Encrypted,
            format!("{what}: work limit of trying passwords"),
        ),
        Failure::Unsupported => seen.skip(
            SkipReason::Unsupported,
            format!("{what}: encrypted in a way that is not undone"),
        ),
    }
}
