//! What counts as a pattern of paths, before anything reads it.
//!
//! Patterns come from the scanned tree too: settings, CODEOWNERS, ignore files. The library that reads them goes down a level for each
//! brace, and a hundred thousand of them end the process. What a pattern means is not known here.

/// Longer ones name no path.
const MOST_BYTES: usize = 4_096;
/// Nobody nests alternatives so deep.
const MOST_BRACES: usize = 32;

/// Whether somebody may have written this to name paths.
pub fn is_plausible(pattern: &str) -> bool {
    pattern.len() <= MOST_BYTES
        && pattern.bytes().filter(|byte| *byte == b'{').count() <= MOST_BRACES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_person_writes_is_no_pattern() {
        assert!(is_plausible("src/**/*.{pem,key}"));
        assert!(!is_plausible(&"{".repeat(33)));
        assert!(!is_plausible(&"a".repeat(4_097)));
    }
}
