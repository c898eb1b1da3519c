use std::io;

use indicatif::InMemoryTerm;

use super::*;

/// What was written, for whoever asks later.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Written {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

fn until(is: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !is() {
        assert!(Instant::now() < end, "it takes too long");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_terminal_shows_what_runs_and_keeps_what_failed() {
    let term = InMemoryTerm::new(20, 60);
    let target = ProgressDrawTarget::term_like(Box::new(term.clone()));
    let progress = Progress::start(3, Show::Terminal(target, Box::new(|| 60)));
    progress.tell(|board, now| board.started(now, "gx-scs"));
    progress.tell(|board, now| board.started(now, "regio-a"));
    until(|| term.contents().contains("2 running"));
    let lines = term.contents();
    assert!(lines.lines().any(|line| line.starts_with("  gx-scs ")), "{lines}");
    assert!(lines.lines().any(|line| line.starts_with("0/3 done  2 running  1 waiting  0:")), "{lines}");
    progress.tell(|board, now| board.done(now, "gx-scs", "FAIL", "2 testcases fail"));
    until(|| term.contents().contains("1/3 done"));
    let lines = term.contents();
    assert!(lines.starts_with("FAIL  gx-scs (0:00): 2 testcases fail\n"), "{lines}");
    progress.tell(|board, now| board.done(now, "regio-a", "DNF", "it does not answer"));
    drop(progress);
    let expected = "FAIL  gx-scs (0:00): 2 testcases fail\nDNF   regio-a (0:00): it does not answer";
    assert_eq!(term.contents(), expected, "all else is cleared");
}

#[test]
fn a_pipe_gets_lines_without_control_characters() {
    let written = Written::default();
    let progress = Progress::start(2, Show::Lines(Box::new(written.clone())));
    progress.tell(|board, now| board.started(now, "a"));
    progress.tell(|board, now| board.done(now, "a", "PASS", ""));
    until(|| written.text() == "PASS  a (0:00)\n");
    progress.tell(|board, now| board.done(now, "b\x1b[2J", "FAIL", ""));
    drop(progress);
    assert_eq!(
        written.text(),
        "PASS  a (0:00)\nFAIL  b\\u{1b}[2J (0:00)\n",
        "the last is said before it ends"
    );
}

#[test]
fn nowhere_is_nowhere() {
    let progress = Progress::start(1, Show::Nowhere);
    progress.tell(|board, now| board.done(now, "a", "FAIL", ""));
    let mut said = Vec::new();
    progress.tell(|board, _| said = board.take_said());
    assert_eq!(said.len(), 1, "nobody took it");
}
