//! JUnit XML, as it is and as it should not be.

use proptest::prelude::*;

use super::encoder::{case, escaped, suite};
use super::*;

fn with(two: &str) -> (Option<Verdict>, String) {
    verdict(suite(&format!("{}{two}{}", case(ONE, ""), case(THREE, ""))).as_bytes())
}

fn wrong(xml: &str) -> String {
    let (verdict, reason) = verdict(xml.as_bytes());
    assert_eq!(verdict, DNF, "{xml}\n{reason}");
    let prefix = "the evidence `opc` cannot be used: the XML is wrong at ";
    reason.strip_prefix(prefix).unwrap_or_else(|| panic!("{reason}")).to_owned()
}

#[test]
fn what_is_in_a_testcase_says_how_it_ended() {
    for inside in
        ["", "<system-out>x &lt; y</system-out>", "<properties><property name=\"error\"/></properties>"]
    {
        assert_eq!(with(&case(TWO, inside)).0, PASS, "{inside}");
    }
    for (inside, what) in [
        ("<failure/>", "1 failed"),
        ("<failure message=\"no\">text</failure>", "1 failed"),
        ("<error type=\"x\"><![CDATA[<boom>]]></error>", "1 failed"),
        ("<system-out/><error/>", "1 failed"),
        ("<skipped/><failure/>", "1 failed"),
        ("<flakyFailure/>", "1 failed"),
        ("<skipped>why</skipped>", "1 skipped"),
        ("<skipped message=\"why\"/>", "1 skipped"),
    ] {
        assert_eq!(
            with(&case(TWO, inside)),
            (FAIL, format!("of 3 required tests 2 passed, {what}")),
            "{inside}"
        );
    }
    let report = report(
        suite(&format!(
            "{}{}{}",
            case(ONE, "<failure message='m &amp; m'>Traceback\n &lt;&#x41;&gt; != 2 \n\n</failure>"),
            case(TWO, "<skipped message=\"no &quot;quota&quot;\"/>"),
            case(THREE, "<error/>")
        ))
        .as_bytes(),
    );
    assert_eq!(
        violations(&report),
        [
            "tempest.api.a.T.one: failed: <A> != 2",
            "tempest.api.a.T.two: was skipped, which is not a pass: no \"quota\"",
            "tempest.api.b.U.three: failed",
        ]
    );
}

#[test]
fn attributes_may_say_that_a_test_was_not_run() {
    let said =
        |attribute: &str| with(&case(TWO, "").replace("<testcase", &format!("<testcase {attribute}"))).0;
    for passed in ["status=\"run\"", "status=\"passed\" result=\"completed\"", "status=\"PASSED\""] {
        assert_eq!(said(passed), PASS, "{passed}");
    }
    for other in ["status=\"notrun\"", "result=\"suppressed\"", "status=\"failed\"", "status=\"\""] {
        assert_eq!(said(other), FAIL, "{other}");
    }
}

#[test]
fn suites_may_be_nested_and_names_split_anywhere() {
    let (name, class) = ("two[id-2222]", "tempest.api.a.T");
    for xml in [
        format!("<testsuite><testcase name=\"{class}.{name}\"/></testsuite>"),
        format!("<testsuite><testcase name=\"{class}.{name}\" classname=\"\"/></testsuite>"),
        format!("<testsuite><testcase name=\"{name}\" classname=\"{class}\"/></testsuite>"),
        format!(
            "<testsuite><testsuite><testsuite><testcase name='{name}' classname='{class}'></testcase></testsuite></testsuite></testsuite>"
        ),
        format!(
            "\u{feff}\n <?xml version=\"1.0\"?><!DOCTYPE testsuites>\n<!-- x --><n:testsuites xmlns:n='u'><n:testsuite><n:testcase name='{name}' classname='{class}'/></n:testsuite></n:testsuites>\n"
        ),
    ] {
        let xml = xml.replace("\n <?xml", "<?xml");
        let (verdict, reason) = verdict(xml.as_bytes());
        assert_eq!((verdict, reason.as_str()), (FAIL, "of 3 required tests 1 passed, 2 missing"), "{xml}");
    }
    // What is not where testcases are is none.
    let hidden = format!(
        "<testsuite><properties><testcase name=\"{class}.{name}\"/></properties>{}</testsuite>",
        case(ONE, "")
    );
    assert_eq!(verdict(hidden.as_bytes()).1, "of 3 required tests 1 passed, 2 missing");
    let inner = format!("<testsuite>{}</testsuite>", case(ONE, &case(TWO, "<failure/>")));
    assert_eq!(verdict(inner.as_bytes()).1, "of 3 required tests 1 passed, 2 missing");
}

