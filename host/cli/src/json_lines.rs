use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use touchstone_runner::Event;

use crate::terminal;

/// What happens in a run, as JSON on standard output, one object a line, while it happens. Writing has a thread of its own:
/// a slow reader does not hold up checks.
pub(crate) struct JsonLines {
    events: Sender<String>,
    writer: JoinHandle<()>,
}

impl JsonLines {
    pub(crate) fn start() -> Self {
        let (events, lines) = channel::<String>();
        let writer = std::thread::spawn(move || lines.into_iter().for_each(|line| terminal::print(&line)));
        JsonLines { events, writer }
    }

    /// Where events go.
    pub(crate) fn listener(&self) -> impl Fn(Event) + Send + Sync + 'static {
        let events = self.events.clone();
        move |event| {
            let line = serde_json::to_string(&event).expect("events are texts and numbers");
            // The writer ends after the last sender only.
            let _ = events.send(line + "\n");
        }
    }

    /// Waits until all is written.
    pub(crate) fn end(self) {
        drop(self.events);
        // It ends; if it did not do so well, that was said on standard error.
        let _ = self.writer.join();
    }
}
