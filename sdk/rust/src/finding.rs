/// What a check may say about a testcase. MISS is not among them: it is what the host says when a check said nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The subject meets what the testcase asks for.
    Pass,
    /// The subject does not meet it.
    Fail,
    /// It could not be found out.
    Dnf,
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Discouraged (SHOULD), or suspicious; no influence on the verdict.
    Warning,
    /// A violation (MUST), or the reason why a testcase is DNF.
    Error,
}

/// Something that a check found out, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong, what was expected, what to do: one or two sentences of plain text.
    pub message: String,
    /// The resource concerned.
    pub resource: Option<Resource>,
    /// The paragraph of the standard.
    pub requirement: Option<String>,
    /// The command that mends it.
    pub remedy: Option<String>,
}

impl Finding {
    pub(crate) fn new(severity: Severity, message: impl Into<String>) -> Self {
        Finding { severity, message: message.into(), resource: None, requirement: None, remedy: None }
    }

    /// Names the resource that it is about: a [`Resource`], or one of the types of [`crate::openstack`].
    pub fn about(&mut self, resource: impl Into<Resource>) -> &mut Self {
        self.resource = Some(resource.into());
        self
    }

    /// Gives the command that mends it, which is shown after the message:
    /// `openstack image set --property os_purpose=generic 7d0c…`.
    pub fn mended_by(&mut self, command: impl Into<String>) -> &mut Self {
        self.remedy = Some(command.into());
        self
    }

    /// The message with the command that mends it, as hosts are told.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn full_message(&self) -> String {
        match &self.remedy {
            Some(remedy) => format!("{} To mend it: {remedy}", self.message),
            None => self.message.clone(),
        }
    }

    /// Names the paragraph of the standard that asks for it.
    pub fn required_by(&mut self, requirement: impl Into<String>) -> &mut Self {
        self.requirement = Some(requirement.into());
        self
    }
}

/// A resource of the subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Service type: `compute`, `image`, ….
    pub service: String,
    /// Singular, as the API calls it: `flavor`, `image`, ….
    pub kind: String,
    /// Its id, where it has one.
    pub id: Option<String>,
    /// Its name, where it has one.
    pub name: Option<String>,
}

impl Resource {
    /// A resource that is known by its name only.
    pub fn named(service: &str, kind: &str, name: &str) -> Self {
        Resource { service: service.into(), kind: kind.into(), id: None, name: Some(name.into()) }
    }
}
