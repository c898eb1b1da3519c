//! From the structure to a policy, collecting all problems on the way.

use std::collections::BTreeMap;

use semver::Version;
use serde_saphyr::Spanned;
use touchstone_grants::Grant;
use touchstone_sign::PublicKey;

use crate::ceiling::{AtMost, Ceiling, KindWord};
use crate::decide::{Listed, Publisher, Rule, Rules};
use crate::digest::Digest;
use crate::format::{self, File, Text, Texts};
use crate::pattern::Pattern;
use crate::policy::{CompileLimits, Policy};
use crate::quantity::{QuantityError, duration, size};
use crate::yaml;
use touchstone_diagnostics::{Diagnostics, Problem, Span};

/// What problems are about.
const WHAT: &str = "trust policy";

const FORMAT: &str = "touchstone.trust/v1";

pub(crate) fn read(file: &str, text: &str) -> Result<Policy, Diagnostics> {
    let written =
        yaml::parse(text).map_err(|problem| Diagnostics::errors(WHAT, file, text, vec![*problem]))?;
    let mut reader = Reader::default();
    let policy = reader.policy(file, written);
    match policy {
        Some(mut policy) if reader.problems.is_empty() => {
            policy.warnings = Diagnostics::warnings(WHAT, file, text, reader.warnings);
            Ok(policy)
        }
        _ => Err(Diagnostics::errors(WHAT, file, text, reader.problems)),
    }
}

/// What was read so far, against duplicates, and what was wrong.
#[derive(Default)]
struct Reader {
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
    keys: Vec<PublicKey>,
    owners: Vec<usize>,
    /// Name of the publisher of each key, and where the key stands, by its fingerprint.
    known_keys: BTreeMap<String, (String, Span)>,
}

impl Reader {
    fn policy(&mut self, file: &str, written: File) -> Option<Policy> {
        if written.format.value != FORMAT {
            let message =
                format!("the format is `{}`, and this touchstone reads `{FORMAT}`", written.format.value);
            self.problems
                .push(Problem::new(at(&written.format), message).help("a newer touchstone may read it"));
            return None;
        }
        if written.publishers.is_none() && written.accepted.is_none() {
            let message =
                "there are neither `publishers` nor `accepted`: this policy refuses every component";
            self.warnings.push(Problem::new(at(&written.format), message));
        }
        let mut names = BTreeMap::new();
        let publishers: Vec<_> = self.list(written.publishers, "publishers");
        let publishers = publishers.into_iter().enumerate();
        let publishers =
            publishers.filter_map(|(place, one)| self.publisher(place, one, &mut names)).collect();
        let mut ids = BTreeMap::new();
        let components = self.list(written.components, "components");
        let components: Vec<Rule> =
            components.into_iter().filter_map(|rule| self.rule(rule, &mut ids)).collect();
        let mut hashes = BTreeMap::new();
        let accepted = self.list(written.accepted, "accepted");
        let accepted: Vec<Listed> = accepted
            .into_iter()
            .filter_map(|one| self.listed(&one.component, one.reason, one.trusted, &mut hashes))
            .collect();
        for revoked in components.iter().flat_map(|rule| &rule.revoked) {
            if let Some(accepted) = accepted.iter().find(|one| one.component == revoked.component) {
                let problem =
                    Problem::new(accepted.at, "this component is accepted here, and revoked elsewhere");
                let problem = problem.related(revoked.at, "revoked here, which counts");
                self.warnings.push(problem.help("delete one of them"));
            }
        }
        let compile = self.compile(&written.compile);
        Some(Policy {
            file: touchstone_diagnostics::printable(file),
            rules: Rules { publishers, components, accepted },
            keys: std::mem::take(&mut self.keys),
            owners: std::mem::take(&mut self.owners),
            compile,
            warnings: None,
        })
    }

