//! Arithmetic in the fields of 256 elements from which tables are made.

/// The product in GF(2⁸) modulo x⁸ and what `polynomial` has below it.
pub(super) fn times(a: u8, b: u8, polynomial: u8) -> u8 {
    (0..8).rev().fold(0u8, |product, bit| {
        let doubled = product << 1 ^ if product & 0x80 == 0 { 0 } else { polynomial };
        if b >> bit & 1 == 0 {
            doubled
        } else {
            doubled ^ a
        }
    })
}
