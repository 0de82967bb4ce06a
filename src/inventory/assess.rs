//! interim
use super::{Assessment, Band, Class, InventoryAsset};
use crate::knowledge::catalog::{Catalog, Quantum};
/// Judges one asset.
pub fn assess(asset: &InventoryAsset, catalog: &Catalog) -> Assessment {
    let quantum = asset.asset.algorithm().and_then(|n| catalog.algorithm(n)).map(|a| a.quantum);
    let (class, band) = match quantum { Some(Quantum::Shor) => (Class::QuantumBroken, Band::P2), Some(Quantum::PostQuantum | Quantum::Hybrid) => (Class::PostQuantum, Band::P4), Some(_) => (Class::Fine, Band::P4), None => (Class::Unresolved, Band::P4) };
    Assessment { class, band, reason: String::new(), replacement: None, finding_class: "x" }
}
