//! The list of aspects at the beginning of a description: `[scs:encrypted, replicated] For what matters.`

/// With what a list begins.
const OPENING: &str = "[scs:";

/// What a description says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reading<'a> {
    /// There is no list.
    None,
    /// There is none at the beginning, but this looks as if it was meant to be one.
    Meant(&'a str),
    /// A list begins, and does not end as one.
    Broken(&'static str),
    /// A list.
    List(Aspects<'a>),
}

/// A list of aspects, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Aspects<'a> {
    /// The aspects, without the space around them.
    pub(crate) names: Vec<&'a str>,
    /// Whether it is written as the standard's template has it: a comma and a space between aspects, none elsewhere.
    pub(crate) is_spaced_well: bool,
    /// What follows.
    pub(crate) rest: &'a str,
}

impl<'a> Reading<'a> {
    /// Reads a description.
    pub(crate) fn of(description: &'a str) -> Self {
        let Some(after) = description.strip_prefix(OPENING) else { return meant(description) };
        match after.find(['[', ']']) {
            None => Reading::Broken("is not closed by `]`"),
            Some(end) if after[end..].starts_with('[') => Reading::Broken("has a bracket in it"),
            Some(end) => Reading::List(Aspects::parse(&after[..end], &after[end + 1..])),
        }
    }
}

impl<'a> Aspects<'a> {
    fn parse(list: &'a str, rest: &'a str) -> Self {
        if list.is_empty() {
            return Aspects { names: Vec::new(), is_spaced_well: true, rest };
        }
        let names: Vec<&str> = list.split(',').map(|name| name.trim_matches(is_space)).collect();
        Aspects { is_spaced_well: names.join(", ") == list, names, rest }
    }

    /// Whether the aspects are in alphabetical order, be it with upper case before lower case, or with both alike.
    pub(crate) fn are_sorted(&self) -> bool {
        self.names.is_sorted() || self.names.iter().map(|name| name.to_lowercase()).is_sorted()
    }

    /// The aspects that are there more than once, each once.
    pub(crate) fn repeated(&self) -> Vec<&'a str> {
        let mut sorted = self.names.clone();
        sorted.sort_unstable();
        let mut repeated: Vec<&str> =
            sorted.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
        repeated.dedup();
        repeated
    }

    /// The aspects as they should be: all of them that have a name, sorted, each once.
    pub(crate) fn corrected(&self) -> Vec<&'a str> {
        let mut names: Vec<&str> = self.names.iter().copied().filter(|name| !name.is_empty()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// The list as the standard's template has it, in front of the rest of a description.
pub(crate) fn written(names: &[&str], rest: &str) -> String {
    format!("{OPENING}{}]{rest}", names.join(", "))
}

/// White space, as the suite has it too: with the separators of ASCII.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

/// A list in another spelling, or not at the beginning: programs that follow the standard do not find it.
fn meant(description: &str) -> Reading<'_> {
    let Some(start) = description.find('[') else { return Reading::None };
    let end = description[start..].find(']').map_or(description.len(), |end| start + end + 1);
    let candidate = &description[start..end];
    let inside = candidate[1..].trim_start().to_ascii_lowercase();
    let is_one = inside.strip_prefix("scs").is_some_and(|after| after.trim_start().starts_with(':'));
    if is_one { Reading::Meant(candidate) } else { Reading::None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(description: &str) -> Vec<&str> {
        match Reading::of(description) {
            Reading::List(aspects) => aspects.names,
            other => panic!("{description}: {other:?}"),
        }
    }

    #[test]
    fn a_list_is_read_as_it_is_written() {
        assert_eq!(names("[scs:encrypted] LUKS"), ["encrypted"]);
        assert_eq!(names("[scs:encrypted, replicated]"), ["encrypted", "replicated"]);
        assert_eq!(names("[scs: b,a ,\ta,]x]"), ["b", "a", "a", ""]);
        assert_eq!(names("[scs:]"), [""; 0]);
        assert_eq!(names("[scs: ]"), [""]);
        assert_eq!(names("[scs:\x1fa\u{a0},\u{2003}b\n]"), ["a", "b"]);
        let Reading::List(aspects) = Reading::of("[scs:b,a] and [more]") else { panic!("a list") };
        assert_eq!(aspects.rest, " and [more]");
    }

    #[test]
    fn what_does_not_begin_with_a_list_has_none() {
        for description in ["", "fast", "scs:encrypted", "[fast] x", "[encrypted]", "[scsi: x]", "x]", "["] {
            assert_eq!(Reading::of(description), Reading::None, "{description}");
        }
        for (description, meant) in [
            (" [scs:encrypted]", "[scs:encrypted]"),
            ("LUKS [scs:encrypted] x", "[scs:encrypted]"),
            ("[SCS:encrypted]", "[SCS:encrypted]"),
            ("[ scs :encrypted", "[ scs :encrypted"),
            ("ä [Scs:ü", "[Scs:ü"),
        ] {
            assert_eq!(Reading::of(description), Reading::Meant(meant), "{description}");
        }
        for description in ["[scs:encrypted", "[scs:", "[scs:a[b]]", "[scs:[a]]"] {
            assert!(matches!(Reading::of(description), Reading::Broken(_)), "{description}");
        }
    }

    #[test]
    fn order_repetition_and_spacing_are_told() {
        let aspects = |description: &'static str| match Reading::of(description) {
            Reading::List(aspects) => aspects,
            other => panic!("{description}: {other:?}"),
        };
        assert!(aspects("[scs:encrypted, replicated]").are_sorted());
        assert!(aspects("[scs:encrypted, encrypted]").are_sorted());
        assert!(aspects("[scs:a, B, c]").are_sorted() && aspects("[scs:B, a, c]").are_sorted());
        assert!(!aspects("[scs:replicated, encrypted]").are_sorted());
        assert_eq!(aspects("[scs:b, a, b, a, b, c]").repeated(), ["a", "b"]);
        assert_eq!(aspects("[scs:b, , a, b]").corrected(), ["a", "b"]);
        assert!(aspects("[scs:a, b]").is_spaced_well && aspects("[scs:]").is_spaced_well);
        for description in ["[scs:a,b]", "[scs: a]", "[scs:a ]", "[scs:a,  b]"] {
            assert!(!aspects(description).is_spaced_well, "{description}");
        }
    }
}