    fn publisher(
        &mut self,
        place: usize,
        written: format::Publisher,
        names: &mut BTreeMap<String, Span>,
    ) -> Option<Publisher> {
        let name = self.unique(&written.name, names, "the publisher");
        let keys_before = self.keys.len();
        for key in self.list(Some(written.keys), "keys") {
            self.key(&key, &written.name.value, place);
        }
        let components_at = at(&written.components);
        let mut components: Vec<(Pattern, Span)> = Vec::new();
        for text in self.list(Some(written.components), "components") {
            let Some(pattern) = self.pattern(&text) else { continue };
            let wider = components.iter().find(|(wider, _)| wider.covers_all_of(&pattern));
            if let Some((wider, first)) = wider {
                let problem = Problem::new(at(&text), format!("`{pattern}` adds nothing to `{wider}`"));
                self.problems.push(problem.related(*first, "which stands here").help("delete one of them"));
            }
            components.push((pattern, at(&text)));
        }
        let ceiling = self.ceiling(written.never, written.at_most);
        let complete = self.keys.len() > keys_before && !components.is_empty();
        complete.then_some(Publisher {
            name: touchstone_diagnostics::printable(name?),
            at: at(&written.name),
            components: components.into_iter().map(|(pattern, _)| pattern).collect(),
            components_at,
            trusted: written.trusted,
            ceiling,
        })
    }

    fn key(&mut self, text: &Text, publisher: &str, place: usize) {
        let key = match PublicKey::parse(&text.value) {
            Ok(key) => key,
            Err(error) => {
                return self
                    .problems
                    .push(Problem::new(at(text), format!("a key of `{publisher}`: {error}")));
            }
        };
        let mine = (publisher.to_owned(), at(text));
        if let Some((other, first)) = self.known_keys.insert(key.fingerprint(), mine) {
            let message = match other == publisher {
                true => format!("the key {} stands here twice", key.fingerprint()),
                false => format!("the key {} is that of `{other}` too", key.fingerprint()),
            };
            let help =
                "a key is that of one publisher, so that a signature says who published; delete one of them";
            self.problems.push(Problem::new(at(text), message).related(first, "first here").help(help));
            return;
        }
        self.keys.push(key);
        self.owners.push(place);
    }

    fn rule(&mut self, written: format::Rule, ids: &mut BTreeMap<String, Span>) -> Option<Rule> {
        let place = at(&written.id);
        self.unique(&written.id, ids, "the rule for");
        let id = self.pattern(&written.id);
        let parts = [&written.never, &written.at_most].into_iter().all(Option::is_none);
        if parts && written.minimum.is_none() && written.revoked.is_none() {
            let problem = Problem::new(place, format!("the rule for `{}` says nothing", written.id.value));
            self.problems
                .push(problem.help("give it `minimum`, `revoked`, `never` or `at_most`, or delete it"));
        }
        let minimum = written.minimum.and_then(|text| {
            let version = Version::parse(&text.value);
            let version = version.map_err(|error| {
                let message = format!("`{}` is no version: {error}", text.value);
                let help = "write a semantic version of three numbers, e.g. `3.1.0` or `3.1.0-rc.1`";
                self.problems.push(Problem::new(at(&text), message).help(help));
            });
            Some((version.ok()?, at(&text)))
        });
        let mut hashes = BTreeMap::new();
        let revoked = self.list(written.revoked, "revoked");
        let revoked = revoked
            .into_iter()
            .filter_map(|one| self.listed(&one.component, one.reason, false, &mut hashes))
            .collect();
        let ceiling = self.ceiling(written.never, written.at_most);
        Some(Rule { id: id?, at: place, minimum, revoked, ceiling })
    }

    fn listed(
        &mut self,
        component: &Text,
        reason: Text,
        trusted: bool,
        known: &mut BTreeMap<String, Span>,
    ) -> Option<Listed> {
        self.unique(component, known, "the component");
        self.text(&reason, "the reason");
        match component.value.parse::<Digest>() {
            Ok(digest) => {
                let reason = touchstone_diagnostics::printable(reason.value.trim());
                Some(Listed { component: digest, reason, trusted, at: at(component) })
            }
            Err(error) => {
                let message = format!("`{}` is no hash of a component", component.value);
                self.problems.push(Problem::new(at(component), message).help(error.to_string()));
                None
            }
        }
    }

    fn ceiling(&mut self, never: Option<Texts>, at_most: Option<Texts>) -> Ceiling {
        let never = never.map(|texts| self.never(texts)).unwrap_or_default();
        let at_most = at_most.map(|texts| self.at_most(texts, &never));
        Ceiling { never, at_most }
    }

