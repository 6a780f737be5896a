//! Codings, hashes and JSON.

use base64::engine::general_purpose::STANDARD;
use base64::{DecodeError, Engine as _};
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};

use super::{Function, Host, function, text};
use crate::error::Problem;
use crate::json::{self, Style};
use crate::value::Value;

pub(super) static TABLE: &[Function] = &[
    function("b64enc", 1, 1, |host, given| host.text(STANDARD.encode(text(&given[0])?))),
    function("b64dec", 1, 1, |host, given| {
        let coded = text(&given[0])?;
        match STANDARD.decode(coded) {
            Ok(bytes) => host.text(String::from_utf8_lossy(&bytes).into_owned()),
            // It gives the error, and has none.
            Err(DecodeError::InvalidByte(at, _)) => illegal(host, at),
            Err(_) => illegal(host, coded.len() / 4 * 4),
        }
    }),
    function("sha1sum", 1, 1, |host, given| host.text(hex(&Sha1::digest(text(&given[0])?)))),
    function("sha256sum", 1, 1, |host, given| host.text(hex(&Sha256::digest(text(&given[0])?)))),
    function("sha512sum", 1, 1, |host, given| host.text(hex(&Sha512::digest(text(&given[0])?)))),
    function("toJson", 1, 1, |host, given| written(host, &given[0], Style { html: true, pretty: false })),
    function("mustToJson", 1, 1, |host, given| written(host, &given[0], Style { html: true, pretty: false })),
    function("toRawJson", 1, 1, |host, given| written(host, &given[0], Style { html: false, pretty: false })),
    function("toPrettyJson", 1, 1, |host, given| {
        written(host, &given[0], Style { html: true, pretty: true })
    }),
    function("fromJson", 1, 1, |host, given| json::read(text(&given[0])?, host)),
];

fn illegal(host: &Host, at: usize) -> Result<Value, Problem> {
    host.text(format!("illegal base64 data at input byte {at}"))
}

fn written(host: &Host, value: &Value, style: Style) -> Result<Value, Problem> {
    let mut out = host.budget.text();
    json::write(value, &host.maps, style, &mut out)?;
    Ok(Value::text(out.finish()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
