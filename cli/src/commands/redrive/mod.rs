//! `chathooks redrive`: moves messages from a dead-letter, quarantine or fallback queue back to the main queue.

mod age;
mod args;
mod batch;
mod count;
mod judge;
mod local;
mod report;
mod route;
mod transfer;

use std::process::ExitCode;

use crate::queue::sqlite::SideQueue;
use crate::settings::Sources;
use crate::terminal::output;
use judge::Judge;
use route::Route;

pub(crate) use args::RedriveArgs;

/// Counts the messages that would be moved, or moves them.
///
/// # Errors
/// Returns an error if a flag or a setting is invalid, or if a queue cannot be used.
pub(crate) async fn run(args: RedriveArgs) -> anyhow::Result<ExitCode> {
    output::report_bugs();
    let sources = Sources::read(args.env_file.as_deref())?;
    let judge = Judge::new(&args, &sources)?;
    let route = Route::find(&args, &sources).await?;
    let judge = judge.for_target(route.is_ordered());
    let (report, from, to) = match route {
        Route::File(file, side) => {
            let report = local::run(&file, side, &judge, &args).await?;
            let what = if side == SideQueue::DeadLetters { "dead" } else { "quarantined" };
            (report, format!("{} ({what})", file.display()), format!("{} (ready)", file.display()))
        }
        Route::Sqs { source, target } => {
            let (from, to) = (source.url().to_owned(), target.url().to_owned());
            let report = if args.execute {
                transfer::run(source, target, &judge, &args).await?
            } else {
                count::run(&source, &target, &judge, &args).await?
            };
            (report, from, to)
        }
    };
    report.show(&from, &to, args.execute, args.json)?;
    Ok(report.exit_code(args.execute))
}
