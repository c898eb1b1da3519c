//! Whether a standard image is there, and comes from where it should.

use touchstone_sdk::Testee;
use touchstone_sdk::openstack::command;

use crate::image::Image;
use crate::spec::Spec;

const SINGLE: &str = "scs-0104-v1, \"Image specification, single image\"";
const CLASS: &str = "scs-0104-v1, \"Image specification, class of images\"";
/// How many images of each testcase are shown.
const SHOWN: usize = 20;

/// Every public image of that name comes from one of the sources.
pub(crate) fn source(spec: &Spec, images: &[Image], t: &mut Testee) {
    let meant: Vec<&Image> = named(spec, images).filter(|image| image.is_public()).collect();
    let wrong: Vec<&Image> =
        meant.iter().copied().filter(|image| !comes_from(image, &spec.sources)).collect();
    for image in wrong.iter().take(SHOWN) {
        let is = match image.image_source.as_deref() {
            Some(source) => format!("is {}", quoted(source)),
            None => "is not set".to_owned(),
        };
        let message = format!(
            "`image_source` {is}, should begin with {}; if it comes from elsewhere, replace it",
            one_of(&spec.sources)
        );
        t.violation(message)
            .about(*image)
            .required_by(section(spec))
            .mended_by(image.set(&["--property", &example_source(spec)]));
    }
    if wrong.len() > SHOWN {
        t.violation(format!("and {} more images", wrong.len() - SHOWN)).required_by(section(spec));
    }
    match (wrong.as_slice(), meant.len()) {
        ([], 0) => t.summarize(format!("there is no public image {}", spec.of_what_name())),
        ([], _) => {}
        ([image], _) => {
            let from = image.image_source.as_deref().map_or("`image_source` is not set".into(), quoted);
            t.summarize(format!("image {} comes from elsewhere: {from}", name(image)));
        }
        (wrong, all) => t.summarize(format!(
            "{} of {all} public images {} come from elsewhere",
            wrong.len(),
            spec.of_what_name()
        )),
    }
}

/// There is a public image of that name that users can find and boot from.
pub(crate) fn presence(spec: &Spec, images: &[Image], t: &mut Testee) {
    let is_there = |image: &&Image| image.is_public() && image.is_active() && !image.is_hidden();
    if let Some(image) = named(spec, images).find(is_there) {
        if image.name.as_deref() != Some(&spec.name) {
            t.summarize(format!("it is image {}", name(image)));
        }
        return;
    }
    let missing = format!("there is no public image {}", spec.of_what_name());
    // The nearest to what is asked for: what is missing least comes last.
    let nearly = named(spec, images).max_by_key(|image| (image.is_public(), image.is_active()));
    let (hint, remedy) = match nearly.map(|image| (image, &*image.status)) {
        None => (String::new(), added(spec)),
        Some((image, _)) if !image.is_public() => {
            (format!("; image {} is {}", image.id, quoted(&image.visibility)), image.set(&["--public"]))
        }
        Some((image, "deactivated")) => {
            (format!("; image {} is deactivated", image.id), image.set(&["--activate"]))
        }
        Some((image, status)) if !image.is_active() => {
            (format!("; image {} is {}, not active", image.id, quoted(status)), added(spec))
        }
        Some((image, _)) => (format!("; image {} is hidden", image.id), image.set(&["--unhidden"])),
    };
    let finding = t.violation(missing + &hint);
    finding.required_by(section(spec)).mended_by(remedy);
    if let Some(image) = nearly {
        finding.about(image);
    }
}

fn named<'a>(spec: &'a Spec, images: &'a [Image]) -> impl Iterator<Item = &'a Image> {
    images.iter().filter(|image| image.name.as_deref().is_some_and(|name| spec.names(name)))
}

fn comes_from(image: &Image, sources: &[String]) -> bool {
    let said = image.image_source.as_deref().unwrap_or("");
    sources.iter().any(|source| said.starts_with(source.as_str()))
}

fn section(spec: &Spec) -> &'static str {
    if spec.is_class() { CLASS } else { SINGLE }
}

fn added(spec: &Spec) -> String {
    let source = example_source(spec);
    let name = if spec.is_class() { "NAME" } else { spec.name.as_str() };
    command(&["image", "create", "--public", "--file", "FILE", "--property", &source, name])
}

fn example_source(spec: &Spec) -> String {
    format!("image_source={}FILE", spec.sources.first().map_or("", String::as_str))
}

fn name(image: &Image) -> String {
    quoted(image.name.as_deref().unwrap_or(&image.id))
}

/// A text of the subject, as messages show it: in backticks, and not endless.
fn quoted(text: &str) -> String {
    const LONGEST: usize = 120;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}

fn one_of(texts: &[String]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| format!("`{text}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}
