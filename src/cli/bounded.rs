//! What the user or a project names is read as far as such a thing is large, and no further: a device or a pipe has no end, and the system
//! does not tell its size.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

/// All that there is to read; `None` where it is more than `most` bytes.
pub(super) fn read(from: impl Read, most: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    from.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= most).then_some(bytes))
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Refuses documents of which several are `-`: stdin is read once.
pub(super) fn one_from_stdin<'a>(
    paths: impl IntoIterator<Item = &'a PathBuf>,
    what: &str,
) -> Result<()> {
    if paths.into_iter().filter(|path| is_stdin(path)).count() > 1 {
        bail!("only one of the {what} can come from stdin")
    }
    Ok(())
}

/// A document that the user names; `-` is stdin.
pub(super) fn document(path: &Path, most: u64) -> Result<Vec<u8>> {
    let shown = path.display();
    let bytes = if is_stdin(path) {
        read(io::stdin().lock(), most).context("cannot read stdin")?
    } else {
        File::open(path)
            .and_then(|file| read(file, most))
            .with_context(|| format!("cannot read {shown}"))?
    };
    match bytes {
        Some(bytes) => Ok(bytes),
        None => bail!("{shown} is larger than {most} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_as_large_as_it_may_be_is_read_and_what_is_larger_is_not() {
        assert_eq!(read(&b"abc"[..], 3).unwrap(), Some(b"abc".to_vec()));
        assert_eq!(read(&b"abcd"[..], 3).unwrap(), None);
        assert_eq!(read(io::repeat(0), 1000).unwrap(), None);
    }
}
