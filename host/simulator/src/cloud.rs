//! A scenario made ready: everything has its id and its date, and the contradictions are found.

mod ids;
mod network;

use std::collections::BTreeSet;
use std::time::Duration;

use hyper::header::HeaderName;
use jiff::civil::{Date, date};
use jiff::{Span, Timestamp, tz::TimeZone};

use crate::scenario::{
    Catalog, Console, Existing, ExistingKind, Fault, FaultKind, Flavor, Image, KeyManager, Microversions,
    ObjectStore, Pages, Scenario, ScenarioError, Timing, User, VolumeType,
};
use ids::Ids;
pub(crate) use ids::derived_id;
pub(crate) use network::{Attributes, Networking, NewGroup, attributes, first, pool};

/// When things were created about which the scenario says nothing.
const CREATED: Date = date(2026, 1, 15);

/// What simulated clouds of the same scenario share. It does not change while they run.
#[derive(Debug)]
pub(crate) struct Cloud {
    pub(crate) name: String,
    pub(crate) latency: Duration,
    pub(crate) domain: Place,
    pub(crate) project: Place,
    pub(crate) users: Vec<Account>,
    pub(crate) token_lifetime: Duration,
    pub(crate) catalog: Catalog,
    pub(crate) microversions: Microversions,
    pub(crate) pages: Pages,
    pub(crate) zones: Vec<String>,
    /// By id, which is nova's order.
    pub(crate) flavors: Vec<Identified<Flavor>>,
    /// The newest first, which is glance's order.
    pub(crate) images: Vec<Registered>,
    pub(crate) volume_types: Vec<Identified<VolumeType>>,
    pub(crate) networking: Networking,
    pub(crate) key_manager: KeyManager,
    pub(crate) object_store: ObjectStore,
    pub(crate) existing: Vec<Identified<Existing>>,
    pub(crate) timing: Timing,
    pub(crate) console: Console,
    pub(crate) faults: Vec<Fault>,
}

/// A project or a domain.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// A user with all ids.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) user: User,
    /// In the order of the user's application credentials.
    pub(crate) credential_ids: Vec<String>,
}

/// Something and its id.
#[derive(Debug)]
pub(crate) struct Identified<T> {
    pub(crate) id: String,
    pub(crate) it: T,
}

/// An image with id and date.
#[derive(Debug)]
pub(crate) struct Registered {
    pub(crate) id: String,
    /// As glance writes it.
    pub(crate) created_at: String,
    pub(crate) image: Image,
}

impl Cloud {
    /// Makes a scenario ready.
    ///
    /// # Errors
    /// [`ScenarioError::Contradiction`]
    pub(crate) fn new(scenario: &Scenario) -> Result<Self, ScenarioError> {
        let mut ids = Ids::new(&scenario.name);
        let identity = &scenario.identity;
        let domain_id =
            ids.short("identity.domain", "domain", &identity.domain.name, identity.domain.id.as_deref())?;
        let project_id =
            ids.short("identity.project", "project", &identity.project.name, identity.project.id.as_deref())?;
        check_catalog(&scenario.catalog)?;
        check_pages(&scenario.pages)?;
        for (index, fault) in scenario.faults.iter().enumerate() {
            check_kind(&fault.kind).map_err(|message| contradiction(format!("faults[{index}]"), message))?;
        }
        Ok(Self {
            name: scenario.name.clone(),
            latency: scenario.latency,
            users: accounts(scenario, &mut ids)?,
            networking: Networking::new(scenario, &project_id, &mut ids)?,
            domain: Place { id: domain_id, name: identity.domain.name.clone() },
            project: Place { id: project_id, name: identity.project.name.clone() },
            token_lifetime: identity.token_lifetime,
            catalog: scenario.catalog.clone(),
            microversions: scenario.microversions,
            pages: scenario.pages,
            zones: scenario.availability_zones.clone(),
            flavors: flavors(scenario, &mut ids)?,
            images: images(scenario, &mut ids)?,
            volume_types: volume_types(scenario, &mut ids)?,
            key_manager: scenario.key_manager.clone(),
            object_store: scenario.object_store.clone(),
            existing: existing(scenario, &mut ids)?,
            timing: scenario.timing,
            console: scenario.console.clone(),
            faults: scenario.faults.clone(),
        })
    }
}

impl Cloud {
    /// The volume type that is taken if none is asked for.
    pub(crate) fn default_volume_type(&self) -> Option<&Identified<VolumeType>> {
        self.volume_types.iter().find(|kind| kind.it.default).or(self.volume_types.first())
    }
}

fn contradiction(item: impl Into<String>, message: impl Into<String>) -> ScenarioError {
    ScenarioError::Contradiction { item: item.into(), message: message.into() }
}

fn accounts(scenario: &Scenario, ids: &mut Ids) -> Result<Vec<Account>, ScenarioError> {
    let mut names = BTreeSet::new();
    let mut accounts = Vec::new();
    for (index, user) in scenario.identity.users.iter().enumerate() {
        let item = format!("identity.users[{index}]");
        let id = ids.short(&item, "user", &user.name, user.id.as_deref())?;
        if !names.insert(user.name.clone()) {
            return Err(contradiction(item, format!("there is another user `{}`", user.name)));
        }
        let mut credential_ids = Vec::new();
        for credential in &user.application_credentials {
            let name = format!("{}-{}", user.name, credential.name);
            credential_ids.push(ids.short(
                &item,
                "application credential",
                &name,
                credential.id.as_deref(),
            )?);
            if !names.insert(name) {
                let problem =
                    format!("`{}` names two of the user's credentials, or another user", credential.name);
                return Err(contradiction(item, problem));
            }
            if let Some(role) = credential.roles.iter().flatten().find(|role| !user.roles.contains(role)) {
                let problem =
                    format!("credential `{}` gives the role `{role}`, which the user lacks", credential.name);
                return Err(contradiction(item, problem));
            }
        }
        accounts.push(Account { id, user: user.clone(), credential_ids });
    }
    Ok(accounts)
}

