//! The shapes of a body: where its messages and statuses stand, and who they are between.
//!
//! - Qikchat's own: `{event, payload{id, contacts[], message{}}}`, also nested under a `message`; a
//!   status is a `message` with a `status`, or stands in the payload itself.
//! - The document's two objects at top level: `message`, `statuses`.
//! - WhatsApp's: `{messages[], contacts[]}`, `{statuses[]}`, and both within `entry[].changes[].value`.

use std::ops::Range;

use shared::json::{Element, Value};

/// One message or status of a body, and what stands around it.
pub(crate) struct Item<'v, 't> {
    /// The object with `type` or `status`.
    pub(crate) message: &'v Value<'t>,
    pub(crate) is_status: bool,
    pub(crate) id: Option<String>,
    /// The customer's number as it was written.
    pub(crate) customer: Option<String>,
    /// The customer's id where WhatsApp gives no number.
    pub(crate) customer_id: Option<String>,
    pub(crate) customer_name: Option<String>,
    /// The business's number as it was written.
    pub(crate) business: Option<String>,
    /// Where it stands in the body, if in an array.
    pub(crate) span: Option<Range<usize>>,
}

/// The messages and statuses of a body, in its order.
pub(crate) fn items<'v, 't>(body: &'v Value<'t>) -> Vec<Item<'v, 't>> {
    let changes: Vec<&Element<'_>> = body["entry"].elements().iter().flat_map(|entry| entry.value["changes"].elements()).collect();
    if changes.is_empty() {
        return of_value(body);
    }
    changes.into_iter().flat_map(of_change).collect()
}

/// What stands in no array of its own is the change itself.
fn of_change<'v, 't>(change: &'v Element<'t>) -> impl Iterator<Item = Item<'v, 't>> {
    let items = of_value(&change.value["value"]).into_iter();
    items.map(|item| Item { span: item.span.clone().or_else(|| Some(change.span.clone())), ..item })
}

fn of_value<'v, 't>(value: &'v Value<'t>) -> Vec<Item<'v, 't>> {
    let nested = &value["message"];
    if nested["payload"].is_object() {
        return of_value(nested);
    }
    let payload = &value["payload"];
    if payload.is_object() {
        let lists = listed(payload);
        return if lists.is_empty() { vec![of_payload(value, payload)] } else { lists };
    }
    let mut items = listed(value);
    if nested.is_object() {
        items.push(whatsapp(value, nested, nested["status"].is_given(), None));
    }
    if value["statuses"].is_object() {
        items.push(whatsapp(value, &value["statuses"], true, None));
    }
    items
}

/// What stands in WhatsApp's two arrays.
fn listed<'v, 't>(value: &'v Value<'t>) -> Vec<Item<'v, 't>> {
    let item = |element: &'v Element<'t>, is_status| whatsapp(value, &element.value, is_status, Some(element.span.clone()));
    let messages = value["messages"].elements().iter().map(|element| item(element, false));
    messages.chain(value["statuses"].elements().iter().map(|element| item(element, true))).collect()
}

/// Qikchat's own shape: `contacts[0].to` is the customer, `message.from` the business.
fn of_payload<'v, 't>(envelope: &'v Value<'t>, payload: &'v Value<'t>) -> Item<'v, 't> {
    let event = envelope["event"].text().unwrap_or_default();
    let is_status =
        event.ends_with(":status") || event.ends_with(":dlr") || payload["message"]["status"].is_given() || payload["status"].is_given();
    let message = &payload["message"];
    let message = if message.is_object() && (!is_status || message["status"].is_given()) { message } else { payload };
    let contact = payload["contacts"].first();
    Item {
        message,
        is_status,
        id: payload["id"].or(&message["id"]).text(),
        customer: contact["to"].or(&contact["wa_id"]).or(&payload["to"]).or(&message["to"]).text(),
        customer_id: None,
        customer_name: contact["profile"]["name"].text(),
        business: message["from"].or(&payload["from"]).text(),
        span: None,
    }
}

/// WhatsApp's shape, and a bare `message` or `statuses`: `from` is the customer; a status's is `recipient_id`.
fn whatsapp<'v, 't>(value: &'v Value<'t>, message: &'v Value<'t>, is_status: bool, span: Option<Range<usize>>) -> Item<'v, 't> {
    let customer = if is_status { message["recipient_id"].or(&message["to"]) } else { &message["from"] }.text();
    let contacts = value["contacts"].elements();
    let number = |element: &Element<'_>| element.value["wa_id"].or(&element.value["to"]).text();
    let named = contacts.iter().find(|element| number(element) == customer && customer.is_some());
    let contact = named.or(contacts.first()).map_or(&Value::Null, |element| &element.value);
    let metadata = &value["metadata"];
    Item {
        message,
        is_status,
        id: message["id"].text(),
        customer_id: message["from_user_id"].or(&message["recipient_user_id"]).or(&contact["user_id"]).text(),
        customer: customer.or_else(|| contact["wa_id"].or(&contact["to"]).text()),
        customer_name: contact["profile"]["name"].text(),
        business: metadata["display_phone_number"].or(if is_status { &message["from"] } else { &message["to"] }).text(),
        span,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::json;

    #[test]
    fn every_item_of_several_has_its_own_slice_of_the_body() {
        let text = r#"{"entry":[{"changes":[{"value":{"messages":[{"id":"a"}]}},{"value":{"message":{"id":"b"}}},{"value":{"payload":{"id":"c"}}}]}]}"#;
        let body = json::parse(text).expect("JSON");
        let slices: Vec<&str> = items(&body).into_iter().map(|item| &text[item.span.expect("a slice")]).collect();
        assert_eq!(slices, [r#"{"id":"a"}"#, r#"{"value":{"message":{"id":"b"}}}"#, r#"{"value":{"payload":{"id":"c"}}}"#]);
        let alone = json::parse(r#"{"message":{"id":"b"}}"#).expect("JSON");
        assert_eq!(items(&alone)[0].span, None);
    }
}
