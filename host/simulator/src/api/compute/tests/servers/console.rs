use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{CLOUD, boot, console};
use crate::testing::Client;

async fn printed(client: &Client, id: &str) -> String {
    console(client, id, json!({})).await.outcome("/output").1
}

/// As the check of SCS-0101 writes it.
fn user_data() -> String {
    let mark = |command: &str, section: &str| {
        format!("  - >-\n    {command} 2>&1 | awk '$0=\"_touchstone-{section}: \"$0'\n")
    };
    let sections = mark("cat /proc/sys/kernel/random/entropy_avail", "entropy-avail")
        + &mark("cat /dev/random | rngtest -c 1000", "fips-test")
        + &mark("whoami", "odd");
    STANDARD.encode(format!("#cloud-config\nruncmd:\n{sections}  - echo '_touchstone-end'\n"))
}

#[tokio::test]
async fn the_console_shows_what_the_user_data_prints() {
    let outputs = "console: {outputs: {odd: [root, '']}}\n";
    let client = Client::yaml(&format!("{CLOUD}{outputs}")).await;
    let id = boot(&client, json!({"user_data": user_data()})).await;
    let output = printed(&client, &id).await;
    let marked = |section: &str| -> Vec<&str> {
        let marker = format!("_touchstone-{section}: ");
        output.lines().filter_map(|line| Some(line.split_once(&marker)?.1)).collect()
    };
    assert_eq!((marked("entropy-avail"), marked("odd")), (vec!["256"], vec!["root", ""]));
    assert!(marked("fips-test").contains(&"rngtest: FIPS 140-2 failures: 1"), "{output}");
    assert!(marked("rngd").is_empty());
    assert_eq!(output.matches("_touchstone-end").count(), 1);
    assert!(output.lines().all(|line| line.starts_with('[')), "{output}");
    let tail = console(&client, &id, json!({"length": "2"})).await.outcome("/output").1;
    assert!(tail.lines().count() == 2 && tail.contains("_touchstone-end"), "{tail}");
    assert_eq!(console(&client, &id, json!({"length": -1})).await.outcome("/output").1, output);
    for wrong in [json!({"length": -2}), json!({"length": "x"}), json!(null)] {
        assert_eq!(console(&client, &id, wrong).await.status, 400);
    }
    let other = boot(&client, json!({"name": "t"})).await;
    assert!(!printed(&client, &other).await.contains("_touchstone"));
}

#[tokio::test]
async fn the_console_may_be_late_silent_or_odd() {
    let wanted = json!({"user_data": user_data()});
    let late = Client::yaml(&format!("{CLOUD}timing: {{console: 1h}}\n")).await;
    let id = boot(&late, wanted.clone()).await;
    let early = printed(&late, &id).await;
    assert!(early.contains("cloud-init") && !early.contains("_touchstone"), "{early}");
    let soon = Client::yaml(&format!("{CLOUD}timing: {{console: 50ms}}\n")).await;
    let id = boot(&soon, wanted.clone()).await;
    let start = Instant::now();
    while !printed(&soon, &id).await.contains("_touchstone-end") {
        assert!(start.elapsed().as_secs() < 20);
    }
    assert!(start.elapsed() >= Duration::from_millis(30), "{:?}", start.elapsed());
    let silent = Client::yaml(&format!("{CLOUD}console: {{silent: true}}\n")).await;
    let id = boot(&silent, wanted.clone()).await;
    assert_eq!(printed(&silent, &id).await, "");
    let odd = Client::yaml(&format!("{CLOUD}console: {{lines: [a, b]}}\n")).await;
    let id = boot(&odd, wanted).await;
    assert_eq!(printed(&odd, &id).await, "a\nb\n");
}
