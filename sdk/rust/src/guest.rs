//! The host as a component sees it: the imports of `touchstone:check`, in the types of this crate.
//!
//! Every method calls its import directly, so that the linker drops what a check does not use, and its list of
//! imports stays its list of capabilities.

#![allow(missing_docs)]

use crate::openstack::{
    CallError, Created, Creation, Endpoint, ErrorKind, Identity, Method, Request, Response, Service,
};
use crate::{Check, Context, Finding, LogLevel, Resource, Severity, Verdict};

pub mod bindings {
    #![allow(missing_docs, unsafe_code, unreachable_pub, clippy::all)]
    wit_bindgen::generate!({
        path: "../../wit",
        world: "openstack-check",
        pub_export_macro: true,
        export_macro_name: "export_component",
        default_bindings_module: "touchstone_sdk::host::bindings",
        runtime_path: "::touchstone_sdk::host::rt",
    });
}

pub use bindings::export_component as export;
pub use bindings::exports::touchstone::check::check::{Descriptor, Guest};
pub use wit_bindgen::rt;

use bindings::exports::touchstone::check::check as exported;
use bindings::touchstone::check::{assets, context, evidence, findings, openstack, probe, types};

/// The descriptor of a check, in the words of the contract.
pub fn describe(check: &Check) -> Descriptor {
    Descriptor {
        id: check.id.into(),
        version: check.version.into(),
        title: check.title.into(),
        url: check.url.into(),
        testcases: check
            .testcases
            .iter()
            .map(|t| exported::Testcase { id: t.id.into(), title: t.title.into() })
            .collect(),
        grants: check.grants.iter().map(|&grant| grant.into()).collect(),
        parameters: check
            .parameters
            .iter()
            .map(|p| exported::Parameter {
                name: p.name.into(),
                description: p.description.into(),
                required: p.required,
            })
            .collect(),
        assets: check
            .assets
            .iter()
            .map(|a| exported::Asset {
                name: a.name.into(),
                description: a.description.into(),
                required: a.required,
            })
            .collect(),
    }
}

/// Runs a check.
pub fn run(check: &Check) -> Result<(), String> {
    (check.run)(&mut Context::new(Host)).map_err(|error| error.to_string())
}

#[derive(Debug)]
pub(crate) struct Host;

impl Host {
    pub(crate) fn outcome(&mut self, testcase: &str, verdict: Verdict, reason: &str) {
        let verdict = match verdict {
            Verdict::Pass => types::Verdict::Pass,
            Verdict::Fail => types::Verdict::Fail,
            Verdict::Dnf => types::Verdict::Dnf,
        };
        findings::outcome(testcase, verdict, reason);
    }

    pub(crate) fn finding(&mut self, testcase: &str, finding: &Finding) {
        let severity = match finding.severity {
            Severity::Info => types::Severity::Info,
            Severity::Warning => types::Severity::Warning,
            Severity::Error => types::Severity::Error,
        };
        let resource = finding.resource.as_ref().map(|r: &Resource| types::ResourceRef {
            service: r.service.clone(),
            kind: r.kind.clone(),
            id: r.id.clone(),
            name: r.name.clone(),
        });
        findings::add(
            testcase,
            &types::Finding {
                severity,
                message: finding.full_message(),
                resource,
                requirement: finding.requirement.clone(),
            },
        );
    }

    pub(crate) fn log(&self, level: LogLevel, message: &str) {
        let level = match level {
            LogLevel::Debug => findings::LogLevel::Debug,
            LogLevel::Info => findings::LogLevel::Info,
            LogLevel::Warning => findings::LogLevel::Warning,
        };
        findings::log(level, message);
    }

    pub(crate) fn call(&mut self, request: &Request) -> Result<Response, CallError> {
        openstack::call(&lowered(request)).map(response).map_err(call_error)
    }

