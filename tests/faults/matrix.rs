//! Every sender and every kind of trouble, with and without a fallback queue: the measured table in `docs/faults.md`.

use std::fmt::Write;
use std::fs;

use futures_util::{StreamExt, stream};
use testkit::workspace;

use crate::cell::Cell;
use crate::role::ROLES;
use crate::trouble::Trouble;

const AT_ONCE: usize = 8;

const HEAD: &str = "# What becomes of an event when SQS fails

Measured, not promised: each cell is one request to the function's own binary, through an endpoint that misbehaves in that way, to a real
SQS server (moto), whose queues are read afterwards. In every cell the answer was there within half a second of `ACK_BUDGET_MS`, and every 200
had each event of the request in a queue, its original bytes equal to what was sent. `cargo test -p tests --test faults` measures
again and compares; `UPDATE=1` before it writes this page.

- **200** – every event is in a queue: **main**, **fallback**, **both** (then under one id, so that a consumer drops the second copy), or
  **shared**: what the main queue did not take is in the fallback.
- **503** – not acknowledged, the sender is told. **stored**: SQS has it all the same, and **in part**: some events of the request. What
  the sender sends again has the same ids, where the provider gives its events any.
- **–** – these requests have one event, and no batch of which a part could fail.

Kommo and Kore.ai's hooks are measured with one event, the others with several in one request. Kommo never sends again: a 503 is a
loss, so set `FALLBACK_QUEUE_URL` for it.
";

const SECTIONS: [(&str, bool, bool); 4] = [
    ("Once, no fallback", false, false),
    ("Once, with a fallback", false, true),
    ("All the time, no fallback", true, false),
    ("All the time, with a fallback that works", true, true),
];

#[tokio::test]
async fn the_table_matches_the_measurements() {
    let troubles = Trouble::all();
    let cells = SECTIONS.iter().flat_map(|(_, lasting, fallback)| {
        troubles
            .iter()
            .flat_map(move |(_, trouble)| ROLES.map(|role| Cell { role, trouble: trouble.clone(), lasting: *lasting, fallback: *fallback }))
    });
    let measured = stream::iter(cells).map(|cell| async move { cell.measure().await });
    let mut words = measured.buffered(AT_ONCE).collect::<Vec<_>>().await.into_iter();

    let mut page = HEAD.to_owned();
    for (title, ..) in SECTIONS {
        let names = ROLES.map(|role| role.name).join(" | ");
        write!(page, "\n## {title}\n\n| SQS … | {names} |\n|---|{}\n", "---|".repeat(ROLES.len())).expect("text");
        for (trouble, _) in &troubles {
            let row: Vec<&str> = words.by_ref().take(ROLES.len()).collect();
            writeln!(page, "| {trouble} | {} |", row.join(" | ")).expect("text");
        }
    }
    println_table(&page);
    let path = workspace().join("docs/faults.md");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &page).expect("a file that can be written");
    }
    let committed = fs::read_to_string(&path).expect("docs/faults.md");
    assert_eq!(committed, page, "docs/faults.md differs from the measurements; UPDATE=1 rewrites it");
}

#[allow(clippy::print_stdout, reason = "the test exists to produce the table")]
fn println_table(page: &str) {
    println!("{page}");
}
