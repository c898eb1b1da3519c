use std::collections::BTreeSet;

use bytes::Bytes;
use semver::Version;
use wasmparser::{Encoding, Parser, Payload};

use crate::contract::{ContractError, Interface, admit_version};
use crate::descriptor::{Descriptor, DescriptorError, SECTION};
use crate::digest::Digest;

/// A component larger than this is refused unread: 64 MiB. (A check in Rust has some 100 kB, one in Python 20 MB.)
pub const MAX_COMPONENT_BYTES: u64 = 64 << 20;

/// A component that this host can run: see the [crate's documentation](crate) for what was checked.
#[derive(Debug, Clone)]
pub struct Component {
    bytes: Bytes,
    digest: Digest,
    descriptor: Descriptor,
    contract: Version,
    imports: BTreeSet<Interface>,
}

/// Bytes are not a component that this host can run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ComponentError {
    /// Too large.
    #[error("it has {bytes} bytes; at most {MAX_COMPONENT_BYTES} are read")]
    TooLarge {
        /// Its size.
        bytes: u64,
    },
    /// Not WebAssembly, or not whole.
    #[error("it is not a whole WebAssembly component: {0}")]
    Malformed(String),
    /// A core module.
    #[error("it is a core WebAssembly module, not a component; `touchstone check build` builds components")]
    CoreModule,
    /// Does not fit the contract.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// Does not say what it is.
    #[error(transparent)]
    Descriptor(#[from] DescriptorError),
}

impl Component {
    /// Admits a component.
    ///
    /// # Errors
    /// It is one that this host cannot run; the error says why.
    pub fn admit(bytes: Vec<u8>) -> Result<Self, ComponentError> {
        let outline = Outline::read(&bytes)?;
        let contract = outline.contract()?;
        let descriptor = match outline.descriptors.as_slice() {
            [json] => Descriptor::from_json(json)?,
            [] => return Err(DescriptorError::Missing.into()),
            _ => return Err(DescriptorError::Repeated.into()),
        };
        let imports = outline.imports;
        Ok(Component { digest: Digest::of(&bytes), bytes: bytes.into(), descriptor, contract, imports })
    }

    /// Admits a component that has no descriptor yet, and gives it one.
    ///
    /// # Errors
    /// It is one that this host cannot run, or it has a descriptor.
    pub fn embed(mut bytes: Vec<u8>, descriptor: &Descriptor) -> Result<Self, ComponentError> {
        let outline = Outline::read(&bytes)?;
        outline.contract()?;
        if !outline.descriptors.is_empty() {
            return Err(DescriptorError::Repeated.into());
        }
        let section = wasm_encoder::CustomSection { name: SECTION.into(), data: descriptor.to_json().into() };
        wasm_encoder::ComponentSection::append_to_component(&section, &mut bytes);
        Component::admit(bytes)
    }

    /// Checks a component that has no descriptor yet: all that [`Component::admit`] checks but that.
    ///
    /// # Errors
    /// It is one that this host cannot run.
    pub fn admit_bare(bytes: &[u8]) -> Result<(), ComponentError> {
        Outline::read(bytes)?.contract().map(|_| ()).map_err(Into::into)
    }

    /// Its bytes.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Its identity.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// What it says about itself.
    pub fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    /// The version of the contract that it was built for.
    pub fn contract(&self) -> &Version {
        &self.contract
    }

    /// Whether it can call the subject's OpenStack API: whether it imports `touchstone:check/openstack`.
    pub fn can_call_openstack(&self) -> bool {
        self.imports.iter().any(|import| import.is("openstack"))
    }

    /// What it imports: its capabilities.
    pub fn imports(&self) -> &BTreeSet<Interface> {
        &self.imports
    }
}

/// What can be read off a component without running or compiling it.
#[derive(Default)]
struct Outline {
    imports: BTreeSet<Interface>,
    exports: Vec<Interface>,
    descriptors: Vec<Vec<u8>>,
}

impl Outline {
    fn read(bytes: &[u8]) -> Result<Self, ComponentError> {
        if bytes.len() as u64 > MAX_COMPONENT_BYTES {
            return Err(ComponentError::TooLarge { bytes: bytes.len() as u64 });
        }
        let malformed = |error: wasmparser::BinaryReaderError| {
            let text = error.to_string();
            ComponentError::Malformed(text.split_whitespace().collect::<Vec<_>>().join(" "))
        };
        let mut outline = Outline::default();
        // Only what stands at the top level counts: what is nested describes parts of the component.
        let mut depth = 0_u32;
        for payload in Parser::new(0).parse_all(bytes) {
            match payload.map_err(malformed)? {
                Payload::Version { encoding: Encoding::Module, .. } if depth == 0 => {
                    return Err(ComponentError::CoreModule);
                }
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::ComponentImportSection(section) if depth == 0 => {
                    for import in section {
                        let Ok(interface) = import.map_err(malformed)?.name.name.parse();
                        outline.imports.insert(interface);
                    }
                }
                Payload::ComponentExportSection(section) if depth == 0 => {
                    for export in section {
                        let Ok(interface) = export.map_err(malformed)?.name.name.parse();
                        outline.exports.push(interface);
                    }
                }
                Payload::CustomSection(section) if depth == 0 && section.name() == SECTION => {
                    outline.descriptors.push(section.data().to_vec());
                }
                _ => {}
            }
        }
        Ok(outline)
    }

