//! Parses events from stdin, one `{"name", "event"}` per line, with the types that typify generates from the
//! consumer schema.

use std::io::BufRead;

typify::import_types!("../../../docs/schema/event.consumer.schema.json");

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut count = 0;
    for line in std::io::stdin().lock().lines() {
        let named: serde_json::Value = serde_json::from_str(&line?)?;
        let event: ChathooksEvent =
            serde_json::from_value(named["event"].clone()).map_err(|error| format!("{}: {error}", named["name"]))?;
        let text = event.data.message.and_then(|message| message.text);
        assert_eq!(text.as_deref(), named["event"]["data"]["message"]["text"].as_str(), "{}", named["name"]);
        count += 1;
    }
    println!("{count} events");
    Ok(())
}
