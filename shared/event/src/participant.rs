//! The participants of a conversation.

use serde::{Deserialize, Serialize};

/// The role of a participant in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Role {
    /// A person who works for the business.
    Agent,
    /// A person who talks to the business.
    Customer,
    /// A program that speaks for the business.
    Bot,
    /// The business itself.
    Business,
    /// The provider does not say.
    #[default]
    #[serde(other)]
    Unknown,
}

/// The sender or the recipient of an event.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
#[serde(default)]
pub struct Participant {
    /// The provider's id, or the id that the integration assigned.
    pub id: Option<String>,
    /// The participant's role in the conversation.
    pub role: Role,
    /// The display name.
    pub name: Option<String>,
    /// The phone number, as the provider sent it.
    pub phone: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
}

impl Participant {
    /// Returns a participant with this id and role, or `None` if there is no id.
    #[must_use]
    pub fn with_id(id: Option<String>, role: Role) -> Option<Self> {
        Self { id, role, ..Self::default() }.known()
    }

    /// Returns the participant, or `None` if nothing but the role is known.
    #[must_use]
    pub fn known(self) -> Option<Self> {
        let known = self.id.is_some() || self.name.is_some() || self.phone.is_some() || self.email.is_some();
        known.then_some(self)
    }
}
