//! Completes the security of operations: the roles come from the type of the caller that a handler names among its parameters.

use serde_json::{Value, json};
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};

use super::each_operation;
use crate::users::{Caller, GuestOr, Right};

/// The mark of a parameter that represents the caller.
const MARK: &str = "x-roles";

/// Removes the parameters that represent callers, and sets the security of their operations instead.
pub(super) fn complete(document: &mut Value) {
    each_operation(document, |_, _, operation| {
        let mut security = json!([]);
        if let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut) {
            parameters.retain(|parameter| {
                let Some(roles) = parameter.get(MARK) else { return true };
                let bearer = json!({"bearer": roles});
                security = if parameter["required"] == true { json!([bearer]) } else { json!([{}, bearer]) };
                false
            });
        }
        operation["security"] = security;
    });
}

impl<R: Right> IntoParams for Caller<R> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![caller::<R>(Required::True)]
    }
}

impl<R: Right> IntoParams for GuestOr<R> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![caller::<R>(Required::False)]
    }
}

fn caller<R: Right>(required: Required) -> Parameter {
    let roles: Vec<&str> = R::ROLES.iter().map(|role| role.as_str()).collect();
    let mark = ExtensionsBuilder::new().add(MARK, roles).build();
    ParameterBuilder::new().name(MARK).parameter_in(ParameterIn::Header).required(required).extensions(Some(mark)).build()
}
