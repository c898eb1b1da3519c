//! "Did you mean …?"

/// The one of `known` that `given` was most probably meant to be, if any is near enough.
pub fn closest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase();
    let (distance, word) = known
        .into_iter()
        .map(|word| (strsim::damerau_levenshtein(&given, &word.to_lowercase()), word))
        .min_by_key(|(distance, _)| *distance)?;
    (distance <= 1 + given.chars().count() / 5).then_some(word)
}

/// The question, or else the list of what is known, shortened when it is long.
pub fn suggestion(given: &str, known: &[&str]) -> Option<String> {
    const SHOWN: usize = 12;
    if let Some(word) = closest(given, known.iter().copied()) {
        return Some(format!("did you mean `{word}`?"));
    }
    let quoted: Vec<_> = known.iter().take(SHOWN).map(|word| format!("`{word}`")).collect();
    let more = known.len().saturating_sub(SHOWN);
    match (quoted.is_empty(), more) {
        (true, _) => None,
        (_, 0) => Some(format!("known are {}", quoted.join(", "))),
        (_, more) => Some(format!("known are {}, and {more} more", quoted.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_suggested_and_far_ones_are_not() {
        let known = ["component", "version", "grants"];
        assert_eq!(closest("conponent", known), Some("component"));
        assert_eq!(closest("Versoin", known), Some("version"));
        assert_eq!(closest("grant", known), Some("grants"));
        assert_eq!(closest("limits", known), None);
        assert_eq!(closest("x", []), None);
        assert_eq!(suggestion("zzz", &known).unwrap(), "known are `component`, `version`, `grants`");
        assert_eq!(suggestion("zzz", &[]), None);
    }
}
