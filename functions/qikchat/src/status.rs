//! The status of a message, such as delivered or read.

use shared::event::{Data, Kind, Status};
use shared::json::Value;
use shared::parse::Identity;
use shared::timestamp::Timestamp;

use crate::object::Object;

/// A status, and the object around it if that can hold some of its fields.
#[derive(Clone, Copy)]
pub(crate) struct Report<'o, 'd> {
    pub(crate) status: &'o Object<'d>,
    pub(crate) around: Option<&'o Object<'d>>,
}

impl<'d> Report<'_, 'd> {
    /// Returns the state in lowercase.
    pub(crate) fn state(self) -> Option<String> {
        self.get("status").text().map(|state| state.to_lowercase())
    }

    /// Returns the identity of the status: the message id, the state and, in a group, the member.
    pub(crate) fn identity(self, id: Option<&str>, member: Option<&str>) -> Identity {
        let (Some(id), Some(state)) = (id, self.state()) else { return Identity::Fresh };
        let member = member.map(|member| format!(":{member}")).unwrap_or_default();
        Identity::Given(format!("{id}:{state}{member}"))
    }

    /// Returns the time of the state: `readAt` or `read_at` for the state `read`, for example, or else `timestamp`.
    pub(crate) fn time(self) -> Option<Timestamp> {
        let moment = self.state().and_then(|state| {
            let [camel, snake] = [format!("{state}At"), format!("{state}_at")];
            Timestamp::of(self.get(&camel).or(self.get(&snake)))
        });
        moment.or_else(|| Timestamp::of(self.get("timestamp")))
    }

    /// Adds the status to its event. Without a state, the kind stays `unknown`.
    pub(crate) fn data(self, message_id: Option<String>, who: Data) -> Data {
        let state = self.state();
        if state.is_none() {
            return who;
        }
        let status = Status { message_id, state, error: self.error() };
        Data { kind: Kind::Status, status: Some(status), ..who }
    }

    /// Returns the reason for a failure in the provider's words, or its code if there are no words.
    fn error(self) -> Option<String> {
        let error = self.get("errors").first().or(self.get("error"));
        let reason = error.first_of(&["title", "message"]).or(error.get("error_data").get("details")).or(error.get("reason"));
        let words = reason.text().or_else(|| error.text()).or_else(|| self.get("reason").text());
        words.or_else(|| error.get("code").text())
    }

    fn get(self, name: &str) -> Value<'d> {
        let value = self.status.get(name);
        self.around.map_or(value, |around| value.or(around.get(name)))
    }
}
