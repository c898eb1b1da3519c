use unicode_width::UnicodeWidthStr as _;

use super::*;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A night as it goes: each second, subjects begin while there is room, and end as their number says.
fn night(total: usize, at_once: usize, until: u64, plain: bool) -> Board {
    let mut board = Board::new(total, plain);
    let (mut next, mut running) = (0, Vec::new());
    for now in 0..=until {
        running.retain(|(subject, ends): &(usize, u64)| {
            if *ends == now {
                let (verdict, why) = match subject % 50 {
                    7 => (
                        "FAIL",
                        "SCS-compatible IaaS v5.1: 3 testcases fail, scs-0103-standard-flavors first",
                    ),
                    9 => ("DNF", "the cloud does not answer"),
                    _ => ("PASS", ""),
                };
                board.done(seconds(now), &name(*subject), verdict, why);
            } else if ends - now < 42 {
                board.judged(&name(*subject));
            }
            *ends != now
        });
        while running.len() < at_once && next < total {
            board.started(seconds(now), &name(next));
            board.testcases(&name(next), 42);
            board.doing(&name(next), ["scs-0103-standard-flavors", "entropy-check", "logging in"][next % 3]);
            if next % 25 == 11 {
                board.retried(&name(next), 2, "the connection was reset");
            }
            running.push((next, now + 20 + (next as u64 * 7) % 31));
            next += 1;
        }
    }
    board
}

fn name(subject: usize) -> String {
    let kind = ["gx-scs", "regio-a", "wavestack-with-a-very-long-name-indeed", "Größe"][subject % 4];
    format!("{kind}-{subject}")
}

fn drawn(board: &mut Board, now: u64, width: usize) -> String {
    let said = board.take_said();
    let lines = board.lines(seconds(now), width);
    assert!(lines.len() <= 9, "{lines:#?}");
    for line in &lines {
        assert!(line.width() <= width, "{width}: {line}");
    }
    format!("{}\n{}\n{}\n", said.join("\n"), "=".repeat(width), lines.join("\n"))
}

#[test]
fn three_subjects() {
    let mut board = night(3, 4, 15, false);
    board.retried("gx-scs-0", 2, "the token expired");
    insta::assert_snapshot!("3_80", drawn(&mut board.clone(), 15, 80));
    insta::assert_snapshot!("3_40", drawn(&mut board, 15, 40));
    let mut over = night(3, 4, 60, false);
    assert!(over.is_over());
    insta::assert_snapshot!("3_over", drawn(&mut over, 60, 80));
}

#[test]
fn a_hundred_subjects() {
    let mut board = night(100, 12, 120, false);
    insta::assert_snapshot!("100_80", drawn(&mut board.clone(), 120, 80));
    insta::assert_snapshot!("100_40", drawn(&mut board, 120, 40));
}

#[test]
fn a_thousand_subjects() {
    let mut board = night(1000, 64, 290, false);
    insta::assert_snapshot!("1000_80", drawn(&mut board.clone(), 290, 80));
    insta::assert_snapshot!("1000_40", drawn(&mut board, 290, 40));
}

#[test]
fn plain_is_a_line_for_each_subject_and_a_summary_each_minute() {
    let mut board = Board::new(3, true);
    let mut told = Vec::new();
    for now in 0..200 {
        for (subject, begins, ends, verdict) in
            [("a", 0, 10, "PASS"), ("b", 5, 130, "FAIL"), ("c", 9, 199, "DNF")]
        {
            if now == begins {
                board.started(seconds(now), subject);
            }
            if now == ends {
                board.done(
                    seconds(now),
                    subject,
                    verdict,
                    if verdict == "FAIL" { "2 testcases fail" } else { "" },
                );
            }
        }
        told.extend(board.take_plain(seconds(now)));
    }
    let expected = [
        "PASS  a (0:10)",
        "1/3 done  2 running  1:00",
        "1/3 done  2 running  2:00",
        "FAIL  b (2:05): 2 testcases fail",
        "2/3 done  1 FAIL  1 running  3:00",
        "DNF   c (3:10)",
    ];
    assert_eq!(told, expected);
}

#[test]
fn what_is_said_is_said_once_and_never_without_bound() {
    let mut board = Board::new(5000, false);
    for n in 0..3000 {
        board.done(seconds(1), &format!("s{n}"), "FAIL", "");
    }
    let said = board.take_said();
    assert_eq!(said.len(), MAX_WAITING_LINES + 1);
    assert_eq!(said.last().unwrap(), "… and 2000 more");
    assert_eq!(board.take_said(), [""; 0]);
    board.done(seconds(1), "x", "PASS", "fine");
    assert_eq!(board.take_said(), [""; 0], "what passes is not told one by one");
}

#[test]
fn nothing_of_others_reaches_the_terminal_as_it_is() {
    let mut board = Board::new(2, false);
    let evil = "a\x1b[2J\r\nb\u{202e}";
    board.started(seconds(0), evil);
    board.doing(evil, evil);
    let lines = board.lines(seconds(1), 200).join("|");
    board.retried(evil, 2, evil);
    board.note(evil);
    board.done(seconds(2), evil, evil, evil);
    let all = format!("{lines}|{}|{}", board.lines(seconds(3), 200).join("|"), board.take_said().join("|"));
    assert!(!all.chars().any(|c| c.is_control() || c == '\u{202e}'), "{all}");
    assert!(board.running.is_empty(), "it is known by the same name");
}

#[test]
fn the_rest_of_the_night_is_guessed_from_this_process() {
    let mut board = Board::new(110, false);
    board.were_done(50);
    for n in 0..30 {
        board.started(seconds(0), &n.to_string());
        board.done(seconds(60), &n.to_string(), "PASS", "");
    }
    assert_eq!(board.summary(seconds(60), 80), "80/110 done  30 waiting  1:00  60 s to go");
    assert_eq!(board.summary(seconds(60), 20), "80/110 done  1:00");
    assert_eq!(board.summary(seconds(60), 5), "80/1…");
    assert_eq!(Board::new(0, false).lines(seconds(0), 80), ["0/0 done  0:00"]);
    assert_eq!(Board::new(5, false).summary(seconds(4000), 80), "0/5 done  5 waiting  1:06:40");
}
