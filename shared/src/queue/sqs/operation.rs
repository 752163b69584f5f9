//! The operations of SQS, as aws-sdk-sqs defines them: their inputs, outputs and errors.
//!
//! Of the SDK, only its serializers and parsers are used; [`super::body`] writes the requests for events without the
//! serializers. The SDK's client also resolves endpoints, chooses how to sign, runs interceptors and retries. These features
//! took a third of the CPU time of a warm event. A function does not need them, or implements them itself.

use std::any::Any;
use std::error::Error;
use std::fmt::Debug;
use std::marker::PhantomData;

use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_smithy_runtime_api::client::interceptors::context::Input;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::runtime_plugin::RuntimePlugin;
use aws_smithy_runtime_api::client::ser_de::{DeserializeResponse, SerializeRequest, SharedRequestSerializer, SharedResponseDeserializer};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::{ConfigBag, FrozenLayer};
use bytes::Bytes;
use lambda_http::http::Response;

use crate::connection::{Client, Unanswered};
use crate::error_code::error_code;
use crate::queue::sink::Failure;
use crate::retry::is_retriable;

/// An operation with output `O` and error `E`.
pub(super) struct Operation<O, E> {
    /// The value of `x-amz-target`.
    target: &'static str,
    definition: Option<FrozenLayer>,
    types: PhantomData<fn() -> (O, E)>,
}

impl<O, E> Operation<O, E>
where
    O: Any + Debug + Send + Sync,
    E: Any + Error + ProvideErrorMetadata + Send + Sync,
{
    pub(super) fn new(target: &'static str, definition: &impl RuntimePlugin) -> Self {
        Self { target, definition: definition.config(), types: PhantomData }
    }

    /// Returns the request body for an input of this operation. `None` if a required member is missing.
    pub(super) fn serialize<I: Debug + Send + Sync + 'static>(&self, input: I) -> Option<Bytes> {
        let serializer = self.definition.as_ref()?.load::<SharedRequestSerializer>()?;
        let request = serializer.serialize_input(Input::erase(input), &mut ConfigBag::base()).ok()?;
        request.body().bytes().map(Bytes::copy_from_slice)
    }

    /// Makes one call with this request body, and returns its output. The caller limits the time.
    ///
    /// # Errors
    /// There is no response, or [`Operation::parse`] fails.
    pub(super) async fn call(&self, client: &Client, json: Bytes) -> Result<O, Failure> {
        match client.call(self.target, json).await {
            Ok(response) => self.parse(response),
            Err(reason) => Err(unanswered(reason)),
        }
    }

    /// Parses a response.
    ///
    /// # Errors
    /// The response is an error, or cannot be parsed.
    pub(super) fn parse(&self, response: Response<Bytes>) -> Result<O, Failure> {
        let status = response.status().as_u16();
        let unparsable = || Failure::new("unacknowledged", true);
        let response = HttpResponse::try_from(response.map(SdkBody::from)).map_err(|_| unparsable())?;
        let deserializer = self.definition.as_ref().and_then(|definition| definition.load::<SharedResponseDeserializer>());
        let deserializer = deserializer.ok_or_else(unparsable)?;
        match deserializer.deserialize_nonstreaming_with_config(&response, &ConfigBag::base()) {
            Ok(output) => output.downcast().map_err(|_| unparsable()),
            Err(error) => {
                let error = error.as_operation_error().and_then(|error| error.downcast_ref::<E>());
                let code = error_code(error.and_then(ProvideErrorMetadata::code).unwrap_or_default());
                Err(Failure::new(code, is_retriable(status, code)))
            }
        }
    }
}

fn unanswered(reason: Unanswered) -> Failure {
    match reason {
        Unanswered::Unbuildable => unbuildable(),
        Unanswered::Connection(code) => Failure::new(code, true),
        Unanswered::Incomplete => Failure::new("unacknowledged", true),
    }
}

/// Returns the failure of a request that cannot be built. That never happens, because no field is missing.
pub(super) fn unbuildable() -> Failure {
    Failure::new("unbuildable", false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_request_that_cannot_be_built_is_not_retried() {
        let failure = |code: &str, is_retriable| Failure::new(code, is_retriable);
        assert_eq!(unanswered(Unanswered::Unbuildable), failure("unbuildable", false));
        assert_eq!(unanswered(Unanswered::Connection("unknown_issuer")), failure("unknown_issuer", true));
        assert_eq!(unanswered(Unanswered::Incomplete), failure("unacknowledged", true));
    }
}