#[test]
fn malformed_xml_is_dnf_and_the_place_is_named() {
    for (xml, expected) in [
        ("<testsuite>\n<testcase name='a'>\n</testsuite>", "line 3, column 1: "),
        ("<testsuite>\n<testcase name='a'/>", "line 2, column 21: it ends within an element"),
        ("<testsuite>\n  <testcase/></testsuite>", "line 2, column 3: a <testcase> without `name`"),
        ("<testsuite><testcase name='a' name='b'/></testsuite>", "line 1, column 12: "),
        ("<testsuite><x y=z/></testsuite>", "line 1, column 12: "),
        ("<testsuite><testcase name='a", "line 1, column "),
        ("<testsuite/><testsuite/>", "line 1, column 13: a second root, <testsuite>"),
        ("<testsuite/>\nmore", "line 1, column 13: text outside of the root"),
        (
            "<html></html>",
            "line 1, column 1: the root of JUnit XML is <testsuites> or <testsuite>, not <html>",
        ),
        ("<testcase name='a'/>", "line 1, column 1: the root of JUnit XML is"),
        ("<!-- nothing -->", "line 1, column 17: it has no element"),
        ("<testsuite>&boom;</testsuite>", "line 1, column 12: the entity `&boom;` is unknown"),
        ("<testsuite name='&boom;'/>", "line 1, column 1: "),
        (
            "<?xml version='1.0' encoding='latin1'?><testsuite/>",
            "line 1, column 1: it is in latin1; only UTF-8 is read",
        ),
    ] {
        let said = wrong(xml);
        assert!(said.starts_with(expected), "{xml}\n{said}");
    }
    let (verdict, reason) = verdict(b"<testsuite>\n\xe4</testsuite>");
    assert_eq!(
        (verdict, reason.ends_with("the XML is not UTF-8 at line 2, column 1")),
        (DNF, true),
        "{reason}"
    );
}

#[test]
fn entities_are_not_expanded() {
    let bomb = "<!DOCTYPE t [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">\
                <!ENTITY x SYSTEM \"file:///etc/passwd\">]>";
    for reference in ["&b;", "&x;"] {
        assert!(wrong(&format!("{bomb}<testsuite>{reference}</testsuite>")).contains("is unknown"));
        wrong(&format!("{bomb}<testsuite><testcase name=\"{reference}\"/></testsuite>"));
    }
    let deep = format!("{}{}", "<testsuite>".repeat(200_000), "</testsuite>".repeat(200_000));
    assert!(wrong(&deep).contains("more than 100 elements within each other"));
}

#[test]
fn a_large_report_is_read() {
    let text = "x &lt; y\n".repeat(20_000);
    let other = case("tempest.api.x.Y.z[id-8]", &format!("<failure>{text}</failure>")).repeat(60);
    let xml = suite(&format!("{other}{}{}{}", case(ONE, ""), case(TWO, ""), case(THREE, "")));
    assert!(xml.len() > 10_000_000);
    assert_eq!(verdict(xml.as_bytes()).0, PASS);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is in names and texts, the outcomes are those that were written.
    #[test]
    fn what_is_written_is_read(
        inside in prop::array::uniform3(prop::sample::select(vec!["", "failure", "error", "skipped"])),
        texts in prop::array::uniform3("[ -~\n\u{a1}-\u{ff}]{0,40}"),
        other in "[ -~\u{a1}-\u{ff}]{1,30}",
    ) {
        let cases = [ONE, TWO, THREE].iter().zip(inside).zip(&texts).map(|((id, tag), text)| match tag {
            "" => case(id, &format!("<system-err>{}</system-err>", escaped(text).replace('>', "&gt;"))),
            tag => case(id, &format!("<{tag} message=\"{0}\">{0}</{tag}>", escaped(text).replace('>', "&gt;"))),
        });
        let xml = suite(&format!("{}{}", cases.collect::<String>(), case(&format!("x{other}"), "")));
        let report = report(xml.as_bytes());
        let bad = inside.iter().filter(|tag| !tag.is_empty()).count();
        prop_assert_eq!(violations(&report).len(), bad);
        prop_assert_eq!(report.verdict(E2E), if bad == 0 { PASS } else { FAIL });
    }

    /// Cut off anywhere, nothing is read.
    #[test]
    fn a_report_that_is_cut_off_is_dnf(at in any::<prop::sample::Index>()) {
        let xml = suite(&format!("{}{}{}", case(ONE, ""), case(TWO, ""), case(THREE, "<failure>x</failure>")));
        let whole = xml.trim_end().len();
        prop_assert_eq!(verdict(&xml.as_bytes()[..at.index(whole)]).0, DNF);
    }

    #[test]
    fn nothing_breaks_the_reader(text in "(<|>|/|&|;|#|\"|'|=| |testsuite|testcase|name|failure|!\\[CDATA\\[|\\]\\]|a|ü|\\?|!--){0,60}") {
        let _ = verdict(format!("<{text}").as_bytes());
        let _ = verdict(format!("<testsuite>{text}</testsuite>").as_bytes());
    }
}
