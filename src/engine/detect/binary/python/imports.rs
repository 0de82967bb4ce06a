//! Imports: which names they give, and what these stand for.

use super::lower::{Imported, Lowering, Slot};

/// Bytes of a path of modules.
const MAX_PATH: usize = 1024;

impl Lowering<'_> {
    pub(super) fn store_import(&mut self, name: &str, index: usize) {
        let Some(imported) = self.imported.get(index) else {
            return;
        };
        let first = imported.path.split('.').next().unwrap_or_default();
        let path = match (&imported.gone, imported.taken) {
            (Some(gone), _) => gone.clone(),
            (None, true) => imported.path.clone(),
            // `import a.b.c` binds `a`.
            (None, false) if first == name => first.to_owned(),
            (None, false) => imported.path.clone(),
        };
        self.import(Some(name), &path)
    }

    /// Takes a name from a module, or goes down the path of `import a.b as c`.
    pub(super) fn import_from(&mut self, name: &str) {
        let Some(Slot::Module(index)) = self.stack.last().copied() else {
            return self.push(Slot::Unknown);
        };
        let Some(module) = self.imported.get(index) else {
            return self.push(Slot::Unknown);
        };
        let join = |path: &str| match path.ends_with('.') {
            true => format!("{path}{name}"),
            false => format!("{path}.{name}"),
        };
        let imported = match module.from {
            true => Imported {
                path: join(&module.path),
                taken: true,
                from: false,
                gone: None,
            },
            false => {
                let first = module.path.split('.').next().unwrap_or_default();
                let gone = join(module.gone.as_deref().unwrap_or(first));
                Imported {
                    path: module.path.clone(),
                    taken: false,
                    from: false,
                    gone: Some(gone),
                }
            }
        };
        let longest = imported.gone.as_ref().unwrap_or(&imported.path);
        if longest.len() > MAX_PATH {
            return self.push(Slot::Unknown);
        }
        self.imported.push(imported);
        self.push(Slot::Module(self.imported.len() - 1))
    }

    pub(super) fn import_star(&mut self) {
        if let Slot::Module(index) = self.pop()
            && let Some(module) = self.imported.get(index)
        {
            let path = module.path.clone();
            self.import(None, &path)
        }
    }
}
