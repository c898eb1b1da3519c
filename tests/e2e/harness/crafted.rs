use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use wasm_encoder::{
    Component, ComponentExportKind, ComponentExportSection, ComponentImportSection, ComponentInstanceSection,
    ComponentTypeRef, ComponentTypeSection, CustomSection, InstanceType,
};

use super::components::blob;
use super::digest;

/// The custom section that holds a descriptor.
pub(crate) const DESCRIPTOR: &str = "touchstone:descriptor";
/// What a check exports.
pub(crate) const CHECK: &str = "touchstone:check/check@0.1.0";

/// A component, byte by byte: it imports and exports instances of these names with nothing in them.
pub(crate) fn component(imports: &[&str], exports: &[&str], custom: &[(&str, &[u8])]) -> Vec<u8> {
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
        let instance = u32::try_from(imports.len()).expect("there are few");
        section.export(export, ComponentExportKind::Instance, instance, None);
    }
    component.section(&section);
    for &(name, data) in custom {
        component.section(&CustomSection { name: name.into(), data: data.into() });
    }
    component.finish()
}

/// A component with another text of the same length in the place of each that it holds.
pub(crate) fn patched(component: &[u8], patches: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = component.to_vec();
    for (old, new) in patches {
        assert_eq!(old.len(), new.len(), "nothing else may move");
        let places: Vec<usize> = bytes
            .windows(old.len())
            .enumerate()
            .filter(|(_, part)| *part == old.as_bytes())
            .map(|(at, _)| at)
            .collect();
        assert!(!places.is_empty(), "the component holds {old:?}");
        for at in places {
            bytes[at..at + old.len()].copy_from_slice(new.as_bytes());
        }
    }
    bytes
}

/// The descriptor of a check that is called `reader`, as the well-behaved one is.
pub(crate) fn descriptor() -> Value {
    json!({
        "format": "touchstone.descriptor/v1", "id": "reader", "version": "1.0.0", "title": "T", "url": "",
        "testcases": [{"id": "reader-images", "title": "T"}, {"id": "reader-flavors", "title": "T"}],
        "grants": [], "parameters": [], "assets": [],
    })
}

/// An empty store in this folder.
pub(crate) fn empty_store(folder: &Path) -> PathBuf {
    let store = folder.join("store");
    fs::create_dir_all(store.join("blobs/sha256")).expect("folders can be made");
    fs::write(store.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).expect("files can be written");
    let index = r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"#;
    fs::write(store.join("index.json"), index).expect("files can be written");
    store
}

/// Puts bytes into a store under their digest, which it returns.
pub(crate) fn put(store: &Path, bytes: &[u8]) -> String {
    let digest = digest(bytes);
    put_as(store, &digest, bytes);
    digest
}

/// Puts bytes into a store under any digest.
pub(crate) fn put_as(store: &Path, digest: &str, bytes: &[u8]) {
    fs::write(blob(store, digest), bytes).expect("files can be written");
}

/// 126 kB of JSON that `serde_json` nests 12,000 deep: texts with more JSON in them, each of which it would parse anew.
pub(crate) fn deep_json() -> String {
    (0..100).fold("1".to_owned(), |inner, _| {
        let lists = format!("{}{inner}{}", "[".repeat(120), "]".repeat(120));
        let escaped = lists.replace('\\', r"\u005c").replace('"', r"\u0022");
        format!(r#"{{"$serde_json::private::RawValue":"{escaped}"}}"#)
    })
}
