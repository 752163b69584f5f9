//! Clients that queues share.

use std::sync::Arc;

use super::SqsQueue;
use super::location::{Location, Target};
use crate::connection::{AwsService, Client, Connection};

const SQS: AwsService = AwsService { name: "sqs", content_type: "application/x-amz-json-1.0", has_query_codes: true };

/// The clients of a function: one per region and endpoint, so that queues share connections.
pub struct Clients {
    connection: Connection,
    created: Vec<(Target, Arc<Client>)>,
}

impl Clients {
    /// Returns an empty set of clients.
    #[must_use]
    pub fn new(connection: &Connection) -> Self {
        Self { connection: connection.clone(), created: Vec::new() }
    }

    /// Returns the queue at a location, without connecting to it.
    pub(super) fn queue(&mut self, Location { url, target }: Location) -> SqsQueue {
        let client = match self.created.iter().find(|(known, _)| *known == target) {
            Some((_, client)) => Arc::clone(client),
            None => {
                let client = Arc::new(Client::new(&self.connection, SQS, &target.region, &target.endpoint));
                self.created.push((target, Arc::clone(&client)));
                client
            }
        };
        SqsQueue { is_fifo: url.ends_with(".fifo"), url, client }
    }
}
