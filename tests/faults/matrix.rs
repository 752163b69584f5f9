//! Every sender with every fault, with and without a fallback: measures the tables of `docs/faults.md`.

use std::fmt::Write;
use std::fs;

use futures_util::{StreamExt, stream};
use testkit::workspace;

use crate::cell::Cell;
use crate::role::ROLES;
use crate::trouble::Trouble;

const AT_ONCE: usize = 8;

const HEAD: &str = "# What happens to an event when SQS fails

For operators who decide whether they need a fallback queue. Each cell is a measurement: one request to the function's own binary, which
sends to a real SQS server (moto) through an endpoint with that fault. The test then reads the queues. In every cell, the response arrived
no later than half a second after `ACK_BUDGET_MS`. For every 200, each event of the request was in a queue, with its original bytes unchanged.
`cargo test -p tests --test faults` measures again and compares; with `UPDATE=1` it writes this page.

- **200**: every event is in a queue: **main**, **fallback**, **both** (with the same id, so that a consumer drops the second copy), or
  **shared** (the fallback has the events that the main queue did not accept).
- **503**: the sender learns that not every event was acknowledged. **stored** means that SQS has all events nevertheless, **in part**
  that it has some of them. If the sender resends the request, its events have the same ids, provided that the provider sends ids.
- **–**: not applicable, because these requests have one event and so no batch that can fail in part.

Kommo and Kore.ai's hooks are measured with one event, the others with more than one event in one request. Kommo never resends a
webhook, so a 503 loses the message: set `FALLBACK_QUEUE_URL` for Kommo.
";

const SECTIONS: [(&str, bool, bool); 4] = [
    ("A single fault, without a fallback", false, false),
    ("A single fault, with a fallback", false, true),
    ("A lasting fault, without a fallback", true, false),
    ("A lasting fault, with a working fallback", true, true),
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
    assert_eq!(committed, page, "docs/faults.md does not match the measurement; UPDATE=1 rewrites it");
}

#[allow(clippy::print_stdout, reason = "the test exists to produce the table")]
fn println_table(page: &str) {
    println!("{page}");
}
