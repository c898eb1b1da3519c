//! Whether an answer is one that a service with S3 gives.

use quick_xml::Reader;
use quick_xml::events::Event;

/// What the error codes of S3 are that someone may get who has not said who he is.
const CODES: &[&str] = &[
    "AccessDenied",
    "AccountProblem",
    "AllAccessDisabled",
    "AuthorizationHeaderMalformed",
    "AuthorizationQueryParametersError",
    "InvalidAccessKeyId",
    "InvalidArgument",
    "InvalidRequest",
    "InvalidURI",
    "MethodNotAllowed",
    "MissingSecurityHeader",
    "NoSuchBucket",
    "NoSuchKey",
    "PermanentRedirect",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "TemporaryRedirect",
];

/// What is in a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Body {
    /// The list of the buckets of someone, as Ceph gives it to anonymous users.
    Buckets,
    /// An error with a code that S3 has.
    Error(String),
    /// An error with a code of which we do not know that S3 has it.
    UnknownError(String),
    /// Something else.
    Other,
}

impl Body {
    /// Reads a body, which may be anything.
    pub(crate) fn read(body: &[u8]) -> Self {
        std::str::from_utf8(body).ok().and_then(document).unwrap_or(Body::Other)
    }
}

/// Nothing if it is not XML, as far as it has to be read.
fn document(text: &str) -> Option<Body> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}').trim_start());
    let mut path: Vec<String> = Vec::new();
    let mut code: Option<String> = None;
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => path.push(tag.local_name().as_ref().to_owned()),
            Event::Empty(tag) if path.is_empty() => return root(tag.local_name().as_ref(), None),
            Event::End(_) => {
                let closed = path.pop()?;
                if path.is_empty() {
                    return root(&closed, code);
                }
            }
            Event::Text(text) if path.iter().map(String::as_str).eq(["Error", "Code"]) => {
                code.get_or_insert_default().push_str(text.xml10_content().trim());
            }
            Event::Eof => return None,
            _ => {}
        }
    }
}

fn root(name: &str, code: Option<String>) -> Option<Body> {
    match (name, code) {
        ("ListAllMyBucketsResult", _) => Some(Body::Buckets),
        ("Error", Some(code)) if CODES.contains(&code.as_str()) => Some(Body::Error(code)),
        ("Error", Some(code)) => Some(Body::UnknownError(code)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_services_with_s3_answer_is_known() {
        // Ceph, to an anonymous GET /.
        let ceph = br#"<?xml version="1.0" encoding="UTF-8"?><ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>anonymous</ID><DisplayName></DisplayName></Owner><Buckets></Buckets></ListAllMyBucketsResult>"#;
        assert_eq!(Body::read(ceph), Body::Buckets);
        // MinIO.
        let minio = br#"<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>AccessDenied</Code><Message>Access Denied.</Message><Resource>/</Resource><RequestId>17</RequestId></Error>"#;
        assert_eq!(Body::read(minio), Body::Error("AccessDenied".into()));
        // Swift's s3api, to one who names an access key.
        let swift = b"<?xml version='1.0' encoding='UTF-8'?>\n<Error><Code>InvalidAccessKeyId</Code><Message>no</Message></Error>";
        assert_eq!(Body::read(swift), Body::Error("InvalidAccessKeyId".into()));
        let namespaced = b"\n<s:Error xmlns:s='x'>\n <s:Code> NoSuchBucket </s:Code>\n</s:Error>\n";
        assert_eq!(Body::read(namespaced), Body::Error("NoSuchBucket".into()));
        assert_eq!(Body::read(b"<ListAllMyBucketsResult/>"), Body::Buckets);
    }

    #[test]
    fn what_others_answer_is_not_taken_for_s3() {
        for body in [
            &b""[..],
            b"<html><h1>Not Found</h1><p>The resource could not be found.</p></html>",
            b"Bad URL",
            b"AccessDenied",
            b"{\"Code\": \"AccessDenied\"}",
            b"<html><body><Error><Code>AccessDenied</Code></Error></body></html>",
            b"<Error>AccessDenied</Error>",
            b"<Error><Message>AccessDenied</Message></Error>",
            b"<Error><Detail><Code>AccessDenied</Code></Detail></Error>",
            b"<Error><Code>AccessDenied</Code>",
            b"<Error><Code>AccessDenied</Wrong></Error>",
            b"<Buckets><ListAllMyBucketsResult/></Buckets>",
            b"\xff<Error><Code>AccessDenied</Code></Error>",
            b"<!-- <Error><Code>AccessDenied</Code></Error> -->",
        ] {
            assert_eq!(Body::read(body), Body::Other, "{}", String::from_utf8_lossy(body));
        }
        let azure = b"<?xml version=\"1.0\"?><Error><Code>InvalidQueryParameterValue</Code></Error>";
        assert_eq!(Body::read(azure), Body::UnknownError("InvalidQueryParameterValue".into()));
    }
}