    fn contract(&self) -> Result<Version, ContractError> {
        for import in &self.imports {
            import.admit_import()?;
        }
        let version =
            self.exports.iter().find_map(Interface::as_check_export).ok_or(ContractError::NotACheck)?;
        admit_version(version)?;
        Ok(version.clone())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::descriptor::TestcaseSpec;

    /// A component in its binary form: a header, then sections. The interfaces are empty instances.
    pub(crate) fn component(imports: &[&str], exports: &[&str], custom: &[(&str, &[u8])]) -> Vec<u8> {
        use wasm_encoder::{
            Component, ComponentExportKind, ComponentExportSection, ComponentImportSection,
            ComponentInstanceSection, ComponentTypeRef, ComponentTypeSection, CustomSection, InstanceType,
        };
        let mut component = Component::new();
        let mut types = ComponentTypeSection::new();
        types.instance(&InstanceType::new());
        component.section(&types);
        let mut section = ComponentImportSection::new();
        for &import in imports {
            section.import(import, ComponentTypeRef::Instance(0));
        }
        component.section(&section);
        let mut instances = ComponentInstanceSection::new();
        instances.export_items(std::iter::empty::<(&str, ComponentExportKind, u32)>());
        component.section(&instances);
        let mut section = ComponentExportSection::new();
        for &export in exports {
            section.export(export, ComponentExportKind::Instance, imports.len() as u32, None);
        }
        component.section(&section);
        for &(name, data) in custom {
            component.section(&CustomSection { name: name.into(), data: data.into() });
        }
        component.finish()
    }

    pub(crate) const CHECK: &str = "touchstone:check/check@0.1.0";

    pub(crate) fn descriptor() -> Descriptor {
        Descriptor {
            testcases: vec![TestcaseSpec { id: "t".into(), title: "T".into() }],
            ..Descriptor::new("a".into(), Version::new(1, 0, 0), "A".into(), String::new())
        }
    }

    #[test]
    fn a_check_is_admitted() {
        let bare = component(&["touchstone:check/findings@0.1.0"], &[CHECK], &[]);
        assert_eq!(Component::admit(bare.clone()).expect_err("bare"), DescriptorError::Missing.into());
        let admitted = Component::embed(bare, &descriptor()).expect("embeds");
        assert_eq!(admitted.descriptor(), &descriptor());
        assert_eq!(admitted.digest(), Digest::of(admitted.bytes()));
        assert_eq!(
            admitted.imports().iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["touchstone:check/findings@0.1.0"]
        );
        assert!(!admitted.can_call_openstack());
        let again = Component::embed(admitted.bytes().to_vec(), &descriptor()).expect_err("twice");
        assert_eq!(again, DescriptorError::Repeated.into());
    }

    #[test]
    fn others_are_refused() {
        let json = descriptor().to_json();
        let good = component(&[], &[CHECK], &[(SECTION, &json)]);
        assert!(Component::admit(good.clone()).is_ok());
        let refused = |bytes: Vec<u8>| Component::admit(bytes).expect_err("refused").to_string();

        assert!(refused(b"\0asm\x01\0\0\0".to_vec()).contains("core WebAssembly module"));
        assert!(refused(b"<html>".to_vec()).contains("not a whole WebAssembly component"));
        assert!(refused(Vec::new()).contains("not a whole WebAssembly component"));
        assert!(refused(component(&[], &["run"], &[(SECTION, &json)])).contains("not a check"));
        assert!(
            refused(component(&["wasi:cli/environment@0.3.0"], &[CHECK], &[(SECTION, &json)]))
                .contains("`wasi:cli/environment@0.3.0`")
        );
        let other = component(&[], &["touchstone:check/check@1.0.0"], &[(SECTION, &json)]);
        assert!(refused(other).contains("it needs a newer host"));
        let doubled = component(&[], &[CHECK], &[(SECTION, &json), (SECTION, &json)]);
        assert!(refused(doubled).contains("more than one descriptor"));
        for length in 1..good.len() {
            assert!(Component::admit(good[..length].to_vec()).is_err(), "cut at {length}");
        }
        assert!(refused(vec![0; MAX_COMPONENT_BYTES as usize + 1]).contains("at most"));
    }
}
