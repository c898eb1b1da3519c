//! The board on a terminal, or in lines where there is none.

use std::io::Write;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::board::Board;

/// How often it is drawn, at most.
const TICK: Duration = Duration::from_millis(250);

/// Where progress is shown.
pub enum Show {
    /// On a terminal (`ProgressDrawTarget::stderr()`), which has so many columns when it is asked.
    Terminal(ProgressDrawTarget, Box<dyn Fn() -> usize + Send>),
    /// As lines, for logs and pipes.
    Lines(Box<dyn Write + Send>),
    /// Nowhere.
    Nowhere,
}

/// Progress of a night, shown until this is dropped; what is to be said is said before it ends.
pub struct Progress {
    board: Arc<Mutex<Board>>,
    began: Instant,
    thread: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Begins to show a night over so many subjects. Its own thread draws, four times a second at most.
    pub fn start(subjects: usize, show: Show) -> Progress {
        let board = Arc::new(Mutex::new(Board::new(subjects, matches!(show, Show::Lines(_)))));
        let began = Instant::now();
        let thread = match show {
            Show::Nowhere => None,
            Show::Terminal(target, width) => Some(spawn(Arc::clone(&board), began, terminal(target, width))),
            Show::Lines(out) => Some(spawn(Arc::clone(&board), began, lines(out))),
        };
        Progress { board, began, thread }
    }

    /// Tells the board something; the time is that since the beginning.
    pub fn tell(&self, tell: impl FnOnce(&mut Board, Duration)) {
        tell(&mut self.board.lock().unwrap_or_else(PoisonError::into_inner), self.began.elapsed());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.thread.take() {
            drop(stop);
            // What is shown is of no influence on what is found out.
            let _ = thread.join();
        }
    }
}

/// What is called now and then; the last time, with `true`.
type Draw = Box<dyn FnMut(&Mutex<Board>, Duration, bool) + Send>;

fn spawn(board: Arc<Mutex<Board>>, began: Instant, mut draw: Draw) -> (Sender<()>, JoinHandle<()>) {
    let (stop, stopped) = channel();
    let thread = std::thread::spawn(move || {
        loop {
            let is_over = stopped.recv_timeout(TICK) != Err(RecvTimeoutError::Timeout);
            draw(&board, began.elapsed(), is_over);
            if is_over {
                return;
            }
        }
    });
    (stop, thread)
}

fn terminal(target: ProgressDrawTarget, width: Box<dyn Fn() -> usize + Send>) -> Draw {
    let bar = ProgressBar::with_draw_target(None, target);
    bar.set_style(ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_bar()));
    Box::new(move |board, now, is_over| {
        let width = width();
        // Drawing takes as long as the terminal takes, and nobody is to wait for that.
        let (said, lines) = {
            let mut board = board.lock().unwrap_or_else(PoisonError::into_inner);
            (board.take_said(), board.lines(now, width))
        };
        for line in said {
            bar.println(line);
        }
        if is_over {
            bar.finish_and_clear();
        } else {
            bar.set_message(lines.join("\n"));
            bar.tick();
        }
    })
}

fn lines(mut out: Box<dyn Write + Send>) -> Draw {
    Box::new(move |board, now, _| {
        let new = board.lock().unwrap_or_else(PoisonError::into_inner).take_plain(now);
        if new.is_empty() {
            return;
        }
        // Nobody is left to be told that nobody reads it.
        let _ = out.write_all((new.join("\n") + "\n").as_bytes()).and_then(|()| out.flush());
    })
}

#[cfg(test)]
mod tests;
