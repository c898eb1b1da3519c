//! Lines of a given width, measured as a terminal shows them.

use unicode_width::UnicodeWidthStr as _;

/// Words up to this width are never broken, even where they stick out: ids, UUIDs and most URLs.
const LONGEST_WHOLE_WORD: usize = 80;

/// How many columns `text` takes.
pub(crate) fn width_of(text: &str) -> usize {
    text.width()
}

/// `text`, filled with spaces on the right up to `width` columns.
pub(crate) fn left(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(width_of(text))))
}

/// `text`, filled with spaces on the left up to `width` columns.
pub(crate) fn right(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(width_of(text))))
}

/// Lines of at most `width` columns, broken between words; at least one, which may be empty. On the first line,
/// `taken` columns are not free.
///
/// Spaces in a row are kept within a line: they may be part of a name. So are those before the text, up to half a line:
/// they may put a mark below the right letter. A word that is wider than a line is broken
/// only if it is wider than 80 columns, too.
pub(crate) fn wrap(text: &str, width: usize, taken: usize) -> Vec<String> {
    let width = width.max(1);
    let before = (text.len() - text.trim_start_matches(' ').len()).min(width / 2);
    let text = text.trim_start_matches(' ');
    let mut lines = vec![" ".repeat(before)];
    let mut used = taken + before;
    for word in text.split(' ') {
        let at_start = lines.last().is_none_or(|line| line.trim_start().is_empty());
        if at_start && word.is_empty() {
            continue;
        }
        let columns = width_of(word);
        if !at_start && used + 1 + columns > width {
            start_line(&mut lines, &mut used);
        } else if !at_start {
            push(&mut lines, " ");
            used += 1;
        }
        if columns <= LONGEST_WHOLE_WORD.max(width) {
            push(&mut lines, word);
            used += columns;
            continue;
        }
        for c in word.chars() {
            let mut bytes = [0; 4];
            let c = c.encode_utf8(&mut bytes);
            if used > 0 && used + width_of(c) > width {
                start_line(&mut lines, &mut used);
            }
            push(&mut lines, c);
            used += width_of(c);
        }
    }
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    lines
}

fn start_line(lines: &mut Vec<String>, used: &mut usize) {
    lines.push(String::new());
    *used = 0;
}

fn push(lines: &mut [String], text: &str) {
    if let Some(line) = lines.last_mut() {
        line.push_str(text);
    }
}

/// `items` in as many columns as fit into `width`, row by row; an item is never broken.
pub(crate) fn columns(items: &[String], width: usize) -> Vec<String> {
    const GAP: usize = 2;
    let widest = items.iter().map(|item| width_of(item)).max().unwrap_or(0);
    let per_row = ((width + GAP) / (widest + GAP)).max(1);
    let row = |row: &[String]| {
        let cells: Vec<String> = row.iter().map(|item| left(item, widest + GAP)).collect();
        cells.concat().trim_end().to_owned()
    };
    items.chunks(per_row).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_between_words() {
        assert_eq!(wrap("one two  three", 7, 0), ["one two", "three"]);
        assert_eq!(wrap("", 7, 0), [""]);
        assert_eq!(wrap("one", 0, 0), ["one"]);
        assert_eq!(wrap("a  b   c", 4, 0), ["a  b", "c"]);
        assert_eq!(wrap("    ^ here", 20, 0), ["    ^ here"]);
        assert_eq!(wrap("          ^", 10, 0), ["     ^"]);
        assert_eq!(wrap("   ", 10, 0), [""]);
        assert_eq!(wrap("one two", 7, 1), ["one", "two"]);
    }

    #[test]
    fn measures_what_is_shown() {
        assert_eq!(wrap("中文 中文", 8, 0), ["中文", "中文"]);
        assert_eq!(wrap("中文 中文", 9, 0), ["中文 中文"]);
        assert_eq!(wrap("e\u{301}e\u{301} ee", 5, 0), ["e\u{301}e\u{301} ee"]);
        assert_eq!(left("中", 4), "中  ");
        assert_eq!(right("12", 4), "  12");
    }

    #[test]
    fn ids_are_never_broken_but_walls_of_text_are() {
        let id = "3f8b5a52-8d7c-4b3e-9a4e-2f4d7f0b8a11";
        assert_eq!(wrap(&format!("see {id} there"), 20, 0), ["see", id, "there"]);
        let wall = "x".repeat(200);
        let lines = wrap(&format!("see {wall}"), 20, 0);
        assert!(lines.iter().all(|line| width_of(line) <= 20), "{lines:?}");
        assert_eq!(lines.concat().matches('x').count(), 200);
    }

    #[test]
    fn columns_use_the_width() {
        let items: Vec<String> = ["aa", "b", "cc", "d"].map(str::to_owned).into();
        assert_eq!(columns(&items, 6), ["aa  b", "cc  d"]);
        assert_eq!(columns(&items, 1), ["aa", "b", "cc", "d"]);
        assert_eq!(columns(&[], 6), Vec::<String>::new());
    }
}
