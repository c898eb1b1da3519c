//! The bodies of responses.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use futures::stream::{self, Stream};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;

/// Any body.
pub(super) type Body = UnsyncBoxBody<Bytes, Infallible>;

/// How much of an endless or huge body is written at a time.
const CHUNK: &[u8] = &[b' '; 64 << 10];

/// One piece.
pub(super) fn full(bytes: Bytes) -> Body {
    Full::new(bytes).boxed_unsync()
}

/// Blanks without end.
pub(super) fn endless() -> Body {
    streamed(stream::repeat(Bytes::from_static(CHUNK)))
}

/// This many bytes of blanks.
pub(super) fn blanks(length: u64) -> Body {
    streamed(stream::unfold(length, |left| async move {
        let size = left.min(CHUNK.len() as u64);
        let chunk = CHUNK.get(..usize::try_from(size).ok()?)?;
        (size > 0).then(|| (Bytes::from_static(chunk), left - size))
    }))
}

/// 16 bytes at a time with a pause before each but the first.
pub(super) fn trickle(bytes: Bytes, pause: Duration) -> Body {
    let length = bytes.len();
    streamed(stream::unfold(bytes, move |mut left| async move {
        if left.is_empty() {
            return None;
        }
        if left.len() < length {
            tokio::time::sleep(pause).await;
        }
        let piece = left.split_to(left.len().min(16));
        Some((piece, left))
    }))
}

fn streamed(pieces: impl Stream<Item = Bytes> + Send + 'static) -> Body {
    use futures::StreamExt;
    StreamBody::new(pieces.map(|piece| Ok(Frame::data(piece)))).boxed_unsync()
}
