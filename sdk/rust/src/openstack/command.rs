/// A command of the OpenStack client for [`crate::Finding::mended_by`]: `openstack` and the words, each quoted where a
/// shell would not take it as it is. Names and ids are the subject's words: pasted into a shell, they must do nothing.
///
/// ```
/// use touchstone_sdk::openstack::command;
/// assert_eq!(command(&["image", "set", "--hidden", "4f1c"]), "openstack image set --hidden 4f1c");
/// assert_eq!(command(&["image", "show", "it's; rm *"]), r"openstack image show 'it'\''s; rm *'");
/// ```
pub fn command(words: &[&str]) -> String {
    let mut line = "openstack".to_owned();
    for word in words {
        line.push(' ');
        if is_plain(word) {
            line.push_str(word);
        } else {
            line.push('\'');
            line.push_str(&word.replace('\'', r"'\''"));
            line.push('\'');
        }
    }
    line
}

fn is_plain(word: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=,@%+".contains(&byte);
    !word.is_empty() && word.bytes().all(plain)
}