fn flavors(scenario: &Scenario, ids: &mut Ids) -> Result<Vec<Identified<Flavor>>, ScenarioError> {
    let mut flavors = Vec::with_capacity(scenario.flavors.len());
    for (index, flavor) in scenario.flavors.iter().enumerate() {
        let id = ids.long(&format!("flavors[{index}]"), "flavor", &flavor.name, flavor.id.as_deref())?;
        flavors.push(Identified { id, it: flavor.clone() });
    }
    flavors.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(flavors)
}

fn volume_types(scenario: &Scenario, ids: &mut Ids) -> Result<Vec<Identified<VolumeType>>, ScenarioError> {
    let mut types = Vec::with_capacity(scenario.volume_types.len());
    for (index, kind) in scenario.volume_types.iter().enumerate() {
        let id =
            ids.long(&format!("volume_types[{index}]"), "volume type", &kind.name, kind.id.as_deref())?;
        types.push(Identified { id, it: kind.clone() });
    }
    Ok(types)
}

fn images(scenario: &Scenario, ids: &mut Ids) -> Result<Vec<Registered>, ScenarioError> {
    let today = TimeZone::UTC.to_datetime(Timestamp::now()).date();
    let mut images = Vec::with_capacity(scenario.images.len());
    for (index, image) in scenario.images.iter().enumerate() {
        let item = format!("images[{index}]");
        let id = ids.long(&item, "image", &image.name, image.id.as_deref())?;
        let mut image = image.clone();
        let created = match image.age_days {
            None => CREATED,
            Some(days) => Span::new()
                .try_days(i64::from(days))
                .and_then(|age| today.checked_sub(age))
                .map_err(|_| contradiction(item, format!("no date is {days} days ago")))?,
        };
        if image.age_days.is_some() {
            image.properties.entry("image_build_date".into()).or_insert_with(|| created.to_string());
        }
        images.push(Registered { id, created_at: format!("{created}T00:00:00Z"), image });
    }
    images.sort_by(|a, b| (&b.created_at, &b.id).cmp(&(&a.created_at, &a.id)));
    Ok(images)
}

fn existing(scenario: &Scenario, ids: &mut Ids) -> Result<Vec<Identified<Existing>>, ScenarioError> {
    let mut things = Vec::with_capacity(scenario.existing.len());
    for (index, thing) in scenario.existing.iter().enumerate() {
        let item = format!("existing[{index}]");
        if thing.kind == ExistingKind::Server && scenario.flavors.is_empty() {
            return Err(contradiction(item, "a server needs a flavor, and the cloud has none"));
        }
        let id = ids.long(&item, "existing thing", &thing.name, None)?;
        things.push(Identified { id, it: thing.clone() });
    }
    Ok(things)
}

fn check_catalog(catalog: &Catalog) -> Result<(), ScenarioError> {
    let plain = |name: &&String| {
        name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)) && !name.is_empty()
    };
    if let Some(region) = catalog.extra_regions.iter().find(|region| !plain(region)) {
        let problem = format!("`{region}` would not do in a URL: use letters, digits, `-`, `_` and `.`");
        return Err(contradiction("catalog.extra_regions", problem));
    }
    if catalog.extra_regions.contains(&catalog.region) {
        return Err(contradiction(
            "catalog.extra_regions",
            format!("`{}` is the region already", catalog.region),
        ));
    }
    if let Some(interface) = catalog.unreachable_interfaces.iter().find(|i| !catalog.interfaces.contains(i)) {
        let problem = format!("`{interface}` is not in catalog.interfaces");
        return Err(contradiction("catalog.unreachable_interfaces", problem));
    }
    Ok(())
}

fn check_pages(pages: &Pages) -> Result<(), ScenarioError> {
    let lengths = [
        ("flavors", pages.flavors),
        ("images", pages.images),
        ("images_unasked", pages.images_unasked),
        ("volume_types", pages.volume_types),
        ("servers", pages.servers),
        ("volumes", pages.volumes),
        ("secrets", pages.secrets),
        ("secrets_unasked", pages.secrets_unasked),
        ("network", pages.network.unwrap_or(1)),
    ];
    match lengths.into_iter().find(|(_, length)| *length == 0) {
        Some((name, _)) => Err(contradiction(format!("pages.{name}"), "a page has at least 1 item")),
        None => Ok(()),
    }
}

fn check_kind(kind: &FaultKind) -> Result<(), String> {
    match kind {
        FaultKind::Status { code, .. } if !(200..=599).contains(code) => {
            Err(format!("{code} is not the status of an answer: 200 to 599 are"))
        }
        FaultKind::Redirect { code, .. } if !(300..=399).contains(code) => {
            Err(format!("{code} is not the status of a redirection: 300 to 399 are"))
        }
        FaultKind::DoneThen(end) if end.is_carried_out() => Err(
            "after `done-then` comes a kind of fault that has no right answer of its own, such as `close`"
                .into(),
        ),
        FaultKind::DoneThen(end) => check_kind(end),
        FaultKind::EchoToken(name) if name.parse::<HeaderName>().is_err() => {
            Err(format!("`{name}` is not the name of a header"))
        }
        _ => Ok(()),
    }
}