    fn never(&mut self, texts: Texts) -> Vec<(KindWord, Span)> {
        let mut kinds: Vec<(KindWord, Span)> = Vec::new();
        for text in self.list(Some(texts), "never") {
            let Some((word, kind)) = KindWord::ALL.into_iter().find(|(word, _)| *word == text.value) else {
                let problem = Problem::new(at(&text), format!("`{}` is no kind of grants", text.value));
                self.problems.push(problem.help("it is `create`, `change`, `probe` or `read`"));
                continue;
            };
            match kinds.iter().find(|(known, _)| *known == kind) {
                Some((_, first)) => self.twice(at(&text), *first, &format!("`{word}`")),
                None => kinds.push((kind, at(&text))),
            }
        }
        kinds
    }

    fn at_most(&mut self, texts: Texts, never: &[(KindWord, Span)]) -> AtMost {
        let place = at(&texts);
        if texts.value.is_empty() {
            let help = "leave it out where there is no ceiling; `never: [read, change, create, probe]` is the lowest";
            self.problems.push(Problem::new(place, "`at_most` has no entry").help(help));
        }
        let mut grants: Vec<(Grant, Span)> = Vec::new();
        for text in texts.value {
            let grant = match text.value.parse::<Grant>() {
                Ok(grant) => grant,
                Err(error) => {
                    let message = format!("`{}` is no grant: {}", text.value, error.problem());
                    self.problems.push(Problem::new(at(&text), message));
                    continue;
                }
            };
            if let Some((kind, first)) = never.iter().find(|(kind, _)| *kind == KindWord::of(&grant.kind)) {
                let problem = Problem::new(at(&text), format!("`{grant}` is above `never`"));
                self.warnings.push(problem.related(*first, format!("`{}` here, which counts", kind.word())));
            }
            match grants.iter().find(|(known, _)| *known == grant) {
                Some((_, first)) => self.twice(at(&text), *first, &format!("`{grant}`")),
                None => grants.push((grant, at(&text))),
            }
        }
        AtMost { grants: grants.into_iter().map(|(grant, _)| grant).collect(), at: place }
    }

    fn compile(&mut self, written: &format::Compile) -> CompileLimits {
        let CompileLimits { wall, memory } = CompileLimits::default();
        CompileLimits {
            wall: self.quantity(written.wall.as_ref(), "duration", duration).unwrap_or(wall),
            memory: self.quantity(written.memory.as_ref(), "size", size).unwrap_or(memory),
        }
    }

    fn quantity<T>(
        &mut self,
        text: Option<&Text>,
        what: &str,
        read: impl FnOnce(&str) -> Result<T, QuantityError>,
    ) -> Option<T> {
        let text = text?;
        let quantity = read(&text.value);
        quantity
            .map_err(|error| {
                self.problems.push(Problem::new(at(text), format!("`{}` is no {what}: {error}", text.value)))
            })
            .ok()
    }

    fn pattern(&mut self, text: &Text) -> Option<Pattern> {
        let pattern = Pattern::parse(&text.value);
        let problem = |error| {
            let message = format!("no id of a component could match `{}`: {error}", text.value);
            Problem::new(at(text), message).help("write an id, or its beginning and `*`, e.g. `scs-*`")
        };
        pattern.map_err(|error| self.problems.push(problem(error))).ok()
    }

    /// The entries of a list, of which there has to be one.
    fn list<T>(&mut self, list: Option<Spanned<Vec<T>>>, key: &str) -> Vec<T> {
        let Some(list) = list else { return Vec::new() };
        if list.value.is_empty() {
            let problem = Problem::new(at(&list), format!("`{key}` has no entry"));
            self.problems.push(problem.help(format!("give it one, or leave `{key}` out")));
        }
        list.value
    }

    /// A text that is not blank, and that was not there before.
    fn unique<'t>(
        &mut self,
        text: &'t Text,
        known: &mut BTreeMap<String, Span>,
        what: &str,
    ) -> Option<&'t str> {
        self.text(text, what)?;
        if let Some(first) = known.insert(text.value.clone(), at(text)) {
            self.twice(at(text), first, &format!("{what} `{}`", text.value));
            return None;
        }
        Some(&text.value)
    }

    fn twice(&mut self, place: Span, first: Span, what: &str) {
        let problem = Problem::new(place, format!("{what} stands here twice"));
        self.problems.push(problem.related(first, "first here").help("delete one of them"));
    }

    fn text(&mut self, text: &Text, what: &str) -> Option<()> {
        if text.value.trim().is_empty() {
            self.problems.push(Problem::new(at(text), format!("{what} must not be blank")));
            return None;
        }
        Some(())
    }
}

fn at<T>(spanned: &Spanned<T>) -> Span {
    spanned.referenced.into()
}
