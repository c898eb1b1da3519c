use std::collections::BTreeMap;

use crate::component::Component;

/// What is other in one component than in another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What it is about: `imports`, `asks for`, `testcases`, ….
    pub what: &'static str,
    /// How it was; nothing if it was not there.
    pub before: Option<String>,
    /// How it is; nothing if it is gone.
    pub after: Option<String>,
}

/// What `after` says of itself otherwise than `before`, in the order in which `touchstone check inspect` tells it. Nothing about
/// what they do: two components with the same descriptor can judge in different ways.
pub fn differences(before: &Component, after: &Component) -> Vec<Difference> {
    let mut all = Vec::new();
    for (what, one) in FACTS {
        let (before, after) = (one(before), one(after));
        if before != after {
            all.push(Difference { what, before: Some(before), after: Some(after) });
        }
    }
    for (what, many) in LISTS {
        let (before, after) = (many(before), many(after));
        for (name, text) in &before {
            let now = after.get(name);
            if now != Some(text) {
                all.push(Difference { what, before: Some(text.clone()), after: now.cloned() });
            }
        }
        let new = after.iter().filter(|(name, _)| !before.contains_key(*name));
        all.extend(new.map(|(_, text)| Difference { what, before: None, after: Some(text.clone()) }));
    }
    all
}

type Fact = fn(&Component) -> String;
type List = fn(&Component) -> BTreeMap<String, String>;

const FACTS: [(&str, Fact); 6] = [
    ("check", |c| c.descriptor().id.clone()),
    ("version", |c| c.descriptor().version.to_string()),
    ("title", |c| c.descriptor().title.clone()),
    ("url", |c| c.descriptor().url.clone()),
    ("size", |c| format!("{} bytes", c.bytes().len())),
    ("contract", |c| format!("touchstone:check@{}", c.contract())),
];

const LISTS: [(&str, List); 5] = [
    // Versions of interfaces follow from the contract's, or from the toolchain's WASI, which is empty.
    ("imports", |c| c.imports().iter().map(|import| twice(import.without_version())).collect()),
    ("asks for", |c| c.descriptor().grants.iter().map(|grant| twice(grant.clone())).collect()),
    ("testcases", |c| {
        c.descriptor().testcases.iter().map(|t| (t.id.clone(), format!("{}: {}", t.id, t.title))).collect()
    }),
    ("parameters", |c| {
        let parameters = c.descriptor().parameters.iter();
        parameters.map(|p| (p.name.clone(), needed(&p.name, p.required, &p.description))).collect()
    }),
    ("assets", |c| {
        let assets = c.descriptor().assets.iter();
        assets.map(|a| (a.name.clone(), needed(&a.name, a.required, &a.description))).collect()
    }),
];

fn twice(text: String) -> (String, String) {
    (text.clone(), text)
}

fn needed(name: &str, required: bool, description: &str) -> String {
    format!("{name}{}: {description}", if required { " (required)" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::tests::{CHECK, component, descriptor};
    use crate::{Descriptor, ParameterSpec};

    fn built(imports: &[&str], descriptor: &Descriptor) -> Component {
        Component::embed(component(imports, &[CHECK], &[]), descriptor).expect("embeds")
    }

    #[test]
    fn what_is_other_is_told_and_nothing_else() {
        let before =
            built(&["touchstone:check/findings@0.1.0", "touchstone:check/assets@0.1.0"], &descriptor());
        assert_eq!(differences(&before, &before), []);
        let mut changed = descriptor();
        changed.version = semver::Version::new(2, 0, 0);
        changed.testcases[0].title = "Another".into();
        changed.grants = vec!["compute GET /flavors/**".into()];
        changed.parameters =
            vec![ParameterSpec { name: "p".into(), description: "P".into(), required: true }];
        let after = built(&["touchstone:check/findings@0.1.1", "touchstone:check/probe@0.1.1"], &changed);
        let told: Vec<_> = differences(&before, &after)
            .into_iter()
            .filter(|difference| difference.what != "size")
            .map(|d| format!("{} {:?} {:?}", d.what, d.before.as_deref(), d.after.as_deref()))
            .collect();
        assert_eq!(
            told,
            [
                r#"version Some("1.0.0") Some("2.0.0")"#,
                r#"imports Some("touchstone:check/assets") None"#,
                r#"imports None Some("touchstone:check/probe")"#,
                r#"asks for None Some("compute GET /flavors/**")"#,
                r#"testcases Some("t: T") Some("t: Another")"#,
                r#"parameters None Some("p (required): P")"#,
            ]
        );
    }
}
