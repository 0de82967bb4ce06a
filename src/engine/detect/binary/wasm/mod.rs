//! WebAssembly: what a module imports and exports, the names of its functions where they were kept, and what it is built for.
//!
//! Names are looked up like those of C ([`symbols`]). Data segments are bytes like any other: constants and version texts in them are found
//! by those who look for them. Components are modules in one file: each is read. Code is not.

mod symbols;

use std::ops::Range;

use wasmparser::{
    CustomSectionReader, Dylink0Subsection, Encoding, ExternalKind, KnownCustom, Name, Parser,
    Payload, TypeRef,
};

use self::symbols::{Side, Symbols};
use super::kind::Kind;
use super::seen::Seen;
use super::{Technique, whole};
use crate::detect::Source;
use crate::model::SkipReason;
use crate::model::binary::{Binary, Role};

/// Libraries that a module says it needs: more than any toolchain writes.
const MAX_NEEDS: usize = 1000;
/// Names of functions that are looked up: the largest modules have some hundred thousand functions.
const MAX_NAMES: usize = 1_000_000;

/// WebAssembly modules and components.
pub(super) struct Wasm;

impl Technique for Wasm {
    fn name(&self) -> &'static str {
        "WebAssembly"
    }

    fn reads(&self, kind: Kind) -> bool {
        kind == Kind::Wasm
    }

    fn look(
        &self,
        bytes: &mut dyn Source,
        seen: &mut Seen<'_>,
    ) -> Result<(), (SkipReason, String)> {
        let bytes = whole(bytes)?;
        let mut module = Module::default();
        let read = module.read(bytes);
        seen.binary = Some(module.binary(seen));
        module.symbols.tell(seen);
        read.map_err(|error| (SkipReason::Damaged, error.message().to_owned()))
    }
}

/// What the sections say.
#[derive(Default)]
struct Module {
    symbols: Symbols,
    name: Option<String>,
    needs: Vec<String>,
    search_paths: Vec<String>,
    wide: bool,
    is_component: bool,
    is_object: bool,
    is_library: bool,
    starts: bool,
    names: usize,
}

impl Module {
    /// Goes through the sections. What was read before an error stays.
    fn read(&mut self, bytes: &[u8]) -> Result<(), wasmparser::BinaryReaderError> {
        let at = |name: &str| place(bytes, name);
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::Version { encoding, .. } => {
                    self.is_component |= encoding == Encoding::Component
                }
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let import = import?;
                        match import.ty {
                            TypeRef::Memory(memory) => self.wide |= memory.memory64,
                            TypeRef::Func(_) | TypeRef::FuncExact(_) => {
                                self.symbols
                                    .see(import.name, Side::Imported, at(import.name))
                            }
                            _ => {}
                        }
                    }
                }
                Payload::MemorySection(memories) => {
                    for memory in memories {
                        self.wide |= memory?.memory64
                    }
                }
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export?;
                        if export.kind == ExternalKind::Func {
                            self.starts |= export.name == "_start";
                            self.symbols
                                .see(export.name, Side::Exported, at(export.name))
                        }
                    }
                }
                Payload::StartSection { .. } => self.starts = true,
                // What is wrong in there is nobody's program.
                Payload::CustomSection(section) => {
                    let _ = self.custom(bytes, &section);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The sections that tools add beside the program.
    fn custom(
        &mut self,
        bytes: &[u8],
        section: &CustomSectionReader<'_>,
    ) -> Result<(), wasmparser::BinaryReaderError> {
        match section.as_known() {
            KnownCustom::Name(names) => {
                for name in names {
                    match name? {
                        Name::Module { name, .. } => self.name = Some(name.to_owned()),
                        Name::Function(names) => {
                            for naming in names {
                                self.names += 1;
                                if self.names > MAX_NAMES {
                                    break;
                                }
                                let name = naming?.name;
                                self.symbols.see(name, Side::Inside, place(bytes, name))
                            }
                        }
                        _ => {}
                    }
                }
            }
            // Dynamic linking (tool-conventions/DynamicLinking.md)
            KnownCustom::Dylink0(sections) => {
                self.is_library = true;
                for section in sections {
                    let (into, names) = match section? {
                        Dylink0Subsection::Needed(names) => (&mut self.needs, names),
                        Dylink0Subsection::RuntimePath(names) => (&mut self.search_paths, names),
                        _ => continue,
                    };
                    into.extend(names.into_iter().map(str::to_owned));
                    into.truncate(MAX_NEEDS);
                }
            }
            KnownCustom::Linking(_) => self.is_object = true,
            _ => {}
        }
        Ok(())
    }

    fn binary(&mut self, seen: &Seen<'_>) -> Binary {
        let role = match () {
            () if self.is_object => Role::Object,
            () if self.starts && !self.is_library && !self.is_component => Role::Program,
            () => Role::Library,
        };
        let artifact = seen.artifact;
        let path = artifact.path.clone();
        let mut binary = Binary::new(path, seen.kind.name(), role, artifact.context);
        binary.architectures = vec![if self.wide { "wasm64" } else { "wasm32" }];
        binary.name = self.name.take().filter(|name| !name.is_empty());
        binary.needs = std::mem::take(&mut self.needs);
        binary.search_paths = std::mem::take(&mut self.search_paths);
        binary
    }
}