    pub(crate) fn call_all(&mut self, requests: &[Request]) -> Vec<Result<Response, CallError>> {
        let requests: Vec<_> = requests.iter().map(lowered).collect();
        openstack::call_all(&requests).into_iter().map(|r| r.map(response).map_err(call_error)).collect()
    }

    pub(crate) fn create(&mut self, creation: &Creation) -> Result<Created, CallError> {
        let creation = openstack::Creation {
            request: lowered(&creation.request),
            id_pointer: creation.id_pointer.clone(),
            undo: lowered(&creation.undo),
        };
        openstack::create(&creation)
            .map(|created| Created { id: created.id, response: response(created.response) })
            .map_err(call_error)
    }

    pub(crate) fn catalog(&self) -> Vec<Service> {
        let endpoint =
            |e: openstack::Endpoint| Endpoint { interface: e.interface, region: e.region, url: e.url };
        openstack::catalog()
            .into_iter()
            .map(|s| Service {
                service_type: s.service_type,
                name: s.name,
                endpoints: s.endpoints.into_iter().map(endpoint).collect(),
            })
            .collect()
    }

    pub(crate) fn identity(&self) -> Identity {
        let i = openstack::identity();
        Identity {
            user_id: i.user_id,
            user_name: i.user_name,
            project_id: i.project_id,
            project_name: i.project_name,
            domain_name: i.domain_name,
            roles: i.roles,
            region: i.region,
        }
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        context::parameter(name)
    }

    pub(crate) fn testcases(&self) -> Vec<String> {
        context::testcases()
    }

    pub(crate) fn reference_time(&self) -> i64 {
        context::reference_time()
    }

    pub(crate) fn prefix(&self) -> String {
        context::prefix()
    }

    pub(crate) fn pause(&mut self, milliseconds: u32) {
        context::pause(milliseconds);
    }

    pub(crate) fn asset(&self, name: &str) -> Option<Vec<u8>> {
        assets::read(name).ok()
    }

    pub(crate) fn evidence(&self, name: &str) -> Option<Vec<u8>> {
        evidence::read(name)
    }

    pub(crate) fn probe(&mut self, service: &str, path: &str) -> Result<Response, CallError> {
        let target = probe::Target { service: service.into(), path: path.into() };
        probe::get(&target).map(response).map_err(call_error)
    }
}

fn lowered(request: &Request) -> openstack::Request {
    openstack::Request {
        service: request.service.clone(),
        method: match request.method {
            Method::Get => openstack::Method::Get,
            Method::Head => openstack::Method::Head,
            Method::Post => openstack::Method::Post,
            Method::Put => openstack::Method::Put,
            Method::Patch => openstack::Method::Patch,
            Method::Delete => openstack::Method::Delete,
        },
        path: request.path.clone(),
        query: request.query.clone(),
        microversion: request.microversion.clone(),
        headers: request
            .headers
            .iter()
            .map(|(name, value)| openstack::Header { name: name.clone(), value: value.clone() })
            .collect(),
        body: request.body.clone(),
    }
}

fn response(response: openstack::Response) -> Response {
    Response {
        status: response.status,
        headers: response.headers.into_iter().map(|h| (h.name, h.value)).collect(),
        body: response.body,
    }
}

fn call_error(error: openstack::CallError) -> CallError {
    use openstack::ErrorKind as Lifted;
    let kind = match error.kind {
        Lifted::Denied => ErrorKind::Denied,
        Lifted::InvalidRequest => ErrorKind::InvalidRequest,
        Lifted::NoSuchService => ErrorKind::NoSuchService,
        Lifted::Unreachable => ErrorKind::Unreachable,
        Lifted::TimedOut => ErrorKind::TimedOut,
        Lifted::TooLarge => ErrorKind::TooLarge,
        Lifted::Exhausted => ErrorKind::Exhausted,
        Lifted::Cancelled => ErrorKind::Cancelled,
        Lifted::NotOnTape => ErrorKind::NotOnTape,
    };
    CallError { kind, message: error.message }
}
