//! Calls about single attributes of variables: how a message names them, and a new value.

use serde_json::{Value, json};

use super::effect::UpdateEffect;
use crate::hub::{LinkCommand, Order};
use crate::ocpp::device_model::AttributeKind;
use crate::trace::StationKey;

use crate::tui::app::App;
use crate::tui::state::{AttributePlace, DeviceModelPage, Prompt, PromptPurpose};
use crate::tui::widget::InputLine;

/// A call to a station.
pub fn call(station: StationKey, action: &str, payload: Value, what: String) -> Vec<UpdateEffect> {
    let command = LinkCommand::Call { action: action.into(), payload: payload.into() };
    vec![UpdateEffect::Submit { order: Order { targets: vec![station], command }, what }]
}

/// An element of GetVariables, with a value one of SetVariables.
pub fn attribute_json(place: &AttributePlace, value: Option<&str>) -> Value {
    let mut element = json!({ "component": place.component.to_json(), "variable": place.variable.to_json() });
    if place.kind != AttributeKind::Actual {
        element["attributeType"] = json!(place.kind.name());
    }
    if let Some(value) = value {
        element["attributeValue"] = json!(value);
    }
    element
}

/// Lets the user type the value of an attribute.
pub fn type_value(app: &mut App, place: AttributePlace, value: String) {
    let mut input = InputLine::default();
    input.set(value);
    app.overlays.open(Prompt { asked: PromptPurpose::VariableValue(Box::new(place)), input });
}

/// Sends the new value of an attribute.
pub fn change(app: &App, place: &AttributePlace, value: &str) -> Vec<UpdateEffect> {
    let Some(page) = app.overlays.get::<DeviceModelPage>() else { return Vec::new() };
    let what = format!("{}={value}", place.variable);
    call(page.station, "SetVariables", json!({ "setVariableData": [attribute_json(place, Some(value))] }), what)
}
