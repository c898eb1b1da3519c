use serde_saphyr::Location;

/// A stretch of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte, counted from 0.
    pub offset: usize,
    /// Length in bytes; 0 for a place between characters.
    pub len: usize,
    /// Line, counted from 1.
    pub line: u32,
    /// Column in characters, counted from 1.
    pub column: u32,
}

impl From<Location> for Span {
    fn from(location: Location) -> Span {
        let span = location.span();
        let byte = |number: Option<u64>| number.and_then(|number| usize::try_from(number).ok()).unwrap_or(0);
        let narrow = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        Span {
            offset: byte(span.byte_offset()),
            len: byte(span.byte_len()),
            line: narrow(location.line()),
            column: narrow(location.column()),
        }
    }
}

/// A place as the library says it, which may be without an offset or beyond the end of the text.
pub fn span_of(text: &str, location: Location) -> Span {
    let span = Span::from(location);
    if location.span().byte_offset().is_some() && text.get(span.offset..span.offset + span.len).is_some() {
        return Span { line: span.line.max(1), column: span.column.max(1), ..span };
    }
    let lines_before = usize::try_from(span.line).unwrap_or(0).saturating_sub(1);
    let line_start: usize = text.split_inclusive('\n').take(lines_before).map(str::len).sum();
    let columns_before = usize::try_from(span.column).unwrap_or(0).saturating_sub(1);
    let inside = text[line_start..].char_indices().nth(columns_before);
    span_at(text, line_start + inside.map_or(text.len() - line_start, |(at, _)| at), 0)
}

/// The place of a byte that stands at the beginning of a character, or of the end of the text.
pub fn span_at(text: &str, offset: usize, len: usize) -> Span {
    let before = &text[..offset];
    let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let column = before.rsplit('\n').next().map_or(0, |rest| rest.chars().count()) + 1;
    Span { offset, len, line: narrow(before.matches('\n').count() + 1), column: narrow(column) }
}