/// Where a name stands that was borrowed from the bytes.
fn place(bytes: &[u8], name: &str) -> Range<u64> {
    let start = name.as_ptr().addr().checked_sub(bytes.as_ptr().addr());
    let start = start.filter(|start| *start < bytes.len()).unwrap_or(0) as u64;
    start..start + name.len() as u64
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;

    use super::*;
    use crate::detect::binary::Binaries;
    use crate::detect::{Detection, Detector, Means, Passwords};
    use crate::knowledge::Knowledge;
    use crate::model::{Artifact, Context};

    fn number(mut value: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        loop {
            let byte = (value & 0x7f) as u8;
            value >>= 7;
            bytes.push(byte | if value > 0 { 0x80 } else { 0 });
            if value == 0 {
                return bytes;
            }
        }
    }

    fn text(text: &str) -> Vec<u8> {
        [number(text.len()), text.as_bytes().to_vec()].concat()
    }

    fn section(id: u8, body: &[u8]) -> Vec<u8> {
        [vec![id], number(body.len()), body.to_vec()].concat()
    }

    fn custom(name: &str, body: &[u8]) -> Vec<u8> {
        section(0, &[text(name), body.to_vec()].concat())
    }

    fn module(sections: &[Vec<u8>]) -> Vec<u8> {
        [b"\0asm\x01\0\0\0".to_vec(), sections.concat()].concat()
    }

    /// A type, an imported and an exported function.
    fn imports_and_exports(import: &str, export: &str) -> Vec<Vec<u8>> {
        vec![
            section(1, &[1, 0x60, 0, 0]),
            section(
                2,
                &[vec![1], text("env"), text(import), vec![0, 0]].concat(),
            ),
            section(3, &[1, 0]),
            section(7, &[vec![1], text(export), vec![0, 1]].concat()),
            section(10, &[1, 2, 0, 0x0b]),
        ]
    }

    fn known() -> &'static Knowledge {
        static KNOWN: OnceLock<Knowledge> = OnceLock::new();
        KNOWN.get_or_init(|| Knowledge::load(&[]).unwrap())
    }

    fn detect(bytes: &[u8]) -> Detection {
        let passwords = Passwords::default();
        let means = Means {
            known: known(),
            passwords: &passwords,
        };
        let artifact = Artifact::file("a.wasm", Context::Production);
        let mut source = bytes;
        Binaries.detect(&artifact, &mut source, &means)
    }

    #[test]
    fn names_are_looked_up_like_those_of_c() {
        let bytes = module(&imports_and_exports(
            "RSA_generate_key_ex",
            "_ECDSA_do_sign",
        ));
        let detection = detect(&bytes);
        let told: Vec<String> = detection
            .findings
            .iter()
            .map(|f| format!("{} {} {}", f.technique.name(), f.symbol, f.asset.brief()))
            .collect();
        assert_eq!(
            told,
            [
                "imports RSA_generate_key_ex key RSA key_bits=?binary(RSA_generate_key_ex) op=keygen",
                "exports _ECDSA_do_sign algorithm ECDSA op=sign",
            ]
        );
        let span = detection.findings[0].location.span;
        let named = &bytes[span.start as usize..span.end as usize];
        assert_eq!(named, b"RSA_generate_key_ex");
    }

    #[test]
    fn a_module_says_what_it_is() {
        let names = [vec![0], number(5), text("sign")].concat();
        let needed = [vec![2, 9, 1], text("libc.so")].concat();
        let mut sections = vec![custom("dylink.0", &needed)];
        sections.push(section(5, &[1, 4, 1]));
        sections.push(custom("name", &names));
        let binary = detect(&module(&sections)).binary.unwrap();
        assert_eq!(binary.architectures, ["wasm64"]);
        assert_eq!(binary.name.as_deref(), Some("sign"));
        assert_eq!(binary.needs, ["libc.so"]);
        assert_eq!(binary.role, Role::Library);
        let program = imports_and_exports("RSA_generate_key_ex", "_start");
        let binary = detect(&module(&program)).binary;
        assert_eq!(binary.unwrap().role, Role::Program);
    }

    #[test]
    fn functions_that_kept_their_names_are_inside() {
        let naming = [number(1), number(0), text("mbedtls_rsa_gen_key")].concat();
        let names = [vec![1], number(naming.len()), naming].concat();
        let detection = detect(&module(&[custom("name", &names)]));
        assert_eq!(detection.findings.len(), 1);
        assert_eq!(detection.findings[0].technique.name(), "exports");
        assert_eq!(&*detection.findings[0].text, "contains mbedtls_rsa_gen_key");
    }

    #[test]
    fn a_cut_module_keeps_what_was_read() {
        let bytes = module(&imports_and_exports("RSA_generate_key_ex", "x"));
        for length in 0..bytes.len() {
            let detection = detect(&bytes[..length]);
            if length > bytes.len() - 4 {
                assert_eq!(detection.findings.len(), 1);
                assert_eq!(detection.skips[0].reason, SkipReason::Damaged);
            }
        }
    }
}
