//! Pages of lists.

/// The marker of a request names nothing in the list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct UnknownMarker;

/// One page of a list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page<'a, T> {
    pub(super) items: Vec<&'a T>,
    /// The marker for the page after a full one. Like the real services, which do not look whether anything is
    /// left, a full page has a successor, even if that is empty.
    pub(super) next: Option<&'a str>,
}

/// The page after the item with the id `marker` (or the first one), with at most `limit` items.
pub(super) fn page<'a, T>(
    list: impl IntoIterator<Item = &'a T>,
    marker: Option<&str>,
    limit: usize,
    id: impl Fn(&'a T) -> &'a str,
) -> Result<Page<'a, T>, UnknownMarker> {
    let mut rest = list.into_iter();
    if let Some(marker) = marker {
        rest.by_ref().find(|item| id(item) == marker).ok_or(UnknownMarker)?;
    }
    let items: Vec<&T> = rest.take(limit).collect();
    let next = items.last().filter(|_| items.len() == limit).map(|item| id(item));
    Ok(Page { items, next })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_cover_the_list_and_a_full_one_has_a_successor() {
        let list = ["a", "b", "c", "d"];
        let page =
            |marker, limit| page(&list, marker, limit, |item| item).map(|page| (page.items, page.next));
        assert_eq!(page(None, 3), Ok((vec![&"a", &"b", &"c"], Some("c"))));
        assert_eq!(page(Some("c"), 3), Ok((vec![&"d"], None)));
        assert_eq!(page(Some("b"), 2), Ok((vec![&"c", &"d"], Some("d"))));
        assert_eq!(page(Some("d"), 2), Ok((vec![], None)));
        assert_eq!(page(None, 0), Ok((vec![], None)));
        assert_eq!(page(Some("e"), 2), Err(UnknownMarker));
    }
}
