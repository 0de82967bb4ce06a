//! Names and descriptors of the Java platform (JVMS §4.2, §4.3), which both bytecodes write alike.

/// A class's name as sources write it: `java/security/KeyStore$Entry` is `java.security.KeyStore.Entry`.
pub(in crate::detect::binary) fn dotted(internal: &str) -> String {
    let mut name = String::with_capacity(internal.len());
    let mut chars = internal.chars().peekable();
    while let Some(c) = chars.next() {
        let inside = !name.is_empty() && !name.ends_with('.') && chars.peek().is_some();
        name.push(match c {
            '/' => '.',
            '$' if inside => '.',
            other => other,
        });
    }
    name
}

/// A class's name without its package; nested classes keep the names around them.
pub(in crate::detect::binary) fn simple(internal: &str) -> &str {
    internal.rsplit('/').next().unwrap_or(internal)
}

/// The outermost class around a class, by its name.
pub(in crate::detect::binary) fn outermost(internal: &str) -> &str {
    let package = internal.rfind('/').map_or(0, |slash| slash + 1);
    let nested = internal.get(package + 1..).and_then(|name| name.find('$'));
    nested
        .and_then(|at| internal.get(..package + 1 + at))
        .unwrap_or(internal)
}

/// The descriptors of a method's parameters and of its result; what cannot be read ends the list.
pub(super) fn signature(descriptor: &str) -> (Vec<&str>, &str) {
    let Some(inner) = descriptor.strip_prefix('(') else {
        return (Vec::new(), "V");
    };
    let (mut rest, result) = inner.split_once(')').unwrap_or((inner, "V"));
    let mut params = Vec::new();
    while let Some((one, more)) = split(rest) {
        params.push(one);
        rest = more;
    }
    (params, result)
}

/// The descriptor of a method's result.
pub(in crate::detect::binary) fn result_of(descriptor: &str) -> &str {
    signature(descriptor).1
}

/// Whether each of a method's parameters takes two places in a frame.
pub(in crate::detect::binary) fn parameter_widths(descriptor: &str) -> Vec<bool> {
    signature(descriptor).0.into_iter().map(is_wide).collect()
}

/// The first descriptor of several, and the others.
fn split(descriptors: &str) -> Option<(&str, &str)> {
    let element = descriptors.trim_start_matches('[');
    let dimensions = descriptors.len() - element.len();
    let length = match element.bytes().next()? {
        b'L' => element.find(';')? + 1,
        _ => element.chars().next()?.len_utf8(),
    };
    descriptors.split_at_checked(dimensions + length)
}

/// Whether values of the type take two places in a frame.
pub(super) fn is_wide(descriptor: &str) -> bool {
    matches!(descriptor, "J" | "D")
}

/// The internal name of a descriptor's class.
pub(super) fn class_of(descriptor: &str) -> Option<&str> {
    descriptor.strip_prefix('L')?.strip_suffix(';')
}

/// A type as sources write it, and as the rules' guards know it: `int`, `byte[]`, `String[]`, `java.security.Key`.
pub(super) fn written(descriptor: &str) -> String {
    let element = descriptor.trim_start_matches('[');
    let dimensions = descriptor.len() - element.len();
    let mut name = match element {
        "B" => "byte".to_owned(),
        "C" => "char".to_owned(),
        "D" => "double".to_owned(),
        "F" => "float".to_owned(),
        "I" => "int".to_owned(),
        "J" => "long".to_owned(),
        "S" => "short".to_owned(),
        "Z" => "boolean".to_owned(),
        "V" => "void".to_owned(),
        // What needs no import is written without its package.
        "Ljava/lang/String;" if dimensions > 0 => "String".to_owned(),
        _ => dotted(class_of(element).unwrap_or(element)),
    };
    for _ in 0..dimensions.min(8) {
        name.push_str("[]");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_are_taken_apart() {
        assert_eq!(
            signature("(I[BLjava/security/Key;[[Ljava/lang/String;J)V"),
            (
                vec![
                    "I",
                    "[B",
                    "Ljava/security/Key;",
                    "[[Ljava/lang/String;",
                    "J"
                ],
                "V"
            )
        );
        assert_eq!(signature("()[B"), (vec![], "[B"));
        assert_eq!(signature("(Lunfinished"), (vec![], "V"));
        assert_eq!(signature(""), (vec![], "V"));
    }

    #[test]
    fn types_are_written_as_in_sources() {
        assert_eq!(written("[B"), "byte[]");
        assert_eq!(written("[Ljava/lang/String;"), "String[]");
        assert_eq!(written("Ljava/lang/String;"), "java.lang.String");
        assert_eq!(
            dotted("java/security/KeyStore$Entry"),
            "java.security.KeyStore.Entry"
        );
        assert_eq!(dotted("a/$b"), "a.$b");
        assert_eq!(dotted("a/B$"), "a.B$");
    }

    #[test]
    fn nested_classes_have_an_outermost_one() {
        assert_eq!(outermost("a/b/C$D$1"), "a/b/C");
        assert_eq!(outermost("a/b/$C"), "a/b/$C");
        assert_eq!(outermost("C"), "C");
    }
}
