//! `chathooks tail`: follows a queue without removing anything from it.

mod args;
mod line;

use std::collections::HashSet;
use std::process::ExitCode;
use std::time::Duration;

use tokio::time::sleep;

use crate::queue::sqlite::Reader;
use crate::queue::sqs::{Access, SqsQueue, peek};
use crate::queue::{QueueLocation, StoredMessage, export};
use crate::settings::Sources;
use crate::terminal::Stop;
use crate::terminal::output::{self, Unwritable};

pub(crate) use args::TailArgs;

/// How often to poll the embedded queue.
const LOOK: Duration = Duration::from_millis(200);
/// The wait time of a receive call.
const WAIT: Duration = Duration::from_secs(2);
/// The pause after messages were returned to the queue. Without it, they would be received again immediately.
const PAUSE: Duration = Duration::from_secs(5);

/// Shows what is in the queue, and what arrives later.
///
/// # Errors
/// Returns an error if the queue cannot be read, or if the export cannot be written.
pub(crate) async fn run(args: TailArgs) -> anyhow::Result<ExitCode> {
    let sources = Sources::read(args.location.env_file.as_deref())?;
    match args.location.location(&sources)? {
        QueueLocation::File(file) => {
            let mut reader = Reader::open(&file)?;
            let show = Show::new(&args)?;
            follow_file(&mut reader, show, args.once).await
        }
        QueueLocation::Sqs(url) => {
            let queue = Access::find(&sources).await.queue(&url)?;
            peek::refuse_redrive_policy(&queue, args.force).await?;
            let show = Show::new(&args)?;
            follow_sqs(&queue, show, args.once).await
        }
    }?;
    Ok(ExitCode::SUCCESS)
}

async fn follow_file(reader: &mut Reader, mut show: Show<'_>, once: bool) -> anyhow::Result<()> {
    let mut stop = Stop::listen_with_reader();
    while !stop.is_told() {
        let messages = reader.next()?;
        if messages.is_empty() {
            if once {
                break;
            }
            tokio::select! {
                () = sleep(LOOK) => {}
                () = stop.told() => {}
            }
        }
        messages.iter().try_for_each(|message| show.message(message))?;
    }
    show.end(&stop)
}

async fn follow_sqs(queue: &SqsQueue, mut show: Show<'_>, once: bool) -> anyhow::Result<()> {
    let mut stop = Stop::listen_with_reader();
    while !stop.is_told() {
        let seen = peek::pass(queue, WAIT, &stop, |held| show.message(&held.message)).await?;
        if once {
            break;
        }
        if seen > 0 {
            tokio::select! {
                () = sleep(PAUSE) => {}
                () = stop.told() => {}
            }
        }
    }
    show.end(&stop)
}

/// The output: which messages to show, where, and which were shown already.
struct Show<'a> {
    args: &'a TailArgs,
    export: Option<export::Writer>,
    shown: HashSet<String>,
}

impl<'a> Show<'a> {
    fn new(args: &'a TailArgs) -> anyhow::Result<Self> {
        let export = args.export.as_deref().map(export::Writer::create).transpose()?;
        Ok(Self { args, export, shown: HashSet::new() })
    }

    /// Finishes the export. Fails if the reader of standard output has exited, so that no partial export remains.
    fn end(self, stop: &Stop) -> anyhow::Result<()> {
        if stop.has_no_reader() {
            return Err(Unwritable::closed().into());
        }
        self.export.map_or(Ok(()), export::Writer::finish)
    }

    fn message(&mut self, message: &StoredMessage) -> anyhow::Result<()> {
        let summary = message.summary();
        // A body that is not an event has no id.
        let name = message.event().map_or_else(|| message.body.clone(), |event| event.id);
        if !self.args.selection.has(&summary) || !self.shown.insert(name) {
            return Ok(());
        }
        if let Some(export) = &mut self.export {
            export.write(message)?;
        }
        let line = if self.args.json { line::json(&summary, self.args.text) } else { line::text(&summary, self.args.text) };
        output::print(format_args!("{line}"))?;
        Ok(())
    }
}
